package wiki_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/incident"
	"hindsight/internal/reconcile"
	"hindsight/internal/wiki"
)

// published is a wiki with one of our pages.
func published(t *testing.T) (*server, *wiki.Wiki) {
	t.Helper()
	s := newServer(t)
	s.wiki(wikiRepo, "master")
	w, _ := newWiki(t, s, nil)
	mustCreate(t, w, pageOf(42))
	return s, w
}

func wantContent(t *testing.T, w *wiki.Wiki, want string) {
	t.Helper()
	got, _, err := w.Read(t.Context(), 7, repo, path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{path: want}, got); diff != "" {
		t.Errorf("content (-want +got):\n%s", diff)
	}
}

// add makes a change that appends a line once.
func add(line string) func(string) (string, bool) {
	return func(now string) (string, bool) {
		return now + line + "\n", !strings.Contains(now, line)
	}
}

// editing changes our page, if it is there.
func editing(change func(now string) (string, bool)) reconcile.PagesChange {
	return reconcile.PagesChange{Paths: []string{path}, Edit: func(now map[string]string) (map[string]string, string, error) {
		text, there := now[path]
		if !there {
			return nil, "", nil
		}
		text, changed := change(text)
		if !changed {
			return nil, "", nil
		}
		return map[string]string{path: text}, "Update " + path, nil
	}}
}

func edit(t *testing.T, w *wiki.Wiki, change func(string) (string, bool)) error {
	t.Helper()
	return w.Change(t.Context(), 7, repo, editing(change))
}

func mustEdit(t *testing.T, w *wiki.Wiki, change func(string) (string, bool)) {
	t.Helper()
	if err := edit(t, w, change); err != nil {
		t.Fatal(err)
	}
}

func TestRead(t *testing.T) {
	t.Parallel()
	s, w := published(t)
	reader, _ := newWiki(t, s, nil)
	for _, content := range []string{
		pageOf(42).content,
		"# Mine\r\n\r\n- [ ] With Windows line ends\r\n",
		"",
		"no line end",
		"\ufeffünï \x00 \xff not UTF-8\n\n\n",
		strings.Repeat("a line of a long page\n", (1<<20)/22),
	} {
		s.save(wikiRepo, path, content)
		for name, w := range map[string]*wiki.Wiki{"who wrote it": w, "another": reader} {
			got, tip, err := w.Read(t.Context(), 7, repo, path, "Not-There.md")
			if err != nil || len(got) != 1 || got[path] != content || tip != s.tip(wikiRepo) {
				t.Errorf("%s read %.40q at %s (%v), want %.40q at %s", name, got, tip, err, content, s.tip(wikiRepo))
			}
		}
	}
}

