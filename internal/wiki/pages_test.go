package wiki_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/reconcile"
	"hindsight/internal/wiki"
)

const (
	index   = "Post-mortems.md"
	sidebar = "_Sidebar.md"
)

// writing writes pages, whatever is there; "" removes one.
func writing(pages map[string]string) reconcile.PagesChange {
	c := reconcile.PagesChange{Edit: func(map[string]string) (map[string]string, string, error) {
		return pages, "Write", nil
	}}
	for path := range pages {
		c.Paths = append(c.Paths, path)
	}
	return c
}

func mustWrite(t *testing.T, w *wiki.Wiki, pages map[string]string) {
	t.Helper()
	if err := w.Change(t.Context(), 7, repo, writing(pages)); err != nil {
		t.Fatal(err)
	}
}

// wantChanges checks what the newest commit has done to which files.
func wantChanges(t *testing.T, s *server, parent string, want ...string) {
	t.Helper()
	got := strings.Fields(s.git(wikiRepo, "", "diff-tree", "-r", "--no-renames", "--name-status", parent, "HEAD"))
	if diff := cmp.Diff(want, got); diff != "" || strings.TrimSpace(s.git(wikiRepo, "", "rev-parse", "HEAD^")) != parent {
		t.Errorf("changes in one commit on top of %s (-want +got):\n%s", parent, diff)
	}
	s.git(wikiRepo, "", "fsck", "--strict", "--no-dangling")
}

// A page, its row in the index and a line in the sidebar are one commit.
func TestChangeSeveral(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.wiki(wikiRepo, "master")
	s.change(wikiRepo, "M 100755 inline _Sidebar.md\ndata 9\n* Home\r\n\r\n"+
		"M 100644 inline Post-mortems.md\ndata 5\nrows\n\nM 100644 inline Other.md\ndata 1\nx\n")
	w, _ := newWiki(t, s, nil)
	before := s.tip(wikiRepo)
	var seen map[string]string
	change := reconcile.PagesChange{
		Paths: []string{path, index, sidebar},
		Edit: func(now map[string]string) (map[string]string, string, error) {
			seen = now
			return map[string]string{path: "# Page\n", index: now[index] + "row\n", sidebar: now[sidebar] + "* Index\r\n"}, "Create one", nil
		},
	}
	if err := w.Change(t.Context(), 7, repo, change); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{index: "rows\n", sidebar: "* Home\r\n\r"}, seen); diff != "" {
		t.Errorf("what was there (-want +got):\n%s", diff)
	}
	got, _, err := w.Read(t.Context(), 7, repo, path, index, sidebar)
	want := map[string]string{path: "# Page\n", index: "rows\nrow\n", sidebar: "* Home\r\n\r* Index\r\n"}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("pages (-want +got), %v:\n%s", err, diff)
	}
	wantChanges(t, s, before, "A", path, "M", index, "M", sidebar)
	if mode := s.git(wikiRepo, "", "ls-tree", "HEAD", sidebar); !strings.HasPrefix(mode, "100755 ") {
		t.Errorf("entry %q, want mode 100755", mode)
	}
}

func TestChangeRemoves(t *testing.T) {
	t.Parallel()
	s, w := published(t)
	before := s.tip(wikiRepo)
	mustWrite(t, w, map[string]string{path: "", "Never-There.md": ""})
	wantChanges(t, s, before, "D", path)

	after := s.tip(wikiRepo)
	mustWrite(t, w, map[string]string{path: ""})
	if s.tip(wikiRepo) != after {
		t.Error("what is gone was removed once more")
	}
	mustCreate(t, w, pageOf(42))
	wantContent(t, w, pageOf(42).content)
}

// What goes in the same commit is in nobody's way.
func TestChangeTakesThePlaceOfWhatGoes(t *testing.T) {
	t.Parallel()
	s, w := published(t)
	before := s.tip(wikiRepo)
	mustWrite(t, w, map[string]string{path: "", "2026-11-20-Pool-exhausted-42.md": "Anew.\n"})
	wantChanges(t, s, before, "A", "2026-11-20-Pool-exhausted-42.md", "D", path)
}

