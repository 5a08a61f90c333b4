package wiki

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
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

// has is whether the clone's tip is the commit, which was the host's newest a
// moment ago.
func (c *clone) has(ctx context.Context, commit string) bool {
	if _, err := os.Stat(c.git.repository()); err != nil || commit == "" {
		return false
	}
	return c.load(ctx) == nil && c.tip == commit
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

// readTree makes the tip's tree the index.
func (c *clone) readTree(ctx context.Context) error {
	if c.tip == "" {
		return c.git.run(ctx, command{args: []string{"read-tree", "--empty"}})
	}
	return c.git.run(ctx, command{args: []string{"read-tree", c.tip}})
}

// commit puts the edits into the index, and makes a commit of that on top of
// the tip. Trees may name files whose content isn't here: they stay as they
// are.
func (c *clone) commit(ctx context.Context, edits []edit, message string) (string, error) {
	entries, err := c.stage(ctx, edits)
	if err != nil {
		return "", err
	}
	if err = c.git.run(ctx, command{args: []string{"update-index", "-z", "--index-info"}, stdin: entries}); err != nil {
		return "", err
	}
	tree, err := c.git.line(ctx, command{args: []string{"write-tree", "--missing-ok"}})
	if err != nil {
		return "", err
	}
	args := []string{"commit-tree", tree}
	if c.tip != "" {
		args = append(args, "-p", c.tip)
	}
	return c.git.line(ctx, command{args: args, stdin: message + "\n"})
}

// stage stores the edits' contents, and returns the index's lines for them.
func (c *clone) stage(ctx context.Context, edits []edit) (string, error) {
	var lines strings.Builder
	for _, e := range edits {
		if e.gone {
			fmt.Fprintf(&lines, "0 %s\t%s\x00", strings.Repeat("0", len(c.tip)), e.path)
			continue
		}
		blob, err := c.git.line(ctx, command{args: []string{"hash-object", "-w", "--stdin"}, stdin: e.content})
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&lines, "%s %s\t%s\x00", e.mode, blob, e.path)
	}
	return lines.String(), nil
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