func TestReadAsksForWhatChanged(t *testing.T) {
	t.Parallel()
	s, w := published(t)
	tip := []string{"GET /info/refs service=git-upload-pack"}
	fetch := []string{"GET /info/refs service=git-upload-pack", "POST /git-upload-pack"}
	tests := []struct {
		name   string
		before func()
		want   []string
	}{
		{"what we wrote ourselves", func() {}, tip},
		{"another page", func() { s.save(wikiRepo, "Other.md", "Hi.\n") }, append(tip, fetch...)},
		{"nothing", func() {}, tip},
		{"the page", func() { s.save(wikiRepo, path, "Mine.\n") }, append(append(tip, fetch...), fetch...)},
		{"nothing again", func() {}, tip},
	}
	for _, tt := range tests {
		tt.before()
		asked := s.since(func() { wantContent(t, w, s.content()) })
		if diff := cmp.Diff(tt.want, asked); diff != "" {
			t.Errorf("requests when %s has changed (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestTip(t *testing.T) {
	t.Parallel()
	s, w := published(t)
	check := func() {
		var tip string
		asked := s.since(func() {
			var err error
			if tip, err = w.Tip(t.Context(), 7, repo); err != nil {
				t.Fatal(err)
			}
		})
		if tip != s.tip(wikiRepo) || len(asked) != 1 {
			t.Errorf("tip %s after the requests %v, want %s after one", tip, asked, s.tip(wikiRepo))
		}
	}
	check()
	s.git(wikiRepo, "", "update-ref", "refs/heads/HEAD", "HEAD~1")
	s.git(wikiRepo, "", "update-ref", "refs/remotes/a/HEAD", "HEAD~1")
	s.save(wikiRepo, "Other.md", "Hi.\n")
	check()
}

func TestNoPage(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, change string
		taken        bool // by something else
	}{
		{"renamed", fmt.Sprintf("R %s Mine.md\n", path), false},
		{"deleted", fmt.Sprintf("D %s\n", path), false},
		{"turned into a directory", fmt.Sprintf("R %s %s/Old.md\n", path, path), true},
		{"turned into a link", fmt.Sprintf("M 120000 inline %s\ndata 7\nHome.md\n", path), true},
		{"turned into another repository", fmt.Sprintf("M 160000 %040d %s\n", 1, path), true},
		{"all pages deleted", "deleteall\n", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, w := published(t)
			s.change(wikiRepo, tt.change)
			tip := s.tip(wikiRepo)
			pages, at, err := w.Read(t.Context(), 7, repo, path)
			if err != nil || len(pages) > 0 || at != tip {
				t.Errorf("pages %q at %s (%v), want none at %s", pages, at, err, tip)
			}
			mustEdit(t, w, func(now string) (string, bool) {
				t.Errorf("asked for a change of %q", now)
				return "Overwritten.\n", true
			})
			if s.tip(wikiRepo) != tip {
				t.Error("the wiki changed")
			}
			if err := create(t, w, pageOf(42)); tt.taken {
				wantBlocked(t, err, "another page", path)
			} else if err != nil || s.content() != pageOf(42).content {
				t.Errorf("made anew, %q is there (%v)", s.content(), err)
			}
		})
	}
}

func TestNoFirstPage(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	w, _ := newWiki(t, s, nil)
	_, _, err := w.Read(t.Context(), 7, repo, path)
	wantBlocked(t, err, "no first page", s.URL+"/org/api/wiki", "no *Wiki* tab", "paid plan", "postmortem.wiki")
	wantBlocked(t, edit(t, w, add("x")), "no first page")
	_, err = w.Tip(t.Context(), 7, repo)
	wantBlocked(t, err, "no first page")

	s.init(wikiRepo, "master")
	_, _, err = w.Read(t.Context(), 7, repo, path)
	wantBlocked(t, err, "no first page")
	mustEdit(t, w, add("x"))
	_, err = w.Tip(t.Context(), 7, repo)
	wantBlocked(t, err, "no first page")
}

func TestEdit(t *testing.T) {
	t.Parallel()
	s, w := published(t)
	s.savePages(wikiRepo, map[string]string{path: "# Ours\r\n\r\nTheirs.\r\n", "Home.md": "Welcome!\n"})
	before := s.tip(wikiRepo)
	mustEdit(t, w, func(now string) (string, bool) {
		return strings.Replace(now, "# Ours\r\n", "# Ours, changed\r\n", 1), true
	})
	if got, want := s.content(), "# Ours, changed\r\n\r\nTheirs.\r\n"; got != want {
		t.Errorf("content %q, want %q", got, want)
	}
	log := s.git(wikiRepo, "", "log", "-1", "--format=%P|%an|%s", "--name-only")
	if want := before + "|hindsight[bot]|Update " + path + "\n\n" + path + "\n"; log != want {
		t.Errorf("commit %q, want %q", log, want)
	}
	s.git(wikiRepo, "", "fsck", "--strict", "--no-dangling")
}

func TestEditNothing(t *testing.T) {
	t.Parallel()
	changes := map[string]func(string) (string, bool){
		"refused":   func(string) (string, bool) { return "Overwritten.\n", false },
		"unchanged": func(now string) (string, bool) { return now, true },
	}
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, w := published(t)
			tip := s.tip(wikiRepo)
			asked := s.since(func() { mustEdit(t, w, change) })
			if s.tip(wikiRepo) != tip || len(asked) != 1 {
				t.Errorf("requests %v, and tip %s, want one and no change", asked, s.tip(wikiRepo))
			}
		})
	}
}

