package wiki

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"hindsight/internal/incident"
	"hindsight/internal/markdown"
	"hindsight/internal/reconcile"
)

// Read is what is there of the pages at the paths, byte for byte, and the
// wiki's newest commit. The host is asked for that commit each time; content is
// fetched only if it has changed since it was here, all of it by one request.
//
// What a person can mend is [incident.Blocked]: no first page, no permission, a
// page of more than 1 MB. [incident.Later] is GitHub's limit. Any other error
// is passing.
func (w *Wiki) Read(
	ctx context.Context, installation int64, repo incident.Repo, paths ...string,
) (pages map[string]string, tip string, err error) {
	if err = checkPaths(paths); err != nil {
		return nil, "", err
	}
	err = w.work(ctx, installation, repo, "read "+strings.Join(paths, ", "), func(ctx context.Context, c *clone) error {
		if refreshErr := c.refresh(ctx); refreshErr != nil {
			return refreshErr
		}
		if c.tip == "" {
			return &emptyError{}
		}
		there, readErr := c.files(ctx, paths)
		if readErr == nil {
			pages, tip = contents(there), c.tip
		}
		return readErr
	})
	return pages, tip, err
}

// Change makes one commit of a change of some pages, and pushes it; see
// [reconcile.PagesChange]. A wiki that is there, but has no commit, gets its
// first one.
//
// Errors are those of [Wiki.Read], and [incident.Blocked] where another page is
// in a new one's place or a rule refuses the push, [incident.Paused] in an
// archived repository, and the change's own.
func (w *Wiki) Change(ctx context.Context, installation int64, repo incident.Repo, change reconcile.PagesChange) error {
	if err := checkPaths(change.Paths); err != nil {
		return err
	}
	verb := "change " + strings.Join(change.Paths, ", ")
	return w.work(ctx, installation, repo, verb, func(ctx context.Context, c *clone) error {
		return w.publish(ctx, c, change.Base, func(ctx context.Context) (string, error) { return c.change(ctx, change) })
	})
}

// Tip is the name of the wiki's newest commit, by one request. Errors are
// those of [Wiki.Read].
func (w *Wiki) Tip(ctx context.Context, installation int64, repo incident.Repo) (string, error) {
	t, err := w.target(repo)
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, w.options.Timeout)
	defer cancel()
	if t, err = w.admit(ctx, installation, t); err != nil {
		return "", err
	}
	newest, err := w.runner(t, w.options.Dir).newest(ctx, t.git)
	if err == nil && newest.tip == "" {
		err = &emptyError{}
	}
	if err != nil {
		return "", w.explain(ctx, t, "ask for the newest commit", err)
	}
	return newest.tip, nil
}

// change makes the change's commit on top of the tip; "" if nothing is to change.
func (c *clone) change(ctx context.Context, change reconcile.PagesChange) (string, error) {
	there, err := c.files(ctx, change.Paths)
	if err != nil {
		return "", err
	}
	anew, message, err := change.Edit(contents(there))
	if err != nil {
		return "", err
	}
	edits, err := c.edits(change.Paths, there, anew)
	if err != nil || len(edits) == 0 {
		return "", err
	}
	if err := c.readTree(ctx); err != nil {
		return "", err
	}
	if err := c.findRoom(ctx, edits); err != nil {
		return "", err
	}
	return c.commit(ctx, edits, message)
}

// edit is what is to become of one file.
type edit struct {
	path, mode, content string
	fresh               bool // there is no such file yet
	gone                bool // it is to be removed
}

// edits are the differences, in order of path.
func (c *clone) edits(paths []string, there map[string]file, anew map[string]string) ([]edit, error) {
	var edits []edit
	for _, path := range slices.Sorted(maps.Keys(anew)) {
		content := anew[path]
		old, found := there[path]
		switch {
		case !slices.Contains(paths, path): // nobody has seen what is there
			return nil, fmt.Errorf("%q is to be changed, and was not asked for", path)
		case content == old.content:
			continue
		case len(content) > maxPage:
			return nil, c.tooLong(path)
		case !found:
			old.mode = regularMode
		}
		edits = append(edits, edit{path: path, mode: old.mode, content: content, fresh: !found, gone: content == ""})
	}
	return edits, nil
}

func contents(files map[string]file) map[string]string {
	pages := make(map[string]string, len(files))
	for path, f := range files {
		pages[path] = f.content
	}
	return pages
}

func (t target) tooLong(path string) error {
	return &incident.Blocked{Text: fmt.Sprintf(
		"The page [%s](%s/%s) in the wiki of %s is longer than %d MB, and can't be kept up to date any more. "+
			"Shorten it, for instance by moving data into files or other pages; it then goes on by itself.",
		markdown.Text(path), t.wiki, title(path), markdown.Text(string(t.repo)), maxPage>>20)}
}
