package wiki

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// clone is the wiki's newest commit and its trees, without the contents of
// files that nobody asked for.
type clone struct {
	target

	git    runner
	remote runner // knows nothing of the clone, so that no damage there counts
	branch string // full name of the wiki's default branch
	tip    string // the commit that was newest, or "" in an empty repository
	asked  bool   // the host has answered
	made   bool   // the clone is new
}

func (w *Wiki) clone(t target, s *seat) *clone {
	c := &clone{target: t, git: w.runner(t, s.dir), remote: w.runner(t, w.options.Dir)}
	c.git.lock = s.lock
	return c
}

// refresh makes the host's newest commit the clone's.
func (c *clone) refresh(ctx context.Context) error {
	if _, err := os.Stat(c.git.repository()); err != nil {
		return c.make(ctx)
	}
	newest, err := c.remote.newest(ctx, c.target.git)
	if err != nil {
		return err
	}
	c.asked = true
	if err := c.load(ctx); err != nil {
		return err
	}
	switch {
	case c.tip == "" || newest.tip == "" || c.branch != newest.branch:
		return c.make(ctx)
	case c.tip != newest.tip:
		return c.fetch(ctx, newest.tip)
	}
	return nil
}

// make clones one commit and its trees, and no file's content: what is moved
// doesn't grow with the wiki's history or the length of its pages. The clone
// gets its place when it is whole.
func (c *clone) make(ctx context.Context) error {
	aside := filepath.Join(c.git.dir, "new.git")
	if err := os.RemoveAll(aside); err != nil {
		return fmt.Errorf("make room for a clone: %w", err)
	}
	err := c.git.run(ctx, command{args: []string{
		"clone", "--quiet", "--bare", "--depth=1", "--filter=blob:none", "--no-tags", "--single-branch", "--template=",
		"--", c.target.git, aside,
	}})
	if err != nil {
		return err
	}
	if err := c.keepPromises(ctx, filepath.Join(aside, "config")); err != nil {
		return err
	}
	if err := os.RemoveAll(c.git.repository()); err != nil {
		return fmt.Errorf("remove the old clone: %w", err)
	}
	if err := os.Rename(aside, c.git.repository()); err != nil {
		return fmt.Errorf("put the clone into its place: %w", err)
	}
	c.asked, c.made = true, true
	return c.load(ctx)
}

// keepPromises makes git forget, but where [clone.promised] says so, that the
// host has what isn't here. Else each command would fetch what it misses, one
// by one; and in a damaged clone, so would each of those that fetch.
func (c *clone) keepPromises(ctx context.Context, config string) error {
	return c.git.run(ctx, command{args: []string{"config", "--file", config, "--remove-section", "remote.origin"}})
}

// promised are the settings for commands that may leave out what the host has.
func (c *clone) promised() []string {
	return []string{
		"remote.origin.url=" + c.target.git, "remote.origin.promisor=true", "remote.origin.partialclonefilter=blob:none",
	}
}

// load finds out what is in the clone.
func (c *clone) load(ctx context.Context) (err error) {
	// Only the branch that HEAD names goes live. An empty repository has a
	// HEAD too: the page becomes its first commit.
	if c.branch, err = c.git.line(ctx, command{args: []string{"symbolic-ref", "HEAD"}}); err != nil {
		return fmt.Errorf("find the wiki's default branch: %w", err)
	}
	c.tip, err = c.git.line(ctx, command{args: []string{"for-each-ref", "--format=%(objectname)", c.branch}})
	return err
}

// fetch gets the commit and what its trees have that the clone's tip has not:
// of a changed tree, the host sends the difference. One commit will do,
// however many were made.
func (c *clone) fetch(ctx context.Context, commit string) error {
	// What is wrong with the trees is better found out here.
	if err := c.readTree(ctx); err != nil {
		return err
	}
	err := c.git.run(ctx, command{config: c.promised(), args: []string{
		"fetch", "--quiet", "--depth=1", "--filter=blob:none", "--no-tags", "--no-write-fetch-head", "origin", commit,
	}})
	if err != nil {
		return err
	}
	return c.advance(ctx, commit)
}

// advance makes the commit the clone's tip.
func (c *clone) advance(ctx context.Context, commit string) error {
	if err := c.git.run(ctx, command{args: []string{"update-ref", c.branch, commit}}); err != nil {
		return err
	}
	c.tip = commit
	return nil
}

// head is the wiki's default branch and its newest commit.
type head struct {
	branch, tip string
}

// newest asks the host, which takes one request: in git's oldest protocol all
// is in the first answer. The zero value is an empty repository.
func (r runner) newest(ctx context.Context, url string) (h head, err error) {
	out, err := r.output(ctx, command{
		config: []string{"protocol.version=0"},
		args:   []string{"ls-remote", "--symref", "--", url, "HEAD"},
	})
	if err != nil {
		return head{}, err
	}
	for line := range strings.Lines(out) {
		value, name, _ := strings.Cut(strings.TrimSpace(line), "\t")
		branch, symbolic := strings.CutPrefix(value, "ref: ")
		switch {
		case name != "HEAD": // a branch of that name
		case symbolic:
			h.branch = branch
		default:
			h.tip = value
		}
	}
	return h, nil
}

