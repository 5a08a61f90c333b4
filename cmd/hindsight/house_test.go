package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hindsight/internal/config"
	"hindsight/internal/incident"
	"hindsight/internal/playground"
	"hindsight/internal/playground/contract"
	"hindsight/internal/reconcile"
)

// house is a stage whose app the test holds in its hands: it can be cut off
// at any call, forget everything, and be started again.
type house struct {
	*stage
	tb       testing.TB
	database string        // its address; "" is SQLite
	desk     *desk         // the Jira site beside it, or nil
	lenient  bool          // see [house.hold]
	pause    time.Duration // how long [house.wait] waits
	rounds   int           // how often [house.heal] sweeps
	mu       sync.Mutex
	app      *app
	hear     *httptest.Server // where the app's webhooks come in
	later    time.Duration    // how far the app's clock is ahead
	cutOff   atomic.Bool      // nothing comes through from the app any more
	spoiled  func(playground.Call) playground.Fault
}

func newHouse(tb testing.TB, furnish ...func(*house)) *house {
	tb.Helper()
	key, err := playground.SharedKey()
	must(tb, err)
	h := &house{tb: tb, pause: time.Hour, rounds: 4}
	h.stage, err = newStage(tb.Context(), "127.0.0.1:0", noLog(), playground.Options{
		Key:   key,
		Clock: h.clock, AppClock: time.Now,
		Wrap: h.hold,
	})
	must(tb, err)
	h.github.SetFault(h.fault)
	for _, with := range furnish {
		with(h)
	}
	h.start()
	tb.Cleanup(h.leave)
	return h
}

// hold holds what GitHub is asked, and answers, to its description. Where there is
// Jira, too, it is what it is asked for anyway, and a fifth of the time is saved.
func (h *house) hold(next http.Handler) http.Handler {
	held := contract.Wrap(h.tb, next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if h.lenient {
			next.ServeHTTP(w, r)
			return
		}
		held.ServeHTTP(w, r)
	})
}

// leave ends everything; it may be called early.
func (h *house) leave() {
	if h.app == nil {
		return
	}
	h.hear.Close()
	must(h.tb, h.app.close())
	must(h.tb, h.close())
	if h.desk != nil {
		h.desk.leave()
	}
	h.app = nil
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

func noLog() *slog.Logger {
	if testing.Verbose() && os.Getenv("HINDSIGHT_TEST_LOG") != "" {
		return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	return slog.New(slog.DiscardHandler)
}

func (h *house) fault(c playground.Call) playground.Fault {
	if h.cutOff.Load() {
		return playground.Fault{Before: playground.Drop}
	}
	h.mu.Lock()
	spoiled := h.spoiled
	if changes(c) { // each takes a second, so that the app's pace never has a test wait
		h.later += time.Second
	}
	h.mu.Unlock()
	if spoiled == nil {
		return playground.Fault{}
	}
	return spoiled(c)
}

// changes is whether a call can change anything that is looked at again.
func changes(c playground.Call) bool {
	return c.Method != http.MethodGet && c.Kind != "git upload-pack" && c.Kind != "POST /graphql" &&
		!strings.HasSuffix(c.Kind, "/access_tokens") && !strings.Contains(c.Kind, "/search")
}

func (h *house) spoil(how func(playground.Call) playground.Fault) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.spoiled = how
}

// start starts the app. It takes webhooks in; when it works on them is the
// test's to say.
func (h *house) start() {
	h.tb.Helper()
	flags := h.settings("127.0.0.1:0")
	flags.DatabaseURL, flags.Jira, flags.JiraHook = config.NewSecret(h.database), config.Jira{}, config.JiraHook{}
	if h.desk != nil {
		flags.Jira.File, flags.AllowedOwners = h.desk.file, "acme,umbrella"
	}
	settings, err := flags.Resolve()
	must(h.tb, err)
	a, err := newApp(h.tb.Context(), settings.Settings, h.clock, h.log)
	must(h.tb, err)
	a.reconciler.Settle = 0
	h.app = a
	a.introduce(h.tb.Context())
	h.hear = httptest.NewServer(a.newServer(settings.EdgeSettings).Handler())
	h.github.SetHook(h.hear.URL+"/webhooks/github", "")
	if h.desk != nil {
		h.desk.SetWebhook(h.hear.URL+"/webhooks/jira", deskSecret)
	}
}

func (h *house) clock() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return time.Now().Add(h.later)
}

