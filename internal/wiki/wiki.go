package wiki

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
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

// Options say where the wikis are, and as whom pages are written there.
type Options struct {
	// Git is the git binary, by path or by name.
	Git string
	// BaseURL is the address of GitHub's pages, such as https://github.com.
	// The token is sent there: anything but https is for tests.
	BaseURL string
	// Dir is where git works and clones are kept. Several processes may share
	// it; all of it may be removed while none is at work.
	Dir string
	// Token is an installation's token that may write to the repository.
	Token func(ctx context.Context, installation int64, repo incident.Repo) (string, error)
	// AuthorName and AuthorEmail stand in the commits.
	AuthorName, AuthorEmail string
	Clock                   func() time.Time
	// Timeout bounds the work on one page, waiting for others of the same
	// wiki included.
	Timeout time.Duration
	// MaxScratch bounds what one wiki may take on disk while it is worked on,
	// in bytes. Zero means 256 MiB.
	MaxScratch int64
	// MaxClones and MaxKept bound how many clones are kept, and how many bytes
	// they take together; those that were not used for longest go first. Zero
	// means 256, and 1 GiB.
	MaxClones int
	MaxKept   int64
	Logger    *slog.Logger
}

// Wiki reads and changes pages. It is safe for concurrent use; what is
// done in one wiki waits for each other, so that its pushes don't reject each
// other.
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
	return &Wiki{options: withDefaults(o), base: strings.TrimSuffix(base.String(), "/")}, nil
}

func withDefaults(o Options) Options {
	if o.MaxScratch == 0 {
		o.MaxScratch = maxScratch
	}
	if o.MaxClones == 0 {
		o.MaxClones = maxClones
	}
	if o.MaxKept == 0 {
		o.MaxKept = maxKept
	}
	return o
}

// Another process may be at work in a younger directory.
const leftoverAge = 24 * time.Hour

// removeLeftovers removes what a crash left behind of clones that were not to
// be kept.
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

// target is one wiki, and what it takes to get in.
type target struct {
	repo  incident.Repo
	git   string // the wiki's address for git
	wiki  string // the wiki's address for people
	token string
}

var (
	// Paths are safe in a shell, a URL, a git pathspec and on any disk. No
	// hidden files, no directories. GitHub's own parts of a page, such as
	// _Sidebar.md, begin with an underscore.
	safePath = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]*\.md$`)
	// Managed users' logins have an underscore.
	safeRepo = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]*/[A-Za-z0-9._-]+$`)
)

const maxPath = 200 // bytes; file systems of people who clone the wiki end at 255

func checkPaths(paths []string) error {
	for _, path := range paths {
		if !safePath.MatchString(path) || strings.Contains(path, "..") || len(path) > maxPath {
			return fmt.Errorf("the page's path %q is not a flat, safe file name that ends in .md", path)
		}
	}
	return nil
}

// title is the page's name: its path without ".md".
func title(path string) string { return strings.TrimSuffix(path, ".md") }

func (w *Wiki) target(repo incident.Repo) (target, error) {
	if !safeRepo.MatchString(string(repo)) || repo.Name() == "." || repo.Name() == ".." {
		return target{}, fmt.Errorf("%q is not the name of a repository", repo)
	}
	site := w.base + "/" + string(repo)
	return target{repo: repo, git: site + ".wiki.git", wiki: site + "/wiki"}, nil
}

// name is safe on any disk, and one for all spellings, since GitHub's
// addresses have no case.
func (t target) name() string {
	sum := sha256.Sum256([]byte(strings.ToLower(t.git)))
	return hex.EncodeToString(sum[:16])
}

// admit gets the token.
func (w *Wiki) admit(ctx context.Context, installation int64, t target) (target, error) {
	token, err := w.options.Token(ctx, installation, t.repo)
	if err != nil {
		return t, fmt.Errorf("get a token for the wiki of %s: %w", t.repo, err)
	}
	if token == "" {
		return t, fmt.Errorf("the token for the wiki of %s is empty", t.repo)
	}
	t.token = token
	return t, nil
}

// authorization is the header that GitHub takes an installation's token in.
func (t target) authorization() string {
	return "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte("x-access-token:"+t.token))
}