// Whether a page is ours is for the change to say: it sees what is there.
func TestEditSeesWhatIsNotOurs(t *testing.T) {
	t.Parallel()
	s, w := published(t)
	s.save(wikiRepo, path, "# A person's own page\n")
	tip, seen := s.tip(wikiRepo), ""
	mustEdit(t, w, func(now string) (string, bool) {
		seen = now
		return "", false
	})
	if seen != "# A person's own page\n" || s.tip(wikiRepo) != tip {
		t.Errorf("saw %q, and the tip is %s, want %s", seen, s.tip(wikiRepo), tip)
	}
}

func TestEditKeepsMode(t *testing.T) {
	t.Parallel()
	s, w := published(t)
	s.change(wikiRepo, fmt.Sprintf("M 100755 inline %s\ndata 5\nHi.\n\n", path))
	mustEdit(t, w, add("More."))
	if got := s.git(wikiRepo, "", "ls-tree", "HEAD", path); !strings.HasPrefix(got, "100755 ") {
		t.Errorf("entry %q, want mode 100755", got)
	}
}

// A person saves at the same moment: before git has asked for the wiki's state
// in order to push, or after. What they saved is still there, and so is ours.
func TestEditRaced(t *testing.T) {
	t.Parallel()
	for _, moment := range []string{"GET /org/api.wiki.git/info/refs?service=git-receive-pack", "POST /org/api.wiki.git/git-receive-pack?"} {
		t.Run(moment, func(t *testing.T) {
			t.Parallel()
			s, w := published(t)
			races := 0
			s.intercept(func(_ http.ResponseWriter, r *http.Request) bool {
				if r.Method+" "+r.URL.Path+"?"+r.URL.RawQuery == moment && races < 3 {
					races++
					s.savePages(wikiRepo, map[string]string{
						path:                               fmt.Sprintf("%sPerson %d.\n", s.content(), races),
						fmt.Sprintf("Person-%d.md", races): "Mine.\n",
					})
				}
				return false
			})
			mustEdit(t, w, add("Ours."))
			want := pageOf(42).content + "Person 1.\nPerson 2.\nPerson 3.\nOurs.\n"
			if diff := cmp.Diff(want, s.content()); diff != "" {
				t.Errorf("content (-want +got):\n%s", diff)
			}
			if got := s.commits(); got != "6" {
				t.Errorf("%s commits, want 6: nothing is lost, nothing doubled", got)
			}
		})
	}
}

// The page goes away while we are about to push.
func TestEditRacedAway(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]string{
		"renamed": fmt.Sprintf("R %s Mine.md\n", path), "deleted": fmt.Sprintf("D %s\n", path),
		"turned into a directory": fmt.Sprintf("R %s %s/Old.md\n", path, path),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, w := published(t)
			var once sync.Once
			s.intercept(func(_ http.ResponseWriter, r *http.Request) bool {
				if strings.Contains(r.URL.String(), "receive-pack") {
					once.Do(func() { s.change(wikiRepo, change) })
				}
				return false
			})
			mustEdit(t, w, add("Ours."))
			if got := s.commits(); got != "3" {
				t.Errorf("%s commits, want 3: none of ours", got)
			}
		})
	}
}

// The answer to a push is lost: it is not known whether it was taken.
func TestEditAnswerLost(t *testing.T) {
	t.Parallel()
	s, w := published(t)
	var once sync.Once
	s.intercept(func(rw http.ResponseWriter, r *http.Request) bool {
		lost := false
		if strings.HasSuffix(r.URL.Path, "/git-receive-pack") {
			once.Do(func() {
				s.serve(discard{rw}, r)
				lost = true
			})
		}
		if lost {
			panic(http.ErrAbortHandler)
		}
		return false
	})
	mustEdit(t, w, add("Ours."))
	if got, want := s.content(), pageOf(42).content+"Ours.\n"; got != want || s.commits() != "3" {
		t.Errorf("content %q after %s commits, want %q after 3", got, s.commits(), want)
	}
}

