package wiki_test

import (
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/incident"
	"hindsight/internal/wiki"
)

// wantOnlyClones checks that nothing but kept clones is left in the
// directory, so many of them, and nothing beside a clone.
func wantOnlyClones(t *testing.T, dir string, clones int) {
	t.Helper()
	left, err := filepath.Glob(filepath.Join(dir, "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range left {
		if !strings.HasSuffix(path, "/wiki.git") {
			t.Errorf("%s was left over", path)
		}
	}
	seats, err := os.ReadDir(dir)
	if err != nil || len(seats) != clones || len(left) != clones {
		t.Errorf("left in the directory: %v, in them: %v (%v), want %d clones", seats, left, err, clones)
	}
}

// clone is the one kept clone in the directory.
func clone(t *testing.T, dir string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "wiki-*", "wiki.git"))
	if err != nil || len(found) != 1 {
		t.Fatalf("clones %v (%v), want one", found, err)
	}
	return found[0]
}

// files are the paths of all files below the directory.
func files(t *testing.T, dir string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			found = append(found, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(path); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// ruin does something to each file of the clone whose path has the part.
func ruin(part string, how func(t *testing.T, path string)) func(*testing.T, string) {
	return func(t *testing.T, clone string) {
		t.Helper()
		n := 0
		for _, path := range files(t, clone) {
			if strings.Contains(path[len(clone):], part) {
				how(t, path)
				n++
			}
		}
		if n == 0 {
			t.Errorf("there is no %s to ruin in %v", part, files(t, clone))
		}
	}
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.RemoveAll(path); err != nil {
		t.Fatal(err)
	}
}

func empty(t *testing.T, path string) {
	t.Helper()
	write(t, path, "")
}

func halve(t *testing.T, path string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	write(t, path, string(data[:len(data)/2]))
}

func garble(t *testing.T, path string) {
	t.Helper()
	write(t, path, "\x00garbled\n")
}

// What a crash, a full disk or a failing one leave of a clone costs another
// clone at most.
func TestDamagedClone(t *testing.T) {
	t.Parallel()
	const other = "0123456789012345678901234567890123456789\n"
	tests := []struct {
		name   string
		damage func(t *testing.T, clone string)
	}{
		{"locks and half objects", func(t *testing.T, clone string) {
			t.Helper()
			for _, litter := range []string{
				"HEAD.lock", "config.lock", "shallow.lock", "packed-refs.lock", "refs/heads/master.lock",
				"objects/pack/tmp_pack_x", "objects/ab/tmp_obj_x", "../index", "../index.lock", "../new.git/HEAD", "../old.git/HEAD",
			} {
				write(t, filepath.Join(clone, litter), "x")
			}
		}},
		{"no HEAD", ruin("/HEAD", remove)},
		{"empty HEAD", ruin("/HEAD", empty)},
		{"bad configuration", ruin("/config", garble)},
		{"empty configuration", ruin("/config", empty)},
		{"no refs", ruin("refs", remove)},
		{"empty ref", ruin("/refs/heads", empty)},
		{"bad ref", ruin("/refs/heads", garble)},
		{"ref to nowhere", ruin("/refs/heads", func(t *testing.T, path string) { t.Helper(); write(t, path, other) })},
		{"bad history", ruin("/shallow", garble)},
		{"no history", ruin("/shallow", remove)},
		{"half packs", ruin(".pack", halve)},
		{"no packs", ruin(".pack", remove)},
		{"no pack indexes", ruin(".idx", remove)},
		{"bad pack indexes", ruin(".idx", garble)},
		{"no promises", ruin(".promisor", remove)},
		{"empty objects", ruin("/objects/", empty)},
		{"half objects", ruin("/objects/", halve)},
		{"no objects", ruin("/objects/", remove)},
		{"a file instead", func(t *testing.T, clone string) { t.Helper(); garble(t, clone) }},
		{"nothing in it", ruin("", remove)},
		{"not there", remove},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t)
			s.wiki(wikiRepo, "master")
			w, o := newWiki(t, s, nil)
			mustCreate(t, w, pageOf(42))
			s.save(wikiRepo, "Other.md", "Hi.\n")
			tt.damage(t, clone(t, o.Dir))

			mustEdit(t, w, add("Ours."))
			tt.damage(t, clone(t, o.Dir))
			mustCreate(t, w, pageOf(43))
			s.save(wikiRepo, "Other.md", "Hi again.\n")
			wantContent(t, w, pageOf(42).content+"Ours.\n")
			if got := s.commits(); got != "6" {
				t.Errorf("%s commits, want 6", got)
			}
			s.git(wikiRepo, "", "fsck", "--strict", "--no-dangling")
			wantOnlyClones(t, o.Dir, 1)
		})
	}
}

