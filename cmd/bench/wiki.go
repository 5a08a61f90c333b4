package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"hindsight/internal/github"
	"hindsight/internal/playground"
	"hindsight/internal/reconcile"
	"hindsight/internal/wiki"
)

const (
	// again is how often a repeated change is measured.
	again = 5
	// fewKB is how much a change may move each way in the largest wiki.
	fewKB = 10_000
)

// wikiSizes are how many pages the wikis have that are compared.
func wikiSizes() []int { return []int{10, 1_000, 20_000} }

// cost is what one change of a wiki takes.
type cost struct {
	git    usage // requests, and the bytes of their bodies
	took   time.Duration
	memory int64 // bytes, of all gits on this side together; 0 if not known
	disk   int64 // bytes that are left on the disk afterwards
}

// change is one way to change a wiki, and what it took each time.
type change struct {
	name  string
	costs []cost
	aimed bool // at moving little
}

// library is a wiki of many pages, and who writes to it.
type library struct {
	github *standIn
	app    *github.App
	id     int64 // the installation's
	pages  *wiki.Wiki
	dir    string // everything
	rows   int    // of the index
	made   int    // pages, so far
}

// wiki measures what a page and its row in the index take in wikis of
// different sizes: as the program writes them, and from a clone.
func (b *bench) wiki(ctx context.Context) error {
	rows := []row{{"", costHeading, ""}}
	for _, pages := range wikiSizes() {
		changes, err := measureWiki(ctx, filepath.Join(b.dir, fmt.Sprint("wiki-", pages)), pages)
		if err != nil {
			return fmt.Errorf("a wiki of %s pages: %w", thousands(pages), err)
		}
		rows = append(rows, row{thousands(pages) + " pages", "", ""})
		for _, c := range changes {
			rows = append(rows, c.row())
		}
	}
	b.print(fmt.Sprintf("One page and its row in the index, one commit; what is repeated: median of %d", again), rows)
	return nil
}

func measureWiki(ctx context.Context, dir string, pages int) (changes []change, err error) {
	l, err := openLibrary(ctx, dir, pages)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, l.github.end()) }()
	ways := []struct {
		name  string
		often int
		aimed bool
		do    func(context.Context) (kept string, err error)
	}{
		{"full clone, commit, push", 1, false, func(ctx context.Context) (string, error) { return l.clone(ctx) }},
		{"clone --depth 1, commit, push", 1, false, func(ctx context.Context) (string, error) { return l.clone(ctx, "--depth=1") }},
		{"hindsight, first page", 1, false, l.publish},
		{"hindsight, each further page", again, true, l.publish},
		{"hindsight, a page is read and updated", again, true, l.update},
	}
	for _, way := range ways {
		c := change{name: way.name, aimed: way.aimed}
		for range way.often {
			one, err := l.measure(ctx, way.do)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", way.name, err)
			}
			c.costs = append(c.costs, one)
		}
		changes = append(changes, c)
	}
	return changes, nil
}

// openLibrary makes the wiki.
func openLibrary(ctx context.Context, dir string, pages int) (*library, error) {
	s, err := newStandIn(ctx, dir)
	if err != nil {
		return nil, err
	}
	l := &library{github: s, dir: dir, rows: min(pages, indexed)}
	if err := l.open(ctx, pages); err != nil {
		return nil, errors.Join(err, s.end())
	}
	return l, nil
}

func (l *library) open(ctx context.Context, pages int) (err error) {
	if err = l.fill(ctx, pages); err != nil {
		return err
	}
	key, err := playground.SharedKey()
	if err != nil {
		return fmt.Errorf("make a throwaway key: %w", err)
	}
	quiet := slog.New(slog.DiscardHandler)
	l.app, err = github.New(github.Options{
		AppID: l.github.App().ID, Key: key, APIURL: l.github.URL() + "/api/v3/", AllowedOwners: []string{owner},
		Clock: time.Now, Logger: quiet,
	})
	if err != nil {
		return err
	}
	if l.id, err = l.app.InstallationOf(ctx, shop); err != nil {
		return err
	}
	l.pages, err = wiki.New(wiki.Options{
		Git: "git", BaseURL: l.github.URL(), Dir: l.kept(), Token: l.app.WikiToken,
		AuthorName: "Hindsight", AuthorEmail: "hindsight[bot]@users.noreply.github.com",
		Clock: time.Now, Timeout: enough, Logger: quiet,
	})
	return err
}