const (
	// maxPage is how long a page may be that is read or edited, in bytes.
	maxPage = 1 << 20
	// maxContent is how many bytes on disk one page's content may take to
	// arrive. Git can't be told to stop there: it is ended.
	maxContent = 8 << 20

	regularMode = "100644"
)

// file is a file in the root of the tree.
type file struct {
	path, mode string
	size       int64 // bytes; of a long one, content is the beginning
	content    string
}

// entry is what the tip's tree has at the path: a "blob" with the mode of a
// file or a link, a "tree", or nothing.
func (c *clone) entry(ctx context.Context, path string) (mode, kind, object string, err error) {
	if c.tip == "" {
		return "", "", "", nil
	}
	out, err := c.git.output(ctx, command{args: []string{"ls-tree", "-z", "--full-tree", c.tip, "--", path}})
	if err != nil {
		return "", "", "", err
	}
	mode, rest, _ := strings.Cut(out, " ")
	kind, rest, _ = strings.Cut(rest, " ")
	object, _, _ = strings.Cut(rest, "\t")
	return mode, kind, object, nil
}

// file is the file at the path, or nil where there is none, or something else:
// a directory, a link.
func (c *clone) file(ctx context.Context, path string) (*file, error) {
	mode, kind, blob, err := c.entry(ctx, path)
	if err != nil || kind != "blob" || !strings.HasPrefix(mode, "100") {
		return nil, err
	}
	f := &file{path: path, mode: mode}
	f.content, f.size, err = c.content(ctx, blob)
	if _, full := errors.AsType[*diskError](err); full && ctx.Err() == nil { // this content's limit, not the wiki's
		return nil, c.tooLong(path)
	}
	return f, err
}

// content is a file's, at most its first MiB, and its size in bytes. It is
// fetched if it isn't at hand.
func (c *clone) content(ctx context.Context, blob string) (content string, length int64, err error) {
	content, length, err = c.atHand(ctx, blob)
	if length >= 0 || err != nil {
		return content, length, err
	}
	ctx, release := limitDisk(ctx, c.git.dir, size(c.git.dir)+maxContent)
	defer release()
	// Nothing is said of what is here: the host would take it that this
	// content is, too, as the commit that has it is.
	err = c.git.run(ctx, command{config: append(c.promised(), "fetch.negotiationAlgorithm=noop"), args: []string{
		"fetch", "--quiet", "--filter=blob:none", "--no-tags", "--no-write-fetch-head", "origin", blob,
	}})
	if err != nil {
		return "", 0, err
	}
	if content, length, err = c.atHand(ctx, blob); err == nil && length < 0 {
		err = fmt.Errorf("%s did not arrive, though it was asked for", blob)
	}
	return content, length, err
}

// atHand is [clone.content] without the host; the length is negative if the
// content isn't here.
func (c *clone) atHand(ctx context.Context, blob string) (content string, length int64, err error) {
	out, err := c.git.output(ctx, command{args: []string{"cat-file", "--batch"}, stdin: blob + "\n", limit: maxPage + 1<<10})
	if err != nil {
		return "", 0, err
	}
	header, content, _ := strings.Cut(out, "\n")
	_, digits, found := strings.Cut(header, " blob ")
	if !found {
		return "", -1, nil
	}
	if length, err = strconv.ParseInt(digits, 10, 64); err != nil {
		return "", 0, fmt.Errorf("git cat-file printed %q: %w", header, err)
	}
	return content[:min(length, int64(len(content)))], length, nil
}

// readTree makes the tip's tree the index.
func (c *clone) readTree(ctx context.Context) error {
	if c.tip == "" {
		return c.git.run(ctx, command{args: []string{"read-tree", "--empty"}})
	}
	return c.git.run(ctx, command{args: []string{"read-tree", c.tip}})
}

// commit puts the file into the index, and makes a commit of that on top of
// the tip. Trees may name files whose content isn't here: they stay as they
// are.
func (c *clone) commit(ctx context.Context, f file, message string) (string, error) {
	blob, err := c.git.line(ctx, command{args: []string{"hash-object", "-w", "--stdin"}, stdin: f.content})
	if err != nil {
		return "", err
	}
	entry := f.mode + "," + blob + "," + f.path
	if err = c.git.run(ctx, command{args: []string{"update-index", "--add", "--cacheinfo", entry}}); err != nil {
		return "", err
	}
	tree, err := c.git.line(ctx, command{args: []string{"write-tree", "--missing-ok"}})
	if err != nil {
		return "", err
	}
	args := []string{"commit-tree", tree, "-m", message}
	if c.tip != "" {
		args = append(args, "-p", c.tip)
	}
	return c.git.line(ctx, command{args: args})
}

// rejection is a push that was not taken, though the way there was open.
type rejection struct {
	tip    string // what it was built on
	reason string // in git's or the server's words
}

// push is never forced: what others pushed in the meantime makes a rejection.
func (c *clone) push(ctx context.Context, commit string) (*rejection, error) {
	out, err := c.git.output(ctx, command{args: []string{"push", "--porcelain", "--no-verify", "--", c.target.git, commit + ":" + c.branch}})
	if err == nil {
		return nil, c.advance(ctx, commit)
	}
	for line := range strings.SplitSeq(out, "\n") {
		if status, ok := strings.CutPrefix(line, "!\t"); ok {
			_, reason, _ := strings.Cut(status, "\t")
			return &rejection{tip: c.tip, reason: c.git.redact(reason)}, nil
		}
	}
	return nil, err
}