// Eight edits, from two processes and people besides, at once.
func TestEditMany(t *testing.T) {
	t.Parallel()
	s, w := published(t)
	other, _ := newWiki(t, s, nil)
	want := []string{}
	var wg sync.WaitGroup
	for n := range 8 {
		line := fmt.Sprintf("Line %d.", n)
		want = append(want, line)
		wg.Go(func() {
			who := []*wiki.Wiki{w, other}[n%2]
			if err := edit(t, who, add(line)); err != nil {
				t.Errorf("%s: %v", line, err)
			}
		})
	}
	wg.Wait()
	got := s.content()
	for _, line := range want {
		if strings.Count(got, line) != 1 {
			t.Errorf("content lacks %q, or has it twice:\n%s", line, got)
		}
	}
	s.git(wikiRepo, "", "fsck", "--strict", "--no-dangling")
}

func TestPathsRefused(t *testing.T) {
	t.Parallel()
	s, w := published(t)
	asked := s.since(func() {
		for _, bad := range []string{
			"", "Home", ".md", "../Home.md", "a/b.md", "-x.md", "a..b.md", "a b.md", "ü.md", "*.md", ":x.md",
			strings.Repeat("x", 200) + ".md", "a\n.md", "a.md\n",
		} {
			if _, _, err := w.Read(t.Context(), 7, repo, path, bad); err == nil {
				t.Errorf("read the path %q", bad)
			}
			if err := create(t, w, page{bad, "x"}); err == nil {
				t.Errorf("changed the path %q", bad)
			}
		}
		for _, bad := range []incident.Repo{"", "org", "org/..", "org/a/b", "../x", "org/a b"} {
			if _, err := w.Tip(t.Context(), 7, bad); err == nil {
				t.Errorf("asked for the tip of %q", bad)
			}
		}
	})
	if len(asked) > 0 {
		t.Errorf("requests %v, want none", asked)
	}
}

// Whoever may edit the wiki names files as they like.
func TestOddNames(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.wiki(wikiRepo, "master")
	odd := map[string]string{
		"Übersicht 📝.md": "1", "日本語/ページ.md": "2", "a b  c .md": "3", strings.Repeat("x", 252) + ".md": "4",
		`back\\slash.md`: "5", `quo\"te.md`: "6", `new\nline.md`: "7", `not\377utf8.md`: "8", "-rf.md": "9", ":(top)x.md": "10",
		"*.md": "11", "CON.md": "12", "e\u0301.md": "13", "\u00e9.md": "14", "git~1.md": "15", "x.lock": "16", "a/tmp_obj_x.md": "17",
	}
	s.savePages(wikiRepo, odd)
	before := s.pages()
	w, _ := newWiki(t, s, nil)
	mustCreate(t, w, pageOf(42))
	mustEdit(t, w, add("Ours."))
	s.save(wikiRepo, "Übersicht 📝.md", "changed")
	mustEdit(t, w, add("And ours."))
	wantContent(t, w, pageOf(42).content+"Ours.\nAnd ours.\n")
	var after []string
	for _, p := range s.pages() {
		if p != path {
			after = append(after, p)
		}
	}
	if diff := cmp.Diff(before, after); diff != "" || len(after) != len(odd)+1 {
		t.Errorf("other pages (-want +got):\n%s", diff)
	}
	s.git(wikiRepo, "", "fsck", "--strict", "--no-dangling")
}

// Reading and editing fail as making a page does.
func TestEditRefused(t *testing.T) {
	t.Parallel()
	s, w := published(t)
	s.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		push := strings.Contains(r.URL.String(), "receive-pack")
		if push {
			http.Error(w, "No.", http.StatusForbidden)
		}
		return push
	})
	wantBlocked(t, edit(t, w, add("Ours.")), "Contents: Read and write")
	s.intercept(func(w http.ResponseWriter, _ *http.Request) bool {
		http.Error(w, "No.", http.StatusTooManyRequests)
		return true
	})
	_, _, err := w.Read(t.Context(), 7, repo, path)
	if _, ok := errors.AsType[*incident.Later](err); !ok {
		t.Errorf("error %v, want that it is too early", err)
	}
	s.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		http.Redirect(w, r, "/org/web.wiki.git/info/refs?"+r.URL.RawQuery, http.StatusFound)
		return true
	})
	asked := s.since(func() {
		_, err := w.Tip(t.Context(), 7, repo)
		wantPassing(t, err)
	})
	if len(asked) != 1 {
		t.Errorf("requests %v, want that none is sent on", asked)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.Tip(ctx, 7, repo); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that it was cancelled", err)
	}
}
