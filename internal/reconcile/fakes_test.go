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
		"SaveRecord", "SaveFollowUp", "ForgetFollowUp", "SavePull", "SaveWiki", "SaveSettings", "SaveLook", "Unchecked",
		"Mark",
		"Resume",
	}
	// remembering are those that ask nobody but the database and the operator.
	remembering = []string{"Admits", "FollowUps", "IncidentsOf", "Observed", "Pulls", "Record", "Settings"}
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

// fakeWiki keeps the pages' contents by path: the shop's, and other wikis'.
type fakeWiki struct {
	*journal
	pages    map[string]string
	others   map[incident.Repo]map[string]string
	messages []string
	bases    []string
	// rival is called before a change is made, once: somebody else's push.
	rival func()
	// refuses is the answer to a push.
	refuses error
}

func (f *fakeWiki) of(repo incident.Repo) map[string]string {
	if repo == shop {
		return f.pages
	}
	if f.others[repo] == nil {
		f.others[repo] = map[string]string{}
	}
	return f.others[repo]
}

func (f *fakeWiki) Read(
	ctx context.Context, _ int64, repo incident.Repo, paths ...string,
) (found map[string]string, tip string, err error) {
	err = f.call(ctx, "Read", paths[0], func() error {
		found = f.some(repo, paths)
		return nil
	})
	return found, "tip of " + string(repo), err
}

func (f *fakeWiki) some(repo incident.Repo, paths []string) map[string]string {
	found := map[string]string{}
	for _, path := range paths {
		if text := f.of(repo)[path]; text != "" {
			found[path] = text
		}
	}
	return found
}

// Change is called "Create" where the first of its pages is not there yet, else
// "Edit".
func (f *fakeWiki) Change(ctx context.Context, _ int64, repo incident.Repo, c reconcile.PagesChange) error {
	f.mu.Lock()
	name := "Edit"
	if f.of(repo)[c.Paths[0]] == "" {
		name = "Create"
	}
	f.mu.Unlock()
	return f.call(ctx, name, c.Paths[0], func() error {
		f.bases = append(f.bases, c.Base)
		anew, message, err := c.Edit(f.some(repo, c.Paths))
		if f.rival != nil && err == nil { // the push is rejected, and made again
			f.rival()
			f.rival = nil
			anew, message, err = c.Edit(f.some(repo, c.Paths))
		}
		if err != nil || len(anew) == 0 {
			return err
		}
		if f.refuses != nil {
			return f.refuses
		}
		f.messages = append(f.messages, message)
		for path := range anew {
			if f.of(repo)[path] == "" && f.taken(repo, path) {
				return &incident.Blocked{Text: "Another page has the name of " + path + "."}
			}
		}
		for path, text := range anew {
			if f.of(repo)[path] = text; text == "" {
				delete(f.of(repo), path)
			}
		}
		return nil
	})
}

// taken is whether another page has the path's name, as GitHub compares them.
func (f *fakeWiki) taken(repo incident.Repo, path string) bool {
	for other := range f.of(repo) {
		if other != path && strings.EqualFold(other, path) {
			return true
		}
	}
	return false
}

// fakeChecker finds what a test puts into it, and the names of customers.
type fakeChecker struct {
	mu     sync.Mutex
	looked []string // pages
	off    []string
}

func (f *fakeChecker) Check(page string, off, customers []string) (found []incident.Finding) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.looked, f.off = append(f.looked, page), off
	for _, name := range customers {
		if strings.Contains(page, name) {
			found = append(found, incident.Finding{Rule: "customer", Line: 1, Column: 1, Serious: true, Text: "A customer is named."})
		}
	}
	return found
}

func (f *fakeWiki) Tip(ctx context.Context, _ int64, repo incident.Repo) (tip string, err error) {
	return "tip of " + string(repo), f.call(ctx, "Tip", string(repo), func() error { return nil })
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
