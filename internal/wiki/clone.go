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

// clone is the wiki's newest commit and its tree, in a directory of its own.
type clone struct {
	git    runner
	branch string // full name of the wiki's default branch
	tip    string // the commit that was newest, or "" in an empty repository
}

// clone fetches one commit and its trees, and no file's content: what is
// moved doesn't grow with the wiki's history or the length of its pages.
func (w *Wiki) clone(ctx context.Context, p *publication, dir string) (*clone, error) {
	c := &clone{git: w.runner(p, dir)}
	err := c.git.run(ctx, command{args: []string{
		"clone", "--quiet", "--bare", "--depth=1", "--filter=blob:none", "--no-tags", "--single-branch", "--template=",
		"--", p.git, c.git.repository(),
	}})
	if err != nil {
		return nil, err
	}
	// Only the branch that HEAD names goes live. An empty repository has a
	// HEAD too: the page becomes its first commit.
	if c.branch, err = c.git.line(ctx, command{args: []string{"symbolic-ref", "HEAD"}}); err != nil {
		return nil, fmt.Errorf("find the wiki's default branch: %w", err)
	}
	c.tip, err = c.git.line(ctx, command{args: []string{"for-each-ref", "--format=%(objectname)", c.branch}})
	return c, err
}

// find is whether the page is there already. Another one that has its place
// is [incident.Blocked].
func (c *clone) find(ctx context.Context, p *publication) (bool, error) {
	if c.tip == "" {
		return false, nil
	}
	if err := c.git.run(ctx, command{args: []string{"read-tree", c.tip}}); err != nil {
		return false, err
	}
	path, err := c.occupied(ctx, p.name)
	if err != nil || path == "" {
		return false, err
	}
	if path != p.page.Path {
		return false, inTheWay(p, path)
	}
	// The content is fetched only now. The marker is at the top: the rest of
	// a long page doesn't matter.
	content, err := c.git.output(ctx, command{args: []string{"cat-file", "blob", c.tip + ":" + path}})
	if err != nil {
		return false, err
	}
	if !sameIncident(content, p.page.Content) {
		return false, inTheWay(p, path)
	}
	return true, nil
}

// occupied is the file that GitHub would show under the page's name, or "".
// GitHub looks pages up without regard to case, directory and markup, and
// takes a space for a hyphen.
func (c *clone) occupied(ctx context.Context, name string) (string, error) {
	pattern := ":(icase,glob)**/" + strings.ReplaceAll(name, "-", "[- ]") + ".*"
	out, err := c.git.output(ctx, command{args: []string{"ls-files", "-z", "--", pattern}})
	if err != nil {
		return "", err
	}
	found := ""
	for path := range strings.SplitSeq(strings.TrimSuffix(out, "\x00"), "\x00") {
		switch {
		case path == name+".md":
			return path, nil
		case pageMarkup(strings.ToLower(filepath.Ext(path))) && len(filepath.Base(path)) == len(name)+len(filepath.Ext(path)):
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
// tracker names, and the page is never written to again.
func sameIncident(there, ours string) bool {
	a, okA := markdown.FindMarker(there, "page")
	b, okB := markdown.FindMarker(ours, "page")
	return okA && okB && maps.Equal(a, b)
}

// commit adds the page to the tree. Trees may name files whose content isn't
// here: they stay as they are.
func (c *clone) commit(ctx context.Context, p *publication) (string, error) {
	blob, err := c.git.line(ctx, command{args: []string{"hash-object", "-w", "--stdin"}, stdin: p.page.Content})
	if err != nil {
		return "", err
	}
	entry := "100644," + blob + "," + p.page.Path
	if err = c.git.run(ctx, command{args: []string{"update-index", "--add", "--cacheinfo", entry}}); err != nil {
		return "", err
	}
	tree, err := c.git.line(ctx, command{args: []string{"write-tree", "--missing-ok"}})
	if err != nil {
		return "", err
	}
	// The message names the file, not the title: words of people could
	// mention somebody here too.
	args := []string{"commit-tree", tree, "-m", "Create " + p.name}
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
	out, err := c.git.output(ctx, command{args: []string{"push", "--porcelain", "--no-verify", "origin", commit + ":" + c.branch}})
	if err == nil {
		return nil, nil //nolint:nilnil // no rejection and no failure is what success is
	}
	for line := range strings.SplitSeq(out, "\n") {
		if status, ok := strings.CutPrefix(line, "!\t"); ok {
			_, reason, _ := strings.Cut(status, "\t")
			return &rejection{tip: c.tip, reason: c.git.redact(reason)}, nil
		}
	}
	return nil, err
}

func inTheWay(p *publication, path string) error {
	return &incident.Blocked{Text: fmt.Sprintf(
		"The post-mortem page can't be made: the wiki of %s has another page in its place, [%s](%s/%s). "+
			"Rename or delete that page; the post-mortem then follows by itself.",
		markdown.Text(string(p.repo)), markdown.Text(path), p.wiki, p.name)}
}