// kept is the program's folder for wikis.
func (l *library) kept() string { return filepath.Join(l.dir, "kept") }

// measure changes the wiki once, in a way that names what it leaves on the
// disk.
func (l *library) measure(ctx context.Context, do func(context.Context) (kept string, err error)) (c cost, err error) {
	l.github.ResetCalls()
	watched := watchGit()
	began := time.Now()
	kept, err := do(ctx)
	c.took, c.memory = time.Since(began), watched()
	if err != nil {
		return c, err
	}
	c.git = total(l.github.Calls(), "git ")
	c.disk, err = taken(kept)
	return c, err
}

// publish makes one more page, as the program does.
func (l *library) publish(ctx context.Context) (kept string, err error) {
	l.made++
	name, text, entry := newPage(l.made)
	return l.kept(), l.pages.Change(ctx, l.id, shop, reconcile.PagesChange{
		Paths: []string{name, indexName},
		Edit: func(now map[string]string) (map[string]string, string, error) {
			return map[string]string{name: text, indexName: now[indexName] + entry}, "Create " + strings.TrimSuffix(name, ".md"), nil
		},
	})
}

// update reads the page that was made last, and changes two lines of it and its
// row in the index.
func (l *library) update(ctx context.Context) (kept string, err error) {
	name, _, entry := newPage(l.made)
	_, tip, err := l.pages.Read(ctx, l.id, shop, name, indexName)
	if err != nil {
		return "", err
	}
	return l.kept(), l.pages.Change(ctx, l.id, shop, reconcile.PagesChange{
		Paths: []string{name, indexName}, Base: tip,
		Edit: func(now map[string]string) (map[string]string, string, error) {
			stamp := time.Now().UTC().Format(time.RFC3339Nano)
			return map[string]string{
				name:      now[name] + "| " + stamp + " | Rolled back to v212 |\n",
				indexName: strings.Replace(now[indexName], strings.TrimSpace(entry), strings.TrimSpace(entry)+" "+stamp, 1),
			}, "Update facts and timeline", nil
		},
	})
}

const costHeading = "      down         up   requests       time     memory       disk"

// row is the median in each column.
func (c change) row() row {
	requests := middle(c.costs, func(c cost) int64 { return int64(c.git.requests) })
	down := middle(c.costs, func(c cost) int64 { return c.git.received })
	up := middle(c.costs, func(c cost) int64 { return c.git.sent })
	r := row{what: "  " + c.name, figure: fmt.Sprintf("%10s %10s %10d %10s %10s %10s", amount(down), amount(up), requests,
		millis(time.Duration(middle(c.costs, func(c cost) int64 { return int64(c.took) }))),
		amount(middle(c.costs, func(c cost) int64 { return c.memory })),
		amount(middle(c.costs, func(c cost) int64 { return c.disk })))}
	if c.aimed {
		r.aim = "under " + amount(fewKB) + " each way"
	}
	return r
}

func middle[T cmp.Ordered](costs []cost, of func(cost) T) T {
	var all []T
	for _, c := range costs {
		all = append(all, of(c))
	}
	slices.Sort(all)
	return quantile(all, 0.5)
}

// amount writes bytes as people do.
func amount(bytes int64) string {
	switch {
	case bytes == 0:
		return "-"
	case bytes < 1_000:
		return fmt.Sprintf("%d B", bytes)
	case bytes < 1_000_000:
		return fmt.Sprintf("%.1f KB", float64(bytes)/1e3)
	}
	return megabytes(bytes)
}
