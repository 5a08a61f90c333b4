package wiki_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"hindsight/internal/incident"
	"hindsight/internal/wiki"
)

const (
	// writersVariable is how long [TestConcurrentWriters] lasts, such as 1m.
	writersVariable = "HINDSIGHT_TEST_WIKI_WRITERS"
	// updatesVariable is how many updates [TestManyUpdates] makes.
	updatesVariable = "HINDSIGHT_TEST_WIKI_UPDATES"
)

// person works in a clone of their own, as people do who don't use the
// browser.
type person struct {
	name, dir string
	commits   []string // those that were pushed
	lines     []string // what they wrote
}

// newPerson clones the wiki.
func newPerson(ctx context.Context, t *testing.T, s *server, name string) *person {
	t.Helper()
	p := &person{name: name, dir: t.TempDir()}
	if _, err := p.git(ctx, "clone", "--quiet", s.URL+"/"+wikiRepo+".git", "."); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *person) git(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir = p.dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null", "LC_ALL=C",
		"GIT_AUTHOR_NAME="+p.name, "GIT_AUTHOR_EMAIL="+p.name+"@example.org",
		"GIT_COMMITTER_NAME="+p.name, "GIT_COMMITTER_EMAIL="+p.name+"@example.org",
		"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=http.extraHeader",
		"GIT_CONFIG_VALUE_0=Authorization: Basic "+base64.StdEncoding.EncodeToString([]byte("x-access-token:"+token)))
	out, err := cmd.CombinedOutput()
	if err != nil {
		err = fmt.Errorf("git %v: %w: %s", args, err, out)
	}
	return strings.TrimSpace(string(out)), err
}

// save writes a line under the person's heading on a page that all share, and
// pushes it, after what others have pushed if need be.
func (p *person) save(ctx context.Context, shared, line string) error {
	file := filepath.Join(p.dir, shared)
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	heading := heading(p.name)
	anew := strings.Replace(string(text), heading, heading+line, 1)
	if err = os.WriteFile(file, []byte(anew), 0o600); err != nil {
		return err
	}
	if _, err = p.git(ctx, "commit", "--quiet", "--all", "--message="+line); err != nil {
		return err
	}
	for {
		if _, err = p.git(ctx, "push", "--quiet"); err == nil {
			break
		}
		if !strings.Contains(err.Error(), "rejected") && !strings.Contains(err.Error(), "cannot lock ref") {
			return err
		}
		if _, err = p.git(ctx, "pull", "--quiet", "--rebase"); err != nil {
			return err
		}
	}
	commit, err := p.git(ctx, "rev-parse", "HEAD")
	p.commits, p.lines = append(p.commits, commit), append(p.lines, line)
	return err
}

// saveOften saves a line, thinks for a while, and saves the next.
func (p *person) saveOften(ctx context.Context, over <-chan struct{}, shared string) error {
	const thought = 5 * time.Second
	for n := 0; ; n++ {
		if err := p.save(ctx, shared, fmt.Sprintf("Line %d of %s.\n", n, p.name)); err != nil {
			return err
		}
		select {
		case <-time.After(thought):
		case <-over:
			return nil
		}
	}
}

// heading is followed by lines that nobody changes, so that git can tell what
// one writes from what the next does.
func heading(name string) string { return "## " + name + "\n\n" }

// Eight people push from clones of their own, and the app from two processes
// that share a directory: every commit is there at the end, ours and theirs.
func TestConcurrentWriters(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("people and two processes push for seconds: run without -short")
	}
	s := newServer(t)
	s.wiki(wikiRepo, "master")
	var people []*person
	text := ""
	for n := range 8 {
		text += heading(fmt.Sprint("person-", n)) + strings.Repeat("\n---\n", 3)
	}
	text += heading("app")
	s.save(wikiRepo, path, text)
	for n := range 8 {
		people = append(people, newPerson(t.Context(), t, s, fmt.Sprint("person-", n)))
	}
	first, o := newWiki(t, s, nil)
	second, _ := newWiki(t, s, func(other *wiki.Options) { other.Dir = o.Dir })
	over := make(chan struct{})
	time.AfterFunc(duration(t, writersVariable, 3*time.Second), func() { close(over) })

	var wg sync.WaitGroup
	for _, p := range people {
		wg.Go(func() {
			if err := p.saveOften(t.Context(), over, path); err != nil {
				t.Errorf("%s: %v", p.name, err)
			}
		})
	}
	ours := make([]int, 2)
	for i, w := range []*wiki.Wiki{first, second} {
		wg.Go(func() {
			for insist(t, w, fmt.Sprintf("Line %d of process %d.", ours[i], i)) {
				ours[i]++
				select {
				case <-over:
					return
				default:
				}
			}
		})
	}
	wg.Wait()
	wantAllCommits(t, s, people, ours)
	wantOnlyClones(t, o.Dir, 1)
	s.fsckClone(t, clone(t, o.Dir))
}

