package playground

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// wikiBranch is what GitHub calls a wiki's default branch, whatever the
// repository's is called.
const wikiBranch = "master"

// errMoved says that somebody else changed the wiki meanwhile.
var errMoved = errors.New("the wiki has moved on")

// wikis are the bare repositories, one for each repository that has a first
// page.
type wikis struct {
	git   string // the program
	dir   string
	clock func() time.Time
	birth sync.Mutex // held while a wiki is created
}

func newWikis(dir string, clock func() time.Time) (*wikis, error) {
	git, err := exec.LookPath("git")
	if err != nil {
		return nil, fmt.Errorf("its wikis need git, which is not here: install git 2.31 or newer (for example: sudo apt-get install git): %w", err)
	}
	absolute, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("playground: find the folder of the wikis: %w", err)
	}
	return &wikis{git: git, dir: absolute, clock: clock}, nil
}

func wikiDir(id int64) string { return fmt.Sprintf("%d.wiki.git", id) }

func (w *wikis) exists(id int64) bool {
	_, err := os.Stat(filepath.Join(w.dir, wikiDir(id)))
	return err == nil
}

// commit is a change to a wiki.
type commit struct {
	author  string
	message string
	path    string
	content *string // nil deletes
}

// save changes a wiki, and creates it with its first page.
func (w *wikis) save(ctx context.Context, id int64, c commit) (string, error) {
	if sha, made, err := w.create(ctx, id, c); made || err != nil {
		return sha, err
	}
	for {
		sha, err := w.change(ctx, wikiDir(id), c)
		if !errors.Is(err, errMoved) {
			return sha, err
		}
	}
}

// create makes the wiki aside and moves it into its place, so that nobody
// sees one without a page.
func (w *wikis) create(ctx context.Context, id int64, c commit) (sha string, made bool, err error) {
	w.birth.Lock()
	defer w.birth.Unlock()
	if w.exists(id) {
		return "", false, nil
	}
	aside := wikiDir(id) + ".new"
	if _, err = w.run(ctx, "", nil, nil, "init", "--quiet", "--bare", "--initial-branch="+wikiBranch, aside); err != nil {
		return "", false, err
	}
	for _, setting := range []string{
		"uploadpack.allowFilter=true", "uploadpack.allowAnySHA1InWant=true",
		"receive.denyNonFastForwards=true", "receive.denyDeletes=true",
		"http.receivepack=true", "gc.auto=0", "receive.autogc=false",
	} {
		name, value, _ := strings.Cut(setting, "=")
		if _, err = w.run(ctx, aside, nil, nil, "config", name, value); err != nil {
			return "", false, err
		}
	}
	if sha, err = w.change(ctx, aside, c); err != nil {
		return "", false, err
	}
	if err := os.Rename(filepath.Join(w.dir, aside), filepath.Join(w.dir, wikiDir(id))); err != nil {
		return "", false, fmt.Errorf("playground: put the wiki into its place: %w", err)
	}
	return sha, true, nil
}

// change commits on top of the branch; errMoved if it moved meanwhile.
func (w *wikis) change(ctx context.Context, dir string, c commit) (string, error) {
	tip, err := w.run(ctx, dir, nil, nil, "for-each-ref", "--format=%(objectname)", "refs/heads/"+wikiBranch)
	if err != nil {
		return "", err
	}
	tree, err := w.writeTree(ctx, dir, tip, c)
	if err != nil {
		return "", err
	}
	args := []string{"commit-tree", "-m", c.message, tree}
	if tip != "" {
		args = append(args, "-p", tip)
	}
	sha, err := w.run(ctx, dir, nil, w.signature(c.author), args...)
	if err != nil {
		return "", err
	}
	old := tip
	if old == "" {
		old = strings.Repeat("0", len(sha))
	}
	if _, err := w.run(ctx, dir, nil, nil, "update-ref", "refs/heads/"+wikiBranch, sha, old); err != nil {
		return "", errors.Join(errMoved, err)
	}
	return sha, nil
}

// writeTree is the tip's tree with the one file changed. It goes through an
// index of its own, so that it can run beside others.
func (w *wikis) writeTree(ctx context.Context, dir, tip string, c commit) (string, error) {
	scratch, err := os.MkdirTemp("", "playground-index-")
	if err != nil {
		return "", fmt.Errorf("playground: make room for an index: %w", err)
	}
	defer func() { _ = os.RemoveAll(scratch) }()
	index := []string{"GIT_INDEX_FILE=" + filepath.Join(scratch, "index")}
	if tip != "" {
		if _, err := w.run(ctx, dir, nil, index, "read-tree", tip); err != nil {
			return "", err
		}
	}
	line := fmt.Sprintf("0 %040d\t%s\x00", 0, c.path)
	if c.content != nil {
		blob, err := w.run(ctx, dir, []byte(*c.content), nil, "hash-object", "-w", "--stdin")
		if err != nil {
			return "", err
		}
		line = fmt.Sprintf("100644 %s\t%s\x00", blob, c.path)
	}
	if _, err := w.run(ctx, dir, []byte(line), index, "update-index", "-z", "--index-info"); err != nil {
		return "", err
	}
	return w.run(ctx, dir, nil, index, "write-tree")
}

func (w *wikis) signature(author string) []string {
	date := w.clock().UTC().Format(time.RFC3339)
	mail := author + "@users.noreply.playground.invalid"
	return []string{
		"GIT_AUTHOR_NAME=" + author, "GIT_AUTHOR_EMAIL=" + mail, "GIT_AUTHOR_DATE=" + date,
		"GIT_COMMITTER_NAME=" + author, "GIT_COMMITTER_EMAIL=" + mail, "GIT_COMMITTER_DATE=" + date,
	}
}

// run is output without the space around it.
func (w *wikis) run(ctx context.Context, repo string, stdin []byte, env []string, args ...string) (string, error) {
	out, err := w.output(ctx, repo, stdin, env, args...)
	return strings.TrimSpace(string(out)), err
}

// output runs git in one of the repositories, and returns what it printed.
func (w *wikis) output(ctx context.Context, repo string, stdin []byte, env []string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, w.git, args...) //nolint:gosec // fixed commands; names and texts go through stdin or behind flags
	cmd.Dir = filepath.Join(w.dir, repo)
	cmd.Env = append(gitEnv(), env...)
	cmd.Stdin = bytes.NewReader(stdin)
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("playground: git %s: %w: %s", args[0], err, bytes.TrimSpace(complaint.Bytes()))
	}
	return out.Bytes(), nil
}
