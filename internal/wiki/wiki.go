package wiki

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"hindsight/internal/incident"
)

// attempts is how often a page is made again because somebody else pushed
// first. They follow each other at once: each one fails only because another
// push succeeded.
const attempts = 5

// Options say where the wikis are, and as whom pages are written there.
type Options struct {
	// Git is the git binary, by path or by name.
	Git string
	// BaseURL is the address of GitHub's pages, such as https://github.com.
	// The token is sent there: anything but https is for tests.
	BaseURL string
	// Dir is where git works. What is in it lasts as long as one page takes.
	Dir string
	// Token is an installation's token that may write to the repository.
	Token func(ctx context.Context, installation int64, repo incident.Repo) (string, error)
	// AuthorName and AuthorEmail stand in the commits.
	AuthorName, AuthorEmail string
	Clock                   func() time.Time
	// Timeout bounds one page, waiting for others of the same wiki included.
	Timeout time.Duration
	// MaxScratch bounds what one page may take on disk while it is made, in
	// bytes. Zero means 256 MiB.
	MaxScratch int64
	Logger     *slog.Logger
}

// Wiki publishes pages. It is safe for concurrent use; pages of one wiki wait
// for each other, so that they don't reject each other's pushes.
type Wiki struct {
	options Options
	base    string // without a slash at the end
	queues  queues
}

// New checks the options and makes the directory. It doesn't look for git:
// see [Wiki.Check].
func New(o Options) (*Wiki, error) {
	base, err := url.Parse(o.BaseURL)
	if err != nil || base.Host == "" || (base.Scheme != "https" && base.Scheme != "http") {
		return nil, fmt.Errorf("the wikis' address %q is not the address of a web site, such as https://github.com", o.BaseURL)
	}
	if base.User != nil || base.RawQuery != "" || base.Fragment != "" {
		return nil, errors.New("the wikis' address has more than a host and a path")
	}
	if o.Timeout <= 0 {
		return nil, errors.New("publishing a wiki page needs a timeout above zero")
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the directory for wikis: %w", err)
	}
	if err := removeLeftovers(o.Dir, o.Clock().Add(-leftoverAge)); err != nil {
		return nil, fmt.Errorf("clean the directory for wikis: %w", err)
	}
	if o.MaxScratch == 0 {
		o.MaxScratch = maxScratch
	}
	return &Wiki{options: o, base: strings.TrimSuffix(base.String(), "/")}, nil
}

const (
	scratch = "page-" // begins the name of each page's directory
	// Another process may be at work in a younger directory.
	leftoverAge = 24 * time.Hour
)

// removeLeftovers removes what a crash left behind.
func removeLeftovers(dir string, before time.Time) error {
	found, err := filepath.Glob(filepath.Join(dir, scratch+"*"))
	if err != nil {
		return err
	}
	for _, path := range found {
		info, err := os.Stat(path)
		if err != nil || info.ModTime().After(before) {
			continue // gone meanwhile, or in use
		}
		if err := os.RemoveAll(path); err != nil {
			return err
		}
	}
	return nil
}

// publication is one page on its way into one wiki.
type publication struct {
	repo  incident.Repo
	page  incident.CreatePage
	name  string // the page's, without ".md"
	git   string // the wiki's address for git
	wiki  string // the wiki's address for people
	token string
}

// Create makes the page at page.Path with page.Content. A page of the same
// incident that is there already, by the hidden marker in both, is success and
// left alone: an earlier try got that far.
//
// What a person can mend is [incident.Blocked]: no first page yet, no
// permission, another page in the way. [incident.Later] is GitHub's limit,
// [incident.Paused] an archived repository. Any other error is passing.
func (w *Wiki) Create(ctx context.Context, installation int64, repo incident.Repo, page incident.CreatePage) error {
	p, err := w.publication(repo, page)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, w.options.Timeout)
	defer cancel()
	release, err := w.queues.enter(ctx, repo)
	if err != nil {
		return fmt.Errorf("wait for another page of the wiki of %s: %w", repo, err)
	}
	defer release()
	if p.token, err = w.options.Token(ctx, installation, repo); err != nil {
		return fmt.Errorf("get a token for the wiki of %s: %w", repo, err)
	}
	if p.token == "" {
		return fmt.Errorf("the token for the wiki of %s is empty", repo)
	}
	if err := w.publish(ctx, p); err != nil {
		return w.explain(ctx, p, err)
	}
	return nil
}

var (
	// Paths are safe in a shell, a URL, a git pathspec and on any disk. No
	// hidden files, no directories.
	safePath = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*\.md$`)
	// Managed users' logins have an underscore.
	safeRepo = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]*/[A-Za-z0-9._-]+$`)
)

const maxPath = 200 // bytes; file systems of people who clone the wiki end at 255

func (w *Wiki) publication(repo incident.Repo, page incident.CreatePage) (*publication, error) {
	if !safePath.MatchString(page.Path) || strings.Contains(page.Path, "..") || len(page.Path) > maxPath {
		return nil, fmt.Errorf("the page's path %q is not a flat, safe file name that ends in .md", page.Path)
	}
	if !safeRepo.MatchString(string(repo)) || repo.Name() == "." || repo.Name() == ".." {
		return nil, fmt.Errorf("%q is not the name of a repository", repo)
	}
	site := w.base + "/" + string(repo)
	return &publication{
		repo: repo, page: page, name: strings.TrimSuffix(page.Path, ".md"),
		git: site + ".wiki.git", wiki: site + "/wiki",
	}, nil
}

// authorization is the header that GitHub takes an installation's token in.
func (p *publication) authorization() string {
	return "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte("x-access-token:"+p.token))
}

// publish makes the page until a push is taken.
func (w *Wiki) publish(ctx context.Context, p *publication) error {
	var last *rejection
	for attempt := range attempts {
		r, err := w.try(ctx, p)
		if err != nil || r == nil {
			return err
		}
		if last != nil && last.tip == r.tip { // nobody was faster: it is the push that is refused
			return &refusedError{reason: r.reason}
		}
		w.options.Logger.DebugContext(ctx, "wiki push rejected", "repo", p.repo, "attempt", attempt+1, "reason", r.reason)
		last = r
	}
	return fmt.Errorf("others pushed to the wiki %d times in a row while the page was being made", attempts)
}

// try makes the page once, on the newest commit. The rejection is nil when
// the page is there.
func (w *Wiki) try(ctx context.Context, p *publication) (_ *rejection, err error) {
	dir, err := os.MkdirTemp(w.options.Dir, scratch)
	if err != nil {
		return nil, fmt.Errorf("make a directory for git: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	ctx, release := limitDisk(ctx, dir, w.options.MaxScratch)
	defer release()
	c, err := w.clone(ctx, p, dir)
	if err != nil {
		return nil, err
	}
	there, err := c.find(ctx, p)
	if err != nil || there {
		return nil, err
	}
	commit, err := c.commit(ctx, p)
	if err != nil {
		return nil, err
	}
	return c.push(ctx, commit)
}