// The work is cut off at each of its requests, and done again.
func TestCutOff(t *testing.T) {
	t.Parallel()
	const requests = 5 // tip, fetch, page
	for at := range requests + 2 {
		t.Run(fmt.Sprint(at), func(t *testing.T) {
			t.Parallel()
			s, w := published(t)
			s.save(wikiRepo, path, "Mine.\n")
			n := 0
			var mu sync.Mutex
			s.intercept(func(http.ResponseWriter, *http.Request) bool {
				mu.Lock()
				defer mu.Unlock()
				if n++; n == at+1 {
					panic(http.ErrAbortHandler)
				}
				return false
			})
			if err := edit(t, w, add("Ours.")); err != nil {
				wantPassing(t, err)
			}
			s.intercept(nil)
			mustEdit(t, w, add("Ours."))
			if got := s.content(); got != "Mine.\nOurs.\n" || s.commits() != "4" {
				t.Errorf("content %q after %s commits, want both lines after 4", got, s.commits())
			}
		})
	}
}

// Somebody rewrites the wiki's history, or begins it anew.
func TestRewrittenHistory(t *testing.T) {
	t.Parallel()
	tests := map[string]func(s *server){
		"turned back": func(s *server) { s.git(wikiRepo, "", "update-ref", "HEAD", "HEAD~1") },
		"another branch": func(s *server) {
			s.git(wikiRepo, "", "branch", "-m", "master", "main")
		},
		"begun anew": func(s *server) {
			if err := os.RemoveAll(s.dir(wikiRepo)); err != nil {
				s.t.Fatal(err)
			}
			s.wiki(wikiRepo, "master")
			s.save(wikiRepo, path, pageOf(42).content)
		},
		"packed without what was there": func(s *server) {
			s.git(wikiRepo, "", "update-ref", "HEAD", "HEAD~1")
			s.git(wikiRepo, "", "reflog", "expire", "--expire=now", "--all")
			s.git(wikiRepo, "", "gc", "--prune=now", "--quiet")
		},
	}
	for name, rewrite := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, w := published(t)
			s.save(wikiRepo, path, pageOf(42).content+"Hi.\n")
			wantContent(t, w, s.content())
			rewrite(s)
			wantContent(t, w, s.content())
			mustEdit(t, w, add("Ours."))
			if got, want := s.content(), "Ours.\n"; !strings.HasSuffix(got, want) {
				t.Errorf("content %q, want %q at its end", got, want)
			}
			s.git(wikiRepo, "", "fsck", "--strict", "--no-dangling")
		})
	}
}

// Two processes share the directory; neither waits for the other.
func TestSharedDirectory(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.wiki(wikiRepo, "master")
	first, o := newWiki(t, s, nil)
	second, _ := newWiki(t, s, func(other *wiki.Options) { other.Dir = o.Dir })
	mustCreate(t, first, pageOf(42))
	pushing, goOn := make(chan struct{}), make(chan struct{})
	var pushes atomic.Int32
	s.intercept(func(_ http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, "/git-receive-pack") && pushes.Add(1) == 1 {
			close(pushing)
			<-goOn
		}
		return false
	})
	result := make(chan error, 1)
	go func() { result <- edit(t, first, add("One.")) }()
	<-pushing
	mustEdit(t, second, add("Two."))
	close(goOn)
	if err := <-result; err != nil {
		t.Error(err)
	}
	wantOnlyClones(t, o.Dir, 1)
	if got, want := s.content(), pageOf(42).content+"Two.\nOne.\n"; got != want {
		t.Errorf("content %q, want %q", got, want)
	}
	if asked := s.since(func() { wantContent(t, second, s.content()) }); len(asked) != 1 {
		t.Errorf("requests %v, want one: the clone is free again, and of use to both", asked)
	}
}

