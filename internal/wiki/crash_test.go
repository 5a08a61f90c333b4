package wiki_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/wiki"
)

// mortalGit is a git that counts its calls, and ends the process that called
// it right before or right after one of them.
func mortalGit(t *testing.T, call int, before bool) (program string) {
	t.Helper()
	program = filepath.Join(t.TempDir(), "git")
	first, last := 0, call
	if before {
		first, last = call, 0
	}
	write(t, program+".calls", "0\n")
	write(t, program, fmt.Sprintf(`#!/bin/sh
read n <"$0.calls"
n=$((n+1))
echo $n >"$0.calls"
if [ $n = %d ]; then kill -9 $PPID; exit 1; fi
git "$@"
code=$?
if [ $n = %d ]; then kill -9 $PPID; fi
exit $code
`, first, last))
	if err := os.Chmod(program, 0o700); err != nil {
		t.Fatal(err)
	}
	return program
}

// calls is how often a mortal git was called.
func calls(t *testing.T, program string) int {
	t.Helper()
	text, err := os.ReadFile(program + ".calls")
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// plot is a change that is cut off, and what comes before and of it.
type plot struct {
	name    string
	cold    bool // no clone is kept from before
	litter  int  // objects in the kept clone, so that it is compacted
	change  deed
	commits string
	want    map[string]string
}

func plots() []plot {
	page := pageOf(42).content
	return []plot{
		{
			name: "first publish", cold: true, commits: "4",
			change: deed{Lines: map[string]string{"New.md": "New.\n", index: "Row 2.\n"}},
			want:   map[string]string{path: page, index: "Row 1.\nRow 2.\n", "New.md": "New.\n"},
		},
		{
			name: "several files", commits: "5",
			change: deed{Lines: map[string]string{path: "Ours.\n", index: "Row 2.\n", sidebar: "Ours.\n", "New.md": "New.\n"}},
			want:   map[string]string{path: page + "Ours.\n", index: "Row 1.\nRow 2.\n", sidebar: "Ours.\n", "New.md": "New.\n"},
		},
		{
			name: "removal", commits: "5",
			change: deed{Gone: []string{path}, Lines: map[string]string{index: "Row 2.\n"}},
			want:   map[string]string{index: "Row 1.\nRow 2.\n"},
		},
		{
			name: "update and compaction", litter: 250, commits: "5",
			change: deed{Lines: map[string]string{path: "Ours.\n"}},
			want:   map[string]string{path: page + "Ours.\n", index: "Row 1.\n"},
		},
	}
}

// stage makes the wiki as it is before the change, and the clone that is kept.
func (p plot) stage(t *testing.T) (s *server, dir string) {
	t.Helper()
	s = newServer(t)
	s.wiki(wikiRepo, "master")
	s.savePages(wikiRepo, map[string]string{path: pageOf(42).content, index: "Row 1.\n"})
	w, o := newWiki(t, s, nil)
	if !p.cold {
		mustWrite(t, w, map[string]string{"Ours.md": "Ours.\n"})
		s.litter(t, clone(t, o.Dir), p.litter)
	}
	s.save(wikiRepo, "Person.md", "Theirs.\n") // so that there is something to fetch
	return s, o.Dir
}

// litter puts objects into a clone that nothing needs.
func (s *server) litter(t *testing.T, clone string, objects int) {
	t.Helper()
	if objects == 0 {
		return
	}
	var names strings.Builder
	dir := t.TempDir()
	for n := range objects {
		name := filepath.Join(dir, fmt.Sprint(n))
		write(t, name, name)
		names.WriteString(name + "\n")
	}
	s.git(wikiRepo, names.String(), "--git-dir="+clone, "hash-object", "-w", "--stdin-paths")
}

// The process dies right before and right after every call of git, and what it
// was about is done again by another one: nothing is missing, nothing is there
// twice.
func TestCrashAtEveryStep(t *testing.T) {
	t.Parallel()
	needsProcesses(t)
	for _, p := range plots() {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			s, dir := p.stage(t)
			restore := remember(t, s.root, dir)
			steps := p.play(t, s, dir, 0, false)
			t.Logf("%d calls of git", steps)
			for moment := 0; moment < 2*steps; moment += crashEvery {
				restore(t)
				step, before := moment/2+1, moment%2 == 0
				t.Run(fmt.Sprintf("%d, before it %t", step, before), func(t *testing.T) { p.play(t, s, dir, step, before) })
			}
		})
	}
}

// remember copies what is in the directories; restore puts it back.
func remember(t *testing.T, dirs ...string) (restore func(t *testing.T)) {
	t.Helper()
	copies := t.TempDir()
	for i, dir := range dirs {
		if err := os.CopyFS(filepath.Join(copies, strconv.Itoa(i)), os.DirFS(dir)); err != nil {
			t.Fatal(err)
		}
	}
	return func(t *testing.T) {
		t.Helper()
		for i, dir := range dirs {
			remove(t, dir)
			if err := os.CopyFS(dir, os.DirFS(filepath.Join(copies, strconv.Itoa(i)))); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// play cuts the change off at a step, 0 for none, and does it again. It returns
// how many steps there were until then.
func (p plot) play(t *testing.T, s *server, dir string, step int, before bool) int {
	t.Helper()
	git := mortalGit(t, step, before)
	e := errand{URL: s.URL, Dir: dir, Git: git, Changes: []deed{p.change}}
	err := e.start(t)()
	if died := err != nil && strings.Contains(err.Error(), "killed"); died != (step > 0) || !died && err != nil {
		t.Fatalf("the process ended with %v", err)
	}
	waitFor(t, "the last git to be gone", func() bool { return len(processes(t, git)) == 0 })

	w, o := newWiki(t, s, func(o *wiki.Options) { o.Dir = dir })
	if err := w.Change(t.Context(), 7, repo, p.change.change()); err != nil {
		t.Fatal(err)
	}
	p.wantAll(t, s, w)
	wantOnlyClones(t, o.Dir, 1)
	s.fsckClone(t, clone(t, o.Dir))
	return calls(t, git)
}

// wantAll checks that all is there, once, and that the clone is of use.
func (p plot) wantAll(t *testing.T, s *server, w *wiki.Wiki) {
	t.Helper()
	var got map[string]string
	read := func() {
		var err error
		if got, _, err = w.Read(t.Context(), 7, repo, path, index, sidebar, "New.md"); err != nil {
			t.Fatal(err)
		}
	}
	read() // what was not asked for so far
	asked := s.since(read)
	if diff := cmp.Diff(p.want, got); diff != "" || len(asked) != 1 {
		t.Errorf("pages after the requests %v, want one (-want +got):\n%s", asked, diff)
	}
	if got := s.commits(); got != p.commits {
		t.Errorf("%s commits, want %s", got, p.commits)
	}
	s.git(wikiRepo, "", "fsck", "--strict", "--no-dangling")
}

// fsckClone checks a kept clone. To git it is whole only where the host is
// known to have the rest.
func (s *server) fsckClone(t *testing.T, clone string) {
	t.Helper()
	s.git(wikiRepo, "", "--git-dir="+clone, "-c", "remote.origin.url="+s.URL, "-c", "remote.origin.promisor=true",
		"-c", "remote.origin.partialclonefilter=blob:none", "fsck", "--strict", "--no-dangling")
}
