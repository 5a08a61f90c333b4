package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"hindsight/internal/incident"
	"hindsight/internal/playground"
)

// eventuallyTrue waits for something that another goroutine brings about.
func eventuallyTrue(t *testing.T, within time.Duration, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(within); !is(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within %s: %s", within, what)
		}
	}
}

func isGit(c playground.Call) bool { return strings.HasPrefix(c.Kind, "git ") }

// A wiki that hangs holds up neither the follow-ups nor the tracker.
func TestHangingWikiHoldsUpNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	release := make(chan struct{})
	h.spoil(func(c playground.Call) playground.Fault {
		if isGit(c) {
			return playground.Fault{RunBefore: func() { <-release }}
		}
		return playground.Fault{}
	})
	number := h.openIncident()
	done := make(chan struct{})
	go func() {
		defer close(done)
		h.sweep()
	}()
	eventuallyTrue(t, 20*time.Second, "the tracker shows three follow-ups while the wiki hangs", func() bool {
		comments := h.ours(shop, number)
		return len(comments) == 1 && strings.Contains(comments[0], "**3 open**") &&
			strings.Count(comments[0], "(#") == 3 && strings.Contains(comments[0], "on its way")
	})
	close(release)
	<-done
	h.wantOnce(number, 0)
	h.idle(shop, number)
}

// What fails for a while is tried again; nothing is lost, nothing doubled.
func TestTroubleHeals(t *testing.T) {
	t.Parallel()
	creates := func(c playground.Call) bool { return c.Method == http.MethodPost && !isGit(c) }
	tests := map[string]struct {
		which func(playground.Call) bool
		fault playground.Fault
	}{
		"GitHub is down":                      {func(playground.Call) bool { return true }, playground.Fault{Before: 503}},
		"no connection":                       {func(playground.Call) bool { return true }, playground.Fault{Before: playground.Drop}},
		"writes fail before their effect":     {creates, playground.Fault{Before: 502}},
		"writes fail after their effect":      {creates, playground.Fault{After: 502}},
		"answers to writes are lost":          {creates, playground.Fault{After: playground.Drop}},
		"writes are limited":                  {creates, playground.Fault{Before: 429}},
		"git is down":                         {isGit, playground.Fault{Before: 500}},
		"answers to git's requests are lost":  {isGit, playground.Fault{After: playground.Drop}},
		"comments can't be read":              {kind("GET /repos/{owner}/{repo}/issues/{issue_number}/comments"), playground.Fault{Before: 500}},
		"permissions can't be looked up":      {kind("GET /repos/{owner}/{repo}/collaborators/{username}/permission"), playground.Fault{Before: 502}},
		"the configuration can't be read":     {kind("GET /repos/{owner}/{repo}/contents/{path}"), playground.Fault{Before: 502}},
		"sub-issues fail":                     {kind("POST /repos/{owner}/{repo}/issues/{issue_number}/sub_issues"), playground.Fault{Before: 500}},
		"sub-issues' answers are lost":        {kind("POST /repos/{owner}/{repo}/issues/{issue_number}/sub_issues"), playground.Fault{After: playground.Drop}},
		"reactions fail":                      {kind("POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions"), playground.Fault{Before: 500}},
		"tokens are refused":                  {kind("POST /app/installations/{installation_id}/access_tokens"), playground.Fault{Before: 500}},
		"the edited tracker's answer is lost": {kind("PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}"), playground.Fault{After: playground.Drop}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			number := h.openIncident()
			h.spoil(func(c playground.Call) playground.Fault {
				if test.which(c) {
					return test.fault
				}
				return playground.Fault{}
			})
			for range 4 {
				_, _ = h.app.reconciler.Sweep(t.Context()) // fails while GitHub is down
				h.drain()
				h.wait()
			}
			h.spoil(nil)
			h.heal()
			h.wantOnce(number, 0)
			h.idle(shop, number)
			if n := len(h.ours(shop, number)); n != 1 {
				t.Errorf("the app wrote %d comments, want the tracker alone", n)
			}
		})
	}
}

func kind(k string) func(playground.Call) bool {
	return func(c playground.Call) bool { return c.Kind == k }
}

// One incident in trouble does not hold up another.
func TestOtherIncidentsGoOn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	sick := h.openIncident()
	well, err := h.github.As(alice).OpenIssue(shop, "Search is slow", "", "incident", "sev3")
	must(t, err)
	h.spoil(func(c playground.Call) playground.Fault {
		if strings.HasSuffix(c.Path, "/issues/1/comments") {
			return playground.Fault{Before: 500}
		}
		return playground.Fault{}
	})
	h.sweep()
	if n := len(h.ours(shop, sick)); n != 0 {
		t.Errorf("the app wrote %d comments on the incident in trouble", n)
	}
	if n := len(h.ours(shop, well)); n != 1 {
		t.Errorf("the app wrote %d comments on the other incident, want its tracker", n)
	}
	if n := len(h.pages(shop)); n != 1 {
		t.Errorf("there are %d pages, want the other incident's", n)
	}
}