// wait lets time pass for the app, longer than any pause it takes.
func (h *house) wait() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.later += h.pause
}

// nextDay lets a day pass.
func (h *house) nextDay() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.later += 24 * time.Hour
}

// die is what a power cut is to the app: nothing that it does from now on
// gets out or is remembered.
func (h *house) die() {
	h.cutOff.Store(true)
	_ = h.app.store.Close() // what it would say is what the test wants
}

// revive starts the app again on what the dead one left, or on nothing.
func (h *house) revive(forget bool) {
	h.tb.Helper()
	h.hear.Close()
	must(h.tb, h.app.close())
	if forget {
		must(h.tb, os.RemoveAll(h.dataDir()))
	}
	h.cutOff.Store(false)
	h.spoil(nil)
	h.wait() // leases of the dead end
	h.start()
}

// drain works until nothing is due; errors are the test's business only when
// nobody died.
func (h *house) drain() {
	h.tb.Helper()
	if err := h.app.runner.Drain(context.WithoutCancel(h.tb.Context())); err != nil && !h.cutOff.Load() {
		h.tb.Fatal(err)
	}
}

// sweep sweeps and works, as the server does every ten minutes.
func (h *house) sweep() {
	h.tb.Helper()
	if _, err := h.app.reconciler.Sweep(h.tb.Context()); err != nil && !h.cutOff.Load() {
		h.tb.Fatal(err)
	}
	h.drain()
}

// heal sweeps until nothing is left to do, with time passing in between.
func (h *house) heal() {
	h.tb.Helper()
	for range h.rounds {
		h.sweep()
		h.wait()
	}
}

// idle wants that nothing is left to do for an incident.
func (h *house) idle(repo string, number int) {
	h.tb.Helper()
	key, err := incident.ParseKey(fmt.Sprintf("%s#%d", repo, number))
	must(h.tb, err)
	plan, err := h.app.reconciler.Preview(h.tb.Context(), key)
	must(h.tb, err)
	for _, e := range plan.Effects {
		h.tb.Errorf("%s: still to do: %s", key, e)
	}
	for part, p := range plan.Record.Problems {
		h.tb.Errorf("%s: %s in trouble: %s", key, part, p.Text)
	}
}

// ours are the comments of the app on an issue.
func (h *house) ours(repo string, number int) []string {
	h.tb.Helper()
	comments, err := h.github.Comments(repo, number)
	must(h.tb, err)
	var bodies []string
	for _, c := range comments {
		if c.ByApp {
			bodies = append(bodies, c.Body)
		}
	}
	return bodies
}

// followUps are the issues that the app opened.
func (h *house) followUps(repo string) []playground.Issue {
	var found []playground.Issue
	for _, issue := range h.github.Issues(repo) {
		if issue.ByApp {
			found = append(found, issue)
		}
	}
	return found
}

