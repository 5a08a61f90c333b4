package wiki

import (
	"context"
	"fmt"
	"path"
	"strings"

	"hindsight/internal/incident"
	"hindsight/internal/markdown"
)

// findRoom is [incident.Blocked] where another file of the index, that is to
// stay, has the place of one that is new.
func (c *clone) findRoom(ctx context.Context, edits []edit) error {
	var patterns []string
	fresh, going := map[string]string{}, map[string]bool{}
	for _, e := range edits {
		if going[e.path] = e.gone; !e.fresh {
			continue
		}
		if twin, taken := fresh[pageName(e.path)]; taken {
			return fmt.Errorf("the new pages %s and %s would have one name", twin, e.path)
		}
		fresh[pageName(e.path)] = e.path
		patterns = append(patterns, occupying(e.path)...)
	}
	if len(patterns) == 0 {
		return nil
	}
	found, err := c.git.output(ctx, command{args: append([]string{"ls-files", "-z", "--"}, patterns...)})
	if err != nil {
		return err
	}
	for there := range strings.SplitSeq(strings.TrimSuffix(found, "\x00"), "\x00") {
		if going[there] {
			continue
		}
		for _, name := range placesOf(there) {
			if ours, wanted := fresh[name]; wanted {
				return c.inTheWay(ours, there)
			}
		}
	}
	return nil
}

// occupying are the patterns of files that could have a page's place. GitHub
// looks pages up without regard to case, directory and markup, and takes a
// space for a hyphen. What git finds is more than that: see [placesOf].
func occupying(page string) []string {
	spaced := strings.ReplaceAll(title(page), "-", "[- ]")
	return []string{":(icase)" + page, ":(icase,glob)**/" + spaced + ".*"}
}

// pageName is what GitHub looks a page up by.
func pageName(page string) string {
	return strings.ToLower(strings.ReplaceAll(strings.TrimSuffix(page, path.Ext(page)), " ", "-"))
}

// placesOf are the names of the pages whose place a file has: that which it is
// a page of, and that which its directory would be the file of.
func placesOf(file string) (names []string) {
	if pageMarkup(strings.ToLower(path.Ext(file))) {
		names = append(names, pageName(path.Base(file)))
	}
	if first, _, _ := strings.Cut(file, "/"); strings.EqualFold(path.Ext(first), ".md") {
		names = append(names, pageName(first))
	}
	return names
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

func (t target) inTheWay(page, there string) error {
	return &incident.Blocked{Text: fmt.Sprintf(
		"The page %s can't be made: the wiki of %s has another page in its place, [%s](%s/%s). "+
			"Rename or delete that page; the post-mortem then follows by itself.",
		markdown.Text(title(page)), markdown.Text(string(t.repo)), markdown.Text(there), t.wiki, title(page))}
}