func TestChangeRefuses(t *testing.T) {
	t.Parallel()
	mine := errors.New("not like this")
	long := strings.Repeat("x", 1<<20+1)
	tests := []struct {
		name  string
		paths []string
		edit  func(now map[string]string) (map[string]string, string, error)
		check func(t *testing.T, err error)
	}{
		{
			"an error of the change's own",
			[]string{path},
			func(map[string]string) (map[string]string, string, error) {
				return map[string]string{path: "x"}, "x", mine
			},
			func(t *testing.T, err error) {
				t.Helper()
				if !errors.Is(err, mine) {
					t.Errorf("error %v, want the change's own", err)
				}
			},
		},
		{
			"what nobody has looked at",
			[]string{path},
			func(map[string]string) (map[string]string, string, error) {
				return map[string]string{path: "x", "Home.md": "Overwritten.\n"}, "x", nil
			},
			wantPassing,
		},
		{
			"two new pages of one name",
			[]string{"New-Page.md", "new-page.md"},
			func(map[string]string) (map[string]string, string, error) {
				return map[string]string{"New-Page.md": "x", "new-page.md": "y"}, "x", nil
			},
			wantPassing,
		},
		{
			"a new page in the place of one that changes too",
			[]string{path, strings.ToUpper(path[:20]) + path[20:]},
			func(now map[string]string) (map[string]string, string, error) {
				return map[string]string{path: now[path] + "x", strings.ToUpper(path[:20]) + path[20:]: "y"}, "x", nil
			},
			func(t *testing.T, err error) { t.Helper(); wantBlocked(t, err, "another page", path) },
		},
		{
			"one page too long among others",
			[]string{path, index},
			func(map[string]string) (map[string]string, string, error) {
				return map[string]string{path: "x", index: long}, "x", nil
			},
			func(t *testing.T, err error) { t.Helper(); wantBlocked(t, err, "longer than 1 MB", index) },
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, w := published(t)
			tip := s.tip(wikiRepo)
			err := w.Change(t.Context(), 7, repo, reconcile.PagesChange{Paths: tt.paths, Edit: tt.edit})
			tt.check(t, err)
			if s.tip(wikiRepo) != tip {
				t.Error("the wiki changed")
			}
			mustEdit(t, w, add("Ours."))
			wantContent(t, w, pageOf(42).content+"Ours.\n")
		})
	}
}

// However many contents are missing, they come by one request.
func TestContentsComeTogether(t *testing.T) {
	t.Parallel()
	s, w := published(t)
	pages := map[string]string{path: "One.\n", index: "Two.\n", sidebar: "Two.\n", "Empty.md": ""}
	for _, name := range []string{"A.md", "B.md"} {
		pages[name] = strings.Repeat(name+"\n", 100_000)
	}
	s.savePages(wikiRepo, pages)
	asked := s.since(func() {
		got, _, err := w.Read(t.Context(), 7, repo, path, index, sidebar, "Empty.md", "A.md", "B.md", "Not-There.md")
		if diff := cmp.Diff(pages, got); diff != "" || err != nil {
			t.Errorf("pages (-want +got), %v:\n%.1000s", err, diff)
		}
	})
	if len(asked) != 5 {
		t.Errorf("requests %v, want 5: the tip, the trees, the contents", asked)
	}
}

// One page among others that is far too long is named.
func TestTooLongAmongOthers(t *testing.T) {
	t.Parallel()
	s, w := published(t)
	s.savePages(wikiRepo, map[string]string{path: "Short.\n", index: noise(40 << 20), "A.md": "Short, too.\n"})
	_, _, err := w.Read(t.Context(), 7, repo, path, index, "A.md")
	wantBlocked(t, err, "longer than 1 MB", index)
	if got, _, err := w.Read(t.Context(), 7, repo, path, "A.md"); err != nil || len(got) != 2 {
		t.Errorf("the others are %q (%v)", got, err)
	}
}

// based is a change of our page on top of what was read a moment ago.
func based(base, line string) reconcile.PagesChange {
	c := editing(add(line))
	c.Base = base
	return c
}

