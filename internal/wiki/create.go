package wiki

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"strings"

	"hindsight/internal/incident"
	"hindsight/internal/markdown"
)

// Create makes the page at page.Path with page.Content. A page of the same
// incident that is there already, by the hidden marker in both, is success and
// left alone: an earlier try got that far.
//
// What a person can mend is [incident.Blocked]: no first page yet, no
// permission, another page in the way. [incident.Later] is GitHub's limit,
// [incident.Paused] an archived repository. Any other error is passing.
func (w *Wiki) Create(ctx context.Context, installation int64, repo incident.Repo, page incident.CreatePage) error {
	if err := checkPath(page.Path); err != nil {
		return err
	}
	return w.work(ctx, installation, repo, "create the page "+page.Path, func(ctx context.Context, c *clone) error {
		return w.publish(ctx, c, func(ctx context.Context) (string, error) {
			there, err := c.find(ctx, page)
			if err != nil || there {
				return "", err
			}
			// The message names the file, not the title: words of people
			// could mention somebody here too.
			return c.commit(ctx, file{path: page.Path, mode: regularMode, content: page.Content}, "Create "+title(page.Path))
		})
	})
}

// find is whether the page is there already. Another one that has its place
// is [incident.Blocked].
func (c *clone) find(ctx context.Context, page incident.CreatePage) (bool, error) {
	if err := c.readTree(ctx); err != nil {
		return false, err
	}
	path, err := c.occupied(ctx, title(page.Path))
	if err != nil || path == "" {
		return false, err
	}
	if path != page.Path {
		return false, c.inTheWay(page, path)
	}
	// The content is fetched only now. The marker is at the top: the rest of
	// a long page doesn't matter.
	there, err := c.file(ctx, path)
	if err != nil {
		return false, err
	}
	if there == nil || !sameIncident(there.content, page.Content) {
		return false, c.inTheWay(page, path)
	}
	return true, nil
}

// occupied is the file that GitHub would show under the page's name, or "".
// GitHub looks pages up without regard to case, directory and markup, and
// takes a space for a hyphen.
func (c *clone) occupied(ctx context.Context, name string) (string, error) {
	_, kind, _, err := c.entry(ctx, name+".md")
	if err != nil || kind != "" { // a directory, too: the index knows only what is in it
		return name + ".md", err
	}
	pattern := ":(icase,glob)**/" + strings.ReplaceAll(name, "-", "[- ]") + ".*"
	out, err := c.git.output(ctx, command{args: []string{"ls-files", "-z", "--", pattern}})
	if err != nil {
		return "", err
	}
	found := ""
	for path := range strings.SplitSeq(strings.TrimSuffix(out, "\x00"), "\x00") {
		ext := filepath.Ext(path)
		if pageMarkup(strings.ToLower(ext)) && len(filepath.Base(path)) == len(name)+len(ext) {
			found = path
		}
	}
	return found, nil
}

// pageMarkup is whether files with the extension are pages.
func pageMarkup(ext string) bool {
	switch ext {
	case ".md", ".markdown", ".mdown", ".mkdn", ".mkd", ".textile", ".rdoc", ".org", ".creole",
		".mediawiki", ".wiki", ".rst", ".asciidoc", ".adoc", ".asc", ".pod":
		return true
	}
	return false
}

// sameIncident compares the hidden markers. One alone proves little, since
// whoever may edit the wiki can write one; but the path is one that the
// tracker names.
func sameIncident(there, ours string) bool {
	a, okA := markdown.FindMarker(there, "page")
	b, okB := markdown.FindMarker(ours, "page")
	return okA && okB && maps.Equal(a, b)
}

func (c *clone) inTheWay(page incident.CreatePage, path string) error {
	return &incident.Blocked{Text: fmt.Sprintf(
		"The post-mortem page can't be made: the wiki of %s has another page in its place, [%s](%s/%s). "+
			"Rename or delete that page; the post-mortem then follows by itself.",
		markdown.Text(string(c.repo)), markdown.Text(path), c.wiki, title(page.Path))}
}
