package wiki

import (
	"context"
	"fmt"

	"hindsight/internal/incident"
	"hindsight/internal/markdown"
)

// Read is the page's content, byte for byte, and the wiki's newest commit. The
// host is asked for that commit each time; content is fetched only if it has
// changed since it was here.
//
// It is [incident.Missing] where no such page is there (any more), with the
// newest commit beside it. What a person can mend is [incident.Blocked]: no
// first page, no permission, a page of more than 1 MB. [incident.Later] is
// GitHub's limit. Any other error is passing.
func (w *Wiki) Read(
	ctx context.Context, installation int64, repo incident.Repo, path string,
) (content, tip string, err error) {
	if err = checkPath(path); err != nil {
		return "", "", err
	}
	err = w.work(ctx, installation, repo, "read the page "+path, func(ctx context.Context, c *clone) error {
		if refreshErr := c.refresh(ctx); refreshErr != nil {
			return refreshErr
		}
		tip = c.tip
		there, readErr := c.page(ctx, path)
		if readErr == nil {
			content = there.content
		}
		return readErr
	})
	return content, tip, err
}

// Edit changes a page. change gets what is there now, and returns what is to
// be there; false means that nothing is to be done. It is called again, on
// what is there by then, when somebody else's push came first, and may be
// called again after its change has gone out: then it should see that nothing
// is to be done. The message stands in the wiki's history: it should hold no
// words of people.
//
// A page that is not there (any more) is [incident.Missing] and is not made;
// other errors are those of [Wiki.Read], and [incident.Paused] in an archived
// repository.
func (w *Wiki) Edit(
	ctx context.Context, installation int64, repo incident.Repo, path, message string, change func(now string) (string, bool),
) error {
	if err := checkPath(path); err != nil {
		return err
	}
	return w.work(ctx, installation, repo, "edit the page "+path, func(ctx context.Context, c *clone) error {
		return w.publish(ctx, c, func(ctx context.Context) (string, error) {
			there, err := c.page(ctx, path)
			if err != nil {
				return "", err
			}
			anew, ok := change(there.content)
			if !ok || anew == there.content {
				return "", nil
			}
			if len(anew) > maxPage {
				return "", c.tooLong(path)
			}
			if err := c.readTree(ctx); err != nil {
				return "", err
			}
			return c.commit(ctx, file{path: path, mode: there.mode, content: anew}, message)
		})
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

// page is the page's newest content, all of it.
func (c *clone) page(ctx context.Context, path string) (*file, error) {
	if c.tip == "" {
		return nil, &emptyError{}
	}
	there, err := c.file(ctx, path)
	if err != nil {
		return nil, err
	}
	if there == nil {
		return nil, &incident.Missing{What: fmt.Sprintf("the page %s in the wiki of %s", path, c.repo)}
	}
	if there.size > maxPage {
		return nil, c.tooLong(path)
	}
	return there, nil
}

func (t target) tooLong(path string) error {
	return &incident.Blocked{Text: fmt.Sprintf(
		"The page [%s](%s/%s) in the wiki of %s is longer than %d MB, and can't be kept up to date any more. "+
			"Shorten it, for instance by moving data into files or other pages; it then goes on by itself.",
		markdown.Text(path), t.wiki, title(path), markdown.Text(string(t.repo)), maxPage>>20)}
}