func TestBase(t *testing.T) {
	t.Parallel()
	const known, asks = 2, 3 // requests
	tests := []struct {
		name     string
		meantime func(t *testing.T, s *server, clone string)
		base     func(tip string) string
		requests int
		want     string
	}{
		{"is the tip", nil, nil, known, "Ours.\n"},
		{"none", nil, func(string) string { return "" }, asks, "Ours.\n"},
		{"unknown", nil, func(string) string { return strings.Repeat("1", 40) }, asks, "Ours.\n"},
		{"no clone", func(t *testing.T, _ *server, clone string) { t.Helper(); remove(t, clone) }, nil, 7, "Ours.\n"},
		{"a person was faster", func(t *testing.T, s *server, _ string) {
			t.Helper()
			s.save(wikiRepo, path, "Theirs.\n")
		}, nil, 9, "Theirs.\nOurs.\n"},
		{"damaged", func(t *testing.T, _ *server, clone string) {
			t.Helper()
			ruin("/objects/", halve)(t, clone)
		}, nil, 8, "Ours.\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t)
			s.wiki(wikiRepo, "master")
			w, o := newWiki(t, s, nil)
			mustCreate(t, w, pageOf(42))
			_, tip, err := w.Read(t.Context(), 7, repo, path)
			if err != nil {
				t.Fatal(err)
			}
			if tt.meantime != nil {
				tt.meantime(t, s, clone(t, o.Dir))
			}
			if tt.base != nil {
				tip = tt.base(tip)
			}
			asked := s.since(func() {
				if err := w.Change(t.Context(), 7, repo, based(tip, "Ours.")); err != nil {
					t.Error(err)
				}
			})
			if got := s.content(); !strings.HasSuffix(got, tt.want) || strings.Count(got, "Ours.") != 1 || len(asked) != tt.requests {
				t.Errorf("content %q after the requests %v, want %q after %d", got, asked, tt.want, tt.requests)
			}
			if asked := s.since(func() {
				if err := w.Change(t.Context(), 7, repo, based(s.tip(wikiRepo), "Ours.")); err != nil {
					t.Error(err)
				}
			}); len(asked) > 0 {
				t.Errorf("requests %v, want none where nothing is to be done", asked)
			}
		})
	}
}

// The work is cut off at each of its requests, whether or not it had its effect,
// and done again.
func TestBaseCutOff(t *testing.T) {
	t.Parallel()
	for at := range 4 {
		for _, served := range []bool{false, true} {
			t.Run(fmt.Sprintf("%d, served %t", at, served), func(t *testing.T) {
				t.Parallel()
				s, w := published(t)
				tip := s.tip(wikiRepo)
				var n atomic.Int32
				s.intercept(func(rw http.ResponseWriter, r *http.Request) bool {
					if int(n.Add(1)) != at+1 {
						return false
					}
					if served {
						s.serve(discard{rw}, r)
					}
					panic(http.ErrAbortHandler)
				})
				if err := w.Change(t.Context(), 7, repo, based(tip, "Ours.")); err != nil {
					wantPassing(t, err)
				}
				s.intercept(nil)
				if err := w.Change(t.Context(), 7, repo, based(tip, "Ours.")); err != nil {
					t.Error(err)
				}
				if got := s.content(); got != pageOf(42).content+"Ours.\n" || s.commits() != "3" {
					t.Errorf("content %q after %s commits, want our line after 3", got, s.commits())
				}
			})
		}
	}
}

// A host that is away is no fault of the clone's.
func TestBaseWhileTheHostIsAway(t *testing.T) {
	t.Parallel()
	s, w := published(t)
	tip := s.tip(wikiRepo)
	s.intercept(func(http.ResponseWriter, *http.Request) bool { panic(http.ErrAbortHandler) })
	wantPassing(t, w.Change(t.Context(), 7, repo, based(tip, "Ours.")))
	s.intercept(nil)
	asked := s.since(func() {
		if err := w.Change(t.Context(), 7, repo, based(tip, "Ours.")); err != nil {
			t.Error(err)
		}
	})
	if len(asked) != 2 {
		t.Errorf("requests %v, want 2: the clone is still of use", asked)
	}
}

// A rule is not asked more often than it takes to be sure.
func TestBaseWhereItIsRefused(t *testing.T) {
	t.Parallel()
	s, w := published(t)
	for _, status := range []int{http.StatusForbidden, http.StatusTooManyRequests} {
		s.intercept(func(rw http.ResponseWriter, _ *http.Request) bool {
			http.Error(rw, "No.", status)
			return true
		})
		asked := s.since(func() {
			if err := w.Change(t.Context(), 7, repo, based(s.tip(wikiRepo), fmt.Sprint("Ours ", status))); err == nil {
				t.Error("no error")
			}
		})
		if len(asked) != 1 {
			t.Errorf("%d: requests %v, want one", status, asked)
		}
	}
}