// pages are the post-mortems in a wiki, and copies of them.
func (h *house) pages(repo string) []string {
	h.tb.Helper()
	files, err := h.github.WikiPages(h.tb.Context(), repo)
	must(h.tb, err)
	var names []string
	for name := range files {
		if name != "Home.md" && name != reconcile.IndexFile && name != reconcile.SidebarFile {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// labelled is whether an issue of the shop carries a label.
func (h *house) labelled(number int, label string) bool {
	h.tb.Helper()
	issue, err := h.github.Issue(shop, number)
	must(h.tb, err)
	return slices.ContainsFunc(issue.Labels, func(l playground.Label) bool { return l.Name == label })
}

// openIncident is the first half of the story: an issue with two items, and a
// command for a third.
func (h *house) openIncident() int {
	h.tb.Helper()
	number, err := h.github.As(alice).OpenIssue(shop, "Checkout answers 500", firstWords, "incident", "sev2")
	must(h.tb, err)
	_, err = h.github.As(bob).Comment(shop, number, "/followup Rehearse the certificate change")
	must(h.tb, err)
	return number
}

// finishIncident is the second half: all promises are kept.
func (h *house) finishIncident(number int) {
	h.tb.Helper()
	for _, f := range h.followUps(shop) {
		must(h.tb, h.github.As(bob).Close(shop, f.Number, "completed"))
	}
	must(h.tb, h.github.As(alice).Label(shop, number, "postmortem: reviewed"))
	must(h.tb, h.github.As(alice).Close(shop, number, "completed"))
}

// wantOnce wants one of everything for the incident of openIncident.
func (h *house) wantOnce(number, ticked int) {
	h.tb.Helper()
	if pages := h.pages(shop); len(pages) != 1 {
		h.tb.Errorf("the wiki has the pages %q, want one", pages)
	}
	if found := h.followUps(shop); len(found) != 3 {
		h.tb.Errorf("there are the follow-ups %s, want three", titles(found))
	}
	attached, err := h.github.SubIssues(shop, number)
	must(h.tb, err)
	if len(attached) != 3 {
		h.tb.Errorf("%d follow-ups are attached, want three", len(attached))
	}
	comments := h.ours(shop, number)
	if len(comments) == 0 {
		h.tb.Fatal("there is no tracker")
	}
	wantBoxes(h.tb, comments[0], 3-ticked, ticked)
}

// wantBoxes wants so many boxes in a tracker that are not ticked, and so many
// that are.
func wantBoxes(tb testing.TB, tracker string, open, closed int) {
	tb.Helper()
	if gotOpen, gotClosed := boxes(tracker); gotOpen != open || gotClosed != closed {
		tb.Errorf("the tracker shows %d open and %d closed, want %d and %d:\n%s", gotOpen, gotClosed, open, closed, tracker)
	}
}

// boxes counts a tracker's boxes: those that are not ticked, and those that are.
func boxes(tracker string) (open, closed int) {
	for _, b := range playground.Boxes(tracker) {
		if b.Ticked {
			closed++
		} else {
			open++
		}
	}
	return open, closed
}

// tracker is the comment that shows where an incident of the shop stands.
func (h *house) tracker(number int) playground.Comment {
	h.tb.Helper()
	comments, err := h.github.Comments(shop, number)
	must(h.tb, err)
	for _, c := range comments {
		if c.ByApp && strings.Contains(c.Body, "### Incident tracker") {
			return c
		}
	}
	h.tb.Fatalf("%s#%d has no tracker", shop, number)
	return playground.Comment{}
}

// tick ticks or unticks the box of a line in the tracker, in the browser.
func (h *house) tick(who string, number int, part string, ticked bool) {
	h.tb.Helper()
	c := h.tracker(number)
	must(h.tb, h.github.As(who).TickComment(shop, c.ID, playground.FindBox(c.Body, part), ticked))
}

// wantLabels wants these labels on an issue of the shop, and no others.
func (h *house) wantLabels(number int, want ...string) {
	h.tb.Helper()
	issue, err := h.github.Issue(shop, number)
	must(h.tb, err)
	var got []string
	for _, l := range issue.Labels {
		got = append(got, l.Name)
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		h.tb.Errorf("#%d has the labels %q, want %q", number, got, want)
	}
}

// wantFollowUps wants follow-ups of these titles in a repository, in whatever
// order they were opened.
func (h *house) wantFollowUps(repo string, want ...string) {
	h.tb.Helper()
	var got []string
	for _, issue := range h.followUps(repo) {
		got = append(got, issue.Title)
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		h.tb.Errorf("%s has the follow-ups %q, want %q", repo, got, want)
	}
}

// wantTracker wants these texts in an incident's tracker.
func (h *house) wantTracker(number int, want ...string) {
	h.tb.Helper()
	body := h.tracker(number).Body
	for _, text := range want {
		if !strings.Contains(body, text) {
			h.tb.Errorf("the tracker does not say %q:\n%s", text, body)
		}
	}
}

// wantNotInTracker wants none of these texts there.
func (h *house) wantNotInTracker(number int, unwanted ...string) {
	h.tb.Helper()
	body := h.tracker(number).Body
	for _, text := range unwanted {
		if strings.Contains(body, text) {
			h.tb.Errorf("the tracker says %q:\n%s", text, body)
		}
	}
}
