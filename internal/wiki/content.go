package wiki

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

const (
	// maxPage is how long a page may be that is read or changed, in bytes.
	maxPage = 1 << 20
	// maxContent is how many bytes on disk one page's content may take to
	// arrive. Git can't be told to stop there: it is ended.
	maxContent = 8 << 20
	// maxHeader is more than git says of one file before its content, in bytes.
	maxHeader = 128

	regularMode = "100644"
)

// file is a file in the root of the tree.
type file struct {
	mode, blob, content string
	size                int // bytes
}

// files are what is there of the paths, but for directories and links. What
// isn't at hand is fetched.
func (c *clone) files(ctx context.Context, paths []string) (map[string]file, error) {
	found, err := c.entries(ctx, paths)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	missing, err := c.measure(ctx, found)
	if err != nil {
		return nil, err
	}
	if len(missing) > 0 {
		if err = c.fetchContent(ctx, missing); err != nil {
			return nil, err
		}
		if missing, err = c.measure(ctx, found); err != nil {
			return nil, err
		}
	}
	for path, blob := range missing {
		return nil, fmt.Errorf("%s of %s did not arrive, though it was asked for", blob, path)
	}
	return found, c.read(ctx, found)
}

// entries are the files that the tip's tree has at the paths.
func (c *clone) entries(ctx context.Context, paths []string) (map[string]file, error) {
	if c.tip == "" || len(paths) == 0 {
		return nil, nil
	}
	out, err := c.git.output(ctx, command{args: append([]string{"ls-tree", "-z", "--full-tree", c.tip, "--"}, paths...)})
	if err != nil {
		return nil, err
	}
	found := map[string]file{}
	for line := range strings.SplitSeq(out, "\x00") {
		what, path, _ := strings.Cut(line, "\t")
		if fields := strings.Fields(what); len(fields) == 3 && fields[1] == "blob" && strings.HasPrefix(fields[0], "100") {
			found[path] = file{mode: fields[0], blob: fields[2]}
		}
	}
	return found, nil
}

// measure finds out how long the files are. Those whose content isn't here are
// missing: their blobs, by path.
func (c *clone) measure(ctx context.Context, files map[string]file) (missing map[string]string, err error) {
	paths := slices.Sorted(maps.Keys(files))
	out, err := c.git.output(ctx, command{args: []string{"cat-file", "--batch-check=%(objectsize)"}, stdin: blobs(files, paths)})
	if err != nil {
		return nil, err
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) != len(paths) {
		return nil, fmt.Errorf("git cat-file printed %d lines about %d files", len(lines), len(paths))
	}
	missing = map[string]string{}
	for i, path := range paths {
		f := files[path]
		if lines[i] == f.blob+" missing" {
			missing[path] = f.blob
			continue
		}
		if f.size, err = strconv.Atoi(lines[i]); err != nil {
			return nil, fmt.Errorf("git cat-file printed %q: %w", lines[i], err)
		}
		if f.size > maxPage {
			return nil, c.tooLong(path)
		}
		files[path] = f
	}
	return missing, nil
}

// blobs are the files' blobs in the order of the paths, one in each line.
func blobs(files map[string]file, paths []string) string {
	var list strings.Builder
	for _, path := range paths {
		list.WriteString(files[path].blob + "\n")
	}
	return list.String()
}

// fetchContent gets blobs by one request. If they take too much room, it gets
// them one by one, to find out which of them it is.
func (c *clone) fetchContent(ctx context.Context, missing map[string]string) error {
	err := c.fetchBlobs(ctx, slices.Compact(slices.Sorted(maps.Values(missing))))
	if _, full := errors.AsType[*diskError](err); !full || ctx.Err() != nil {
		return err
	}
	for _, path := range slices.Sorted(maps.Keys(missing)) {
		if len(missing) == 1 { // this content's limit, not the wiki's
			return c.tooLong(path)
		}
		if err := c.fetchContent(ctx, map[string]string{path: missing[path]}); err != nil {
			return err
		}
	}
	return nil
}

func (c *clone) fetchBlobs(ctx context.Context, blobs []string) error {
	ctx, release := limitDisk(ctx, c.git.dir, size(c.git.dir)+maxContent*int64(len(blobs)))
	defer release()
	// Nothing is said of what is here: the host would take it that these
	// contents are, too, as the commit that has them is.
	return c.git.run(ctx, command{config: append(c.promised(), "fetch.negotiationAlgorithm=noop"), args: append([]string{
		"fetch", "--quiet", "--filter=blob:none", "--no-tags", "--no-write-fetch-head", "origin",
	}, blobs...)})
}

// read fills in the contents, which are at hand and have been measured.
func (c *clone) read(ctx context.Context, files map[string]file) error {
	paths := slices.Sorted(maps.Keys(files))
	limit := 0
	for _, f := range files {
		limit += f.size + maxHeader
	}
	rest, err := c.git.output(ctx, command{args: []string{"cat-file", "--batch"}, stdin: blobs(files, paths), limit: limit})
	if err != nil {
		return err
	}
	for _, path := range paths {
		f := files[path]
		_, rest, _ = strings.Cut(rest, "\n")
		if len(rest) <= f.size {
			return fmt.Errorf("git cat-file printed less of %s than its %d bytes", path, f.size)
		}
		f.content, rest = rest[:f.size], rest[f.size+1:]
		files[path] = f
	}
	return nil
}
