package reconcile_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"hindsight/internal/incident"
	"hindsight/internal/reconcile"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// journal is what all fakes of one test share: which calls there were, in
// their order, and what the test puts in their way.
type journal struct {
	mu    sync.Mutex
	calls []string
	// before and after are called around what a call does, by its name
	// ("Issue") or by its name and object ("Issue acme/shop#7"). An error is
	// the call's answer; after comes too late to undo what was done.
	before, after map[string]func(ctx context.Context) error
}

// call does what a fake does, under the one lock that all of them share.
// Like a network it does nothing once the context has ended.
func (j *journal) call(ctx context.Context, name, object string, do func() error) error {
	j.mu.Lock()
	line := strings.TrimSpace(name + " " + object)
	j.calls = append(j.calls, line)
	before := []func(context.Context) error{j.before[name], j.before[line]}
	after := []func(context.Context) error{j.after[name], j.after[line]}
	j.mu.Unlock()
	if err := first(ctx, before); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	j.mu.Lock()
	err := do()
	j.mu.Unlock()
	if err != nil {
		return err
	}
	return first(ctx, after)
}

func first(ctx context.Context, hooks []func(context.Context) error) error {
	for _, hook := range hooks {
		if hook == nil {
			continue
		}
		if err := hook(ctx); err != nil {
			return err
		}
	}
	return nil
}

// made are the calls so far whose name, or name and object, is among names.
func (j *journal) made(names ...string) []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	var made []string
	for _, c := range j.calls {
		name, _, _ := strings.Cut(c, " ")
		if slices.Contains(names, name) || slices.Contains(names, c) {
			made = append(made, c)
		}
	}
	return made
}

func (j *journal) forget() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.calls = nil
}

func (j *journal) all() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.calls)
}

// outward are the calls that change what people see, inward those that change
// what is remembered.
var (
	outward = []string{
		"WriteComment", "EditComment", "DeleteComment", "React", "OpenIssue", "AttachSubIssue",
		"CloseAsDuplicate", "AddLabels", "RemoveLabel", "EditIssue", "Create", "Edit",
	}
	inward = []string{
		"SaveRecord", "SaveFollowUp", "ForgetFollowUp", "SavePull", "SaveSettings", "SaveLook", "Unchecked", "Mark",
		"Resume",
	}
)

// expect fails the test unless there were exactly so many such calls.
func (j *journal) expect(t *testing.T, want int, names ...string) {
	t.Helper()
	if made := j.made(names...); len(made) != want {
		t.Errorf("%d calls of %q: %q, want %d\nall calls:\n%s",
			len(made), names, made, want, strings.Join(j.all(), "\n"))
	}
}

// fakeForges serve the owners that are not in refused.
type fakeForges struct {
	*journal
	forges        map[int64]*fakeForge
	installations []reconcile.Installation
	refused       []string
}

func (f *fakeForges) Forge(installation int64) reconcile.Forge { return f.forges[installation] }

func (f *fakeForges) AppID() int64 { return ourApp }

func (f *fakeForges) Admits(ctx context.Context, owner string) (ok bool, err error) {
	err = f.call(ctx, "Admits", owner, func() error {
		ok = !slices.Contains(f.refused, owner)
		return nil
	})
	return ok, err
}

func (f *fakeForges) Installations(ctx context.Context) (all []reconcile.Installation, err error) {
	err = f.call(ctx, "Installations", "", func() error {
		all = f.installations
		return nil
	})
	return all, err
}

func (f *fakeForges) InstallationOf(ctx context.Context, repo incident.Repo) (id int64, err error) {
	err = f.call(ctx, "InstallationOf", string(repo), func() error {
		for installation, forge := range f.forges {
			if slices.Contains(forge.repositories, repo) {
				id = installation
				return nil
			}
		}
		return &incident.Missing{What: "the installation for " + string(repo)}
	})
	return id, err
}

// fakeWiki keeps the pages' contents by path.
type fakeWiki struct {
	*journal
	pages map[string]string
}

func (f *fakeWiki) Create(
	ctx context.Context, _ int64, _ incident.Repo, page incident.CreatePage,
) error {
	return f.call(ctx, "Create", page.Path, func() error {
		if f.pages[page.Path] == "" {
			f.pages[page.Path] = page.Content
		}
		return nil
	})
}

func (f *fakeWiki) Read(
	ctx context.Context, _ int64, _ incident.Repo, path string,
) (content, tip string, err error) {
	err = f.call(ctx, "Read", path, func() error {
		if content = f.pages[path]; content == "" {
			return &incident.Missing{What: path}
		}
		return nil
	})
	return content, "tip", err
}

func (f *fakeWiki) Edit(
	ctx context.Context, _ int64, _ incident.Repo, path, _ string, change func(string) (string, bool),
) error {
	return f.call(ctx, "Edit", path, func() error {
		if text, changed := change(f.pages[path]); changed {
			f.pages[path] = text
		}
		return nil
	})
}

func (f *fakeWiki) Tip(ctx context.Context, _ int64, repo incident.Repo) (tip string, err error) {
	return "tip", f.call(ctx, "Tip", string(repo), func() error { return nil })
}

type mark struct {
	Installation int64
	Key          incident.Key
	At           time.Time
}

type resumption struct {
	Installation int64
	Repo         incident.Repo
}

type fakeMarker struct {
	*journal
	marks   []mark
	resumed []resumption
}

func (f *fakeMarker) Mark(ctx context.Context, installation int64, key incident.Key, at time.Time) error {
	return f.call(ctx, "Mark", key.String(), func() error {
		f.marks = append(f.marks, mark{installation, key, at})
		return nil
	})
}

func (f *fakeMarker) Resume(ctx context.Context, installation int64, repo incident.Repo) error {
	return f.call(ctx, "Resume", string(repo), func() error {
		f.resumed = append(f.resumed, resumption{installation, repo})
		return nil
	})
}