// insist adds a line to our page. Where people are faster five times in a row,
// it is tried again later, as any error is that passes.
func insist(t *testing.T, w *wiki.Wiki, line string) bool {
	t.Helper()
	for range 100 {
		err := edit(t, w, add(line))
		if err == nil {
			return true
		}
		if blocked, ok := errors.AsType[*incident.Blocked](err); ok {
			t.Errorf("%s: %v", line, blocked)
			return false
		}
	}
	t.Errorf("%s: was never taken", line)
	return false
}

func wantAllCommits(t *testing.T, s *server, people []*person, ours []int) {
	t.Helper()
	there := map[string]bool{}
	for commit := range strings.Lines(s.git(wikiRepo, "", "rev-list", "HEAD")) {
		there[strings.TrimSpace(commit)] = true
	}
	content, total := s.content(), 2 // the first two
	once := func(line string) {
		if strings.Count(content, line) != 1 {
			t.Errorf("%q is there %d times", line, strings.Count(content, line))
		}
		total++
	}
	for _, p := range people {
		for i, commit := range p.commits {
			once(p.lines[i])
			if !there[commit] {
				t.Errorf("commit %s of %s is not there any more", commit, p.name)
			}
		}
	}
	for i, n := range ours {
		for line := range n {
			once(fmt.Sprintf("Line %d of process %d.", line, i))
		}
	}
	if len(there) != total || total == 2 {
		t.Errorf("%d commits, want %d", len(there), total)
	}
	s.git(wikiRepo, "", "fsck", "--strict", "--no-dangling")
	t.Logf("%d commits, %v of them ours; %d pushes", total, ours, len(slices.DeleteFunc(s.asked(), func(r string) bool { return r != "POST /git-receive-pack" })))
}

// However many updates were made, the wiki and the kept clone are whole, and
// the clone has not grown.
func TestManyUpdates(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("many updates take seconds: run without -short")
	}
	s := newServer(t)
	s.wiki(wikiRepo, "master")
	pages := map[string]string{index: "rows\n", path: "Ours.\n"}
	for n := range 300 {
		pages[fmt.Sprintf("Page-%03d.md", n)] = strings.Repeat(fmt.Sprintf("words of page %d\n", n), 20)
	}
	s.savePages(wikiRepo, pages)
	w, o := newWiki(t, s, nil)
	updates, most := number(t, updatesVariable, 80), 0
	for n := range updates {
		if n%20 == 19 {
			s.save(wikiRepo, fmt.Sprintf("Page-%03d.md", n%300), s.tip(wikiRepo))
		}
		change := writing(map[string]string{path: fmt.Sprintf("Update %d.\n", n), index: fmt.Sprintf("row %d\n", n)})
		change.Base = s.tip(wikiRepo)
		if err := w.Change(t.Context(), 7, repo, change); err != nil {
			t.Fatal(err)
		}
		most = max(most, len(files(t, o.Dir)))
		if n%500 == 0 || n == updates-1 {
			s.fsckClone(t, clone(t, o.Dir))
		}
	}
	s.git(wikiRepo, "", "fsck", "--strict", "--no-dangling")
	if got, want := s.commits(), strconv.Itoa(2+updates+updates/20); got != want {
		t.Errorf("%s commits, want %s", got, want)
	}
	if most > 300 || updates > 70 && len(files(t, o.Dir)) > 250 {
		t.Errorf("the kept clone had up to %d files, and has %d", most, len(files(t, o.Dir)))
	}
	wantContent(t, w, fmt.Sprintf("Update %d.\n", updates-1))
	t.Logf("%d updates, at most %d files in the kept clone", updates, most)
}

// duration and number are what the variables say.
func duration(t *testing.T, variable string, otherwise time.Duration) time.Duration {
	t.Helper()
	text, set := os.LookupEnv(variable)
	if !set {
		return otherwise
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatalf("%s: %v", variable, err)
	}
	return d
}

func number(t *testing.T, variable string, otherwise int) int {
	t.Helper()
	text, set := os.LookupEnv(variable)
	if !set {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", variable, err)
	}
	return n
}

// Two processes share the directory, and work at once.
func TestTwoProcesses(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.wiki(wikiRepo, "master")
	dir := t.TempDir()
	const each = 4
	var waits []func() error
	for n := range 2 {
		e := errand{URL: s.URL, Dir: dir, Git: "git"}
		for line := range each {
			text := fmt.Sprintf("Line %d of process %d.\n", line, n)
			e.Changes = append(e.Changes, deed{Lines: map[string]string{path: text, index: text}})
		}
		waits = append(waits, e.start(t))
	}
	for _, wait := range waits {
		if err := wait(); err != nil {
			t.Error(err)
		}
	}
	for n := range 2 * each {
		if line := fmt.Sprintf("Line %d of process %d.", n/2, n%2); strings.Count(s.content(), line) != 1 {
			t.Errorf("%q is there %d times", line, strings.Count(s.content(), line))
		}
	}
	if got := s.commits(); got != strconv.Itoa(1+2*each) {
		t.Errorf("%s commits, want %d", got, 1+2*each)
	}
	s.git(wikiRepo, "", "fsck", "--strict", "--no-dangling")
	wantOnlyClones(t, dir, 1)
	s.fsckClone(t, clone(t, dir))
}