// A git that outlives its process keeps others out of the clone: it has
// inherited the lock.
func TestGitHoldsTheLock(t *testing.T) {
	t.Parallel()
	needsProcesses(t)
	s := newServer(t)
	s.wiki(wikiRepo, "master")
	w, o := newWiki(t, s, nil)
	s.intercept(func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodPost {
			return false
		}
		gits := processIDs(t, s.URL)
		for _, pid := range gits {
			if !slices.ContainsFunc(openFiles(t, pid), func(path string) bool { return filepath.Dir(path) == o.Dir }) {
				t.Errorf("process %s does not hold the lock: %v", pid, openFiles(t, pid))
			}
		}
		if len(gits) == 0 {
			t.Error("no git process is to be seen")
		}
		return false
	})
	mustCreate(t, w, pageOf(42))
}

func TestCompaction(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.wiki(wikiRepo, "master")
	w, o := newWiki(t, s, nil)
	mustCreate(t, w, pageOf(42))
	s.save(wikiRepo, "Other.md", "Hi.\n")
	mustEdit(t, w, add("One."))
	dir := clone(t, o.Dir)
	s.litter(t, dir, 250)
	before := len(files(t, dir))

	mustEdit(t, w, add("Two."))
	if after := len(files(t, dir)); before < 250 || after > 20 {
		t.Errorf("%d files became %d, want less than 20", before, after)
	}
	if asked := s.since(func() { wantContent(t, w, s.content()) }); len(asked) != 1 {
		t.Errorf("requests %v, want one: the page's content is still at hand", asked)
	}
	if asked := s.since(func() { mustCreate(t, w, pageOf(43)) }); len(asked) != 3 {
		t.Errorf("requests %v, want 3: the trees are still at hand", asked)
	}
	s.save(wikiRepo, path, "Mine.\n")
	mustEdit(t, w, add("Three."))
	wantContent(t, w, "Mine.\nThree.\n")
	s.git(wikiRepo, "", "fsck", "--strict", "--no-dangling")
}

func TestFewClonesAreKept(t *testing.T) {
	t.Parallel()
	repos := []incident.Repo{"org/a", "org/b", "org/c", "org/a", "org/d"}
	const kept, fetched = 1, 5 // requests for one more look
	tests := []struct {
		name   string
		change func(*wiki.Options)
		want   map[incident.Repo]int
	}{
		{"all", func(*wiki.Options) {}, map[incident.Repo]int{"org/a": kept, "org/b": kept, "org/c": kept, "org/d": kept}},
		{"three", func(o *wiki.Options) { o.MaxClones = 3 }, map[incident.Repo]int{"org/a": kept, "org/b": fetched, "org/c": kept, "org/d": kept}},
		{"none, for their size", func(o *wiki.Options) { o.MaxKept = 1 }, map[incident.Repo]int{"org/a": fetched, "org/b": fetched, "org/c": fetched, "org/d": fetched}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t)
			now := time.Date(2026, 11, 20, 14, 5, 0, 0, time.UTC)
			w, _ := newWiki(t, s, func(o *wiki.Options) {
				o.Clock = func() time.Time { return now }
				tt.change(o)
			})
			look := func(repo incident.Repo) int {
				return len(s.since(func() {
					now = now.Add(time.Minute)
					if _, _, err := w.Read(t.Context(), 7, repo, "Home.md"); err != nil {
						t.Errorf("%s: %v", repo, err)
					}
				}))
			}
			for _, repo := range repos {
				if _, err := os.Stat(s.dir(string(repo) + ".wiki")); err != nil {
					s.wiki(string(repo)+".wiki", "master")
				}
				look(repo)
			}
			got := map[incident.Repo]int{}
			for _, repo := range []incident.Repo{"org/c", "org/a", "org/d", "org/b"} { // what is fetched anew comes last
				got[repo] = look(repo)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
		})
	}
}