// A wiki without a first page: the tracker says what to click, and the page
// goes out by itself when a person has clicked.
func TestPageWaitsForTheFirstPage(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	number, err := h.github.As(alice).OpenIssue(website, "The front page is blank", "", "incident", "sev2")
	must(t, err)
	h.sweep()
	comments := h.ours(website, number)
	if len(comments) != 1 || !strings.Contains(comments[0], "⚠️") || !strings.Contains(comments[0], "/acme/website/wiki") {
		t.Fatalf("the tracker does not say what to click: %q", comments)
	}
	must(t, h.github.As(alice).SaveWikiPage(t.Context(), website, "Home", "Welcome."))
	must(t, h.github.Settle(t.Context()))
	h.drain()
	if pages := h.pages(website); len(pages) != 1 {
		t.Errorf("the wiki has the pages %q, want one", pages)
	}
	comments = h.ours(website, number)
	if len(comments) != 1 || strings.Contains(comments[0], "⚠️") {
		t.Errorf("the notice is still there: %q", comments)
	}
	h.idle(website, number)
}

// What a person removes stays removed: the tracker comes back once.
func TestDeletedTrackerComesBackOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	number := h.openIncident()
	h.sweep()
	for _, want := range []int{1, 0} {
		comments, err := h.github.Comments(shop, number)
		must(t, err)
		for _, c := range comments {
			if c.ByApp {
				must(t, h.github.As(alice).DeleteComment(shop, c.ID))
			}
		}
		h.heal()
		if n := len(h.ours(shop, number)); n != want {
			t.Fatalf("there are %d trackers, want %d", n, want)
		}
	}
	if found := h.followUps(shop); len(found) != 3 {
		t.Errorf("there are the follow-ups %s, want three", titles(found))
	}
}

// An issue form puts labels on whoever submits it: that starts nothing, until
// somebody with triage permission labels.
func TestOutsiderStartsNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	number, err := h.github.As(mallory).SubmitForm(website, "Buy from us", firstWords, "incident", "sev1")
	must(t, err)
	must(t, h.github.Settle(t.Context()))
	h.heal()
	if n := len(h.ours(website, number)); n != 0 || len(h.followUps(website)) != 0 {
		t.Fatalf("the app wrote %d comments and %d follow-ups", n, len(h.followUps(website)))
	}
	must(t, h.github.As(bob).Unlabel(website, number, "incident"))
	must(t, h.github.As(bob).Label(website, number, "incident"))
	h.heal()
	if n := len(h.ours(website, number)); n != 1 {
		t.Errorf("the app wrote %d comments, want the tracker", n)
	}
	if found := h.followUps(website); len(found) != 0 {
		t.Errorf("an outsider's items became %s", titles(found))
	}
}

// An archived repository is read only: nothing is tried until that changes.
func TestArchivedPauses(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	number := h.openIncident()
	must(t, h.github.Change(shop, playground.RepoOptions{Private: true, Archived: true}))
	h.heal()
	for _, c := range h.github.Calls() {
		if c.Status == http.StatusForbidden {
			t.Errorf("%s was tried in an archived repository", c.Kind)
		}
	}
	must(t, h.github.Change(shop, playground.RepoOptions{Private: true}))
	h.heal() // nobody touches the issue: the sweep resumes it
	h.wantOnce(number, 0)
}

// Pull requests can be incidents too.
func TestPullRequestIsAnIncident(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	number, err := h.github.As(alice).OpenPullRequest(shop, "Roll back", firstWords, "incident")
	must(t, err)
	must(t, h.github.Settle(t.Context()))
	h.drain()
	if found := h.followUps(shop); len(found) != 2 {
		t.Errorf("there are the follow-ups %s, want two", titles(found))
	}
	if len(h.ours(shop, number)) != 1 || len(h.pages(shop)) != 1 {
		t.Errorf("tracker %q, pages %q: want one of each", h.ours(shop, number), h.pages(shop))
	}
	h.idle(shop, number)
}

// A marker counts only in what the app itself wrote.
func TestForgedMarkersCountForNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	number := h.openIncident()
	h.sweep()
	tracker := h.ours(shop, number)[0]
	_, err := h.github.As(bob).Comment(shop, number, tracker)
	must(t, err)
	forged := h.followUps(shop)[0]
	_, err = h.github.As(alice).OpenIssue(shop, "Forged", forged.Body, "postmortem-followup")
	must(t, err)
	h.github.ResetCalls()
	h.revive(true)
	h.heal()
	h.wantOnce(number, 0)
	h.idle(shop, number)
	for _, c := range h.github.Calls() {
		if c.Method == http.MethodDelete {
			t.Errorf("%s %s: a person's words were deleted", c.Method, c.Path)
		}
	}
	key := incident.NewKey("acme", "shop", number)
	known, err := h.app.store.FollowUps(t.Context(), key)
	must(t, err)
	if len(known) != 3 {
		t.Errorf("%d follow-ups are remembered, want three: %v", len(known), known)
	}
}

// What GitHub refuses for good holds up nothing but itself, and the tracker
// says so until it works.
func TestRefusedFollowUpHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.github.HoldDeliveries() // so that there is one look, and no second try
	number := h.openIncident()
	opens := kind("POST /repos/{owner}/{repo}/issues")
	var first int
	h.spoil(func(c playground.Call) playground.Fault {
		h.mu.Lock()
		defer h.mu.Unlock()
		if opens(c) && (first == 0 || first == c.ID) {
			first = c.ID
			return playground.Fault{Before: http.StatusUnprocessableEntity}
		}
		return playground.Fault{}
	})
	h.sweep()
	if found := h.followUps(shop); len(found) != 2 {
		t.Errorf("there are the follow-ups %s, want the other two", titles(found))
	}
	if tracker := h.ours(shop, number)[0]; !strings.Contains(tracker, "⚠️") {
		t.Errorf("the tracker does not say that one was refused:\n%s", tracker)
	}
	h.spoil(nil)
	h.heal()
	h.wantOnce(number, 0)
	h.idle(shop, number)
}
