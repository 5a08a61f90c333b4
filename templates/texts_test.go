package templates_test

import (
	"crypto/rand"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/incident"
	"hindsight/templates"
)

var update = flag.Bool("update", false, "write the golden files anew")

var (
	noon  = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	facts = incident.Facts{
		ID:       incident.ID{Repository: 9001, Number: 42},
		Key:      incident.NewKey("acme", "shop", 42),
		Title:    "Checkout | answers @everyone <b>500</b>",
		URL:      "https://github.test/Acme/shop/issues/42",
		Severity: 2,
		Date:     time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC),
		Started:  noon,
		PageLink: "https://github.test/Acme/shop/wiki/page",
		Private:  true,
	}
	ledger = incident.Ledger{
		Accepted: incident.Acceptance{By: "alice", At: noon},
		Page:     incident.Page{Path: "2026-11-20-checkout-42.md"},
		Items: []incident.Entry{{
			Key: "abcdefghij23", Source: incident.FromComment(7), Words: "klmnopqrst45", Issue: incident.Ref{Number: 77, ID: 7007},
		}},
	}
)

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name+".golden.md")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got; write anew with -update):\n%s", file, diff)
	}
}

func resolved(f incident.Facts) incident.Facts {
	f.Resolved, f.Owner = noon.Add(125*time.Minute), "alice"
	return f
}

func public(f incident.Facts) incident.Facts {
	f.Private, f.Guessed, f.Severity = false, true, 3
	return f
}

var lines = []incident.TrackerLine{
	{Number: 77, Text: "Alert on certificate age", State: incident.Done, Owner: "bob"},
	{Number: 78, Text: "Rate limit | @acme/all <!-- hindsight:tracker -->", State: incident.Open, Owner: "alice"},
	{Number: 79, Text: "Rewrite it", State: incident.Dropped},
	{Number: 80, State: incident.Gone},
	{Text: "Write the runbook", State: incident.Open},
}

func TestTracker(t *testing.T) {
	t.Parallel()
	views := map[string]incident.TrackerView{
		"tracker-first": {Facts: public(facts), Ledger: ledger},
		"tracker-open":  {Facts: facts, Page: incident.PageExists, Lines: lines, Ledger: ledger},
		"tracker-resolved": {
			Facts: resolved(facts), Page: incident.PageExists, Lines: lines[:1], Ledger: ledger,
		},
		"tracker-complete": {
			Facts: resolved(facts), Page: incident.PageExists, Reviewed: true, Complete: true,
			Lines: lines[:1], Ledger: ledger,
		},
		"tracker-paused": {Facts: facts, Page: incident.PageExists, Paused: true, Lines: lines, Ledger: ledger},
		"tracker-trouble": {
			Facts: facts, Page: incident.PageComing, Waiting: 30, Refused: 1, Ledger: ledger,
			Notices: []string{"The wiki has no first page yet: [create it](https://github.test/Acme/shop/wiki)."},
		},
		"tracker-no-wiki": {Facts: facts, Page: incident.PageNoWiki, Ledger: ledger},
		"tracker-below":   {Facts: facts, Page: incident.PageBelow, Ledger: ledger},
		"tracker-secret":  {Facts: facts, Page: incident.PagePrivate, Ledger: ledger},
	}
	for name, view := range views {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := templates.New().Tracker(view)
			golden(t, name, body)
			// Browsers send Windows line ends when somebody edits it by hand.
			of, paused, read, ok := templates.New().ReadTracker(strings.ReplaceAll(body, "\n", "\r\n"))
			if !ok || of != view.ID || paused != view.Paused {
				t.Errorf("ReadTracker found %v, paused %v, %v", of, paused, ok)
			}
			if diff := cmp.Diff(view.Ledger, read); diff != "" {
				t.Errorf("the ledger came back changed (-want +got):\n%s", diff)
			}
		})
	}
}

// A tracker that GitHub refuses is no tracker: however long the checklist, it
// stays under the limit and keeps its ledger.
func TestTrackerStaysUnderGitHubsLimit(t *testing.T) {
	t.Parallel()
	view := incident.TrackerView{Facts: facts}
	for n := range 1000 {
		view.Lines = append(view.Lines, incident.TrackerLine{
			Number: n + 1, Text: strings.Repeat("@word ", 40), State: incident.Open,
		})
		view.Ledger.Items = append(view.Ledger.Items, incident.Entry{
			Key: incident.ItemKey(strings.ToLower(rand.Text()[:12])), Words: strings.ToLower(rand.Text()[:12]),
			Source: incident.FromComment(3_000_000_000 + rand63(n)), Attached: true,
			Issue: incident.Ref{Number: n + 1, ID: 2_000_000_000 + rand63(n)},
		})
	}
	body := templates.New().Tracker(view)
	if n := len([]rune(body)); n > 65536 {
		t.Errorf("the tracker has %d characters, GitHub takes 65536", n)
	}
	_, _, read, ok := templates.New().ReadTracker(body)
	if !ok || len(read.Items) != 1000 {
		t.Errorf("the ledger holds %d items, want 1000", len(read.Items))
	}
	if !strings.Contains(body, "more, which don't fit here") {
		t.Error("the tracker doesn't say that it was cut")
	}
}

func TestPage(t *testing.T) {
	t.Parallel()
	view := incident.PageView{Reporter: "mallory", Labelled: noon, Summary: "It is **down**.\n\n## Timeline\n@all <!-- hindsight:end block=facts -->"}
	for name, f := range map[string]incident.Facts{"page-private": facts, "page-public": public(resolved(facts))} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			view := view
			view.Facts = f
			golden(t, name, templates.New().Page(view))
		})
	}
}

func TestFollowUp(t *testing.T) {
	t.Parallel()
	f := facts
	f.PageLink = "https://github.test/Acme/shop/wiki/page"
	views := map[string]incident.FollowUpView{
		"followup-person": {
			Facts: f, Item: "abc", Source: incident.FromComment(7), Words: "def",
			Text: "Ask @bob about **TLS** <!-- x -->", Line: "https://github.test/Acme/shop/issues/42#issuecomment-7", Author: "alice",
		},
		"followup-standard": {Facts: facts, Item: "abc", Source: incident.FromPolicy, Words: "def", Text: "Tell the customers"},
	}
	for name, view := range views {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			title, body := templates.New().FollowUp(view)
			golden(t, name, title+"\n\n"+body)
			of, entry, ok := templates.New().ReadFollowUp(body)
			want := incident.Entry{Key: view.Item, Source: view.Source, Words: view.Words}
			if !ok || of != view.ID || entry != want {
				t.Errorf("ReadFollowUp = %v, %v, %v; want %v, %v", of, entry, ok, view.Key, want)
			}
		})
	}
}

// An issue that GitHub refuses is a promise lost: whatever people wrote, it
// stays under the limits and is known again.
func TestFollowUpStaysUnderGitHubsLimit(t *testing.T) {
	t.Parallel()
	for name, unit := range map[string]string{
		"mentions": "@", "entities": "|", "hashes": "abcdef0", "references": "#1", "emoji": "🔥", "link": "[a](", "one comment": "<!--",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			words := strings.Repeat(unit, 65536/len(unit))
			f := facts
			f.Title = words[:256/len(unit)*len(unit)]
			view := incident.FollowUpView{
				Facts: f, Item: "abc", Source: incident.FromBody, Words: "def", Text: words,
				Line: "https://github.test/Acme/shop/issues/42", Author: "alice",
			}
			title, body := templates.New().FollowUp(view)
			if n := len([]rune(title)); title == "" || n > 256 {
				t.Errorf("the title has %d characters, GitHub takes 1 to 256", n)
			}
			if len(body) > 65536 {
				t.Errorf("the body has %d bytes, GitHub takes 65536 characters", len(body))
			}
			if !strings.Contains(body, "…\n\n| | |") {
				t.Error("the body doesn't show that the words were cut")
			}
			if _, entry, ok := templates.New().ReadFollowUp(body); !ok || entry.Key != view.Item {
				t.Errorf("ReadFollowUp = %v, %v", entry, ok)
			}
		})
	}
}

func TestClosing(t *testing.T) {
	t.Parallel()
	views := map[string]incident.ClosingView{
		"closing-complete": {Facts: resolved(facts), Complete: true, Done: 3, Dropped: 1, HasPage: true, ToPage: 4 * time.Second},
		"closing-again":    {Facts: resolved(facts), OpenLeft: 1},
	}
	for name, view := range views {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := templates.New().Closing(view)
			golden(t, name, body)
			of, complete, ok := templates.New().ReadClosing(body)
			if !ok || of != view.ID || complete != view.Complete {
				t.Errorf("ReadClosing = %v, %v, %v", of, complete, ok)
			}
		})
	}
}

func TestPageName(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, title, want string }{
		{"plain", "Checkout is down", "2026-11-20-checkout-is-down-42"},
		{"path", "../../etc/passwd", "2026-11-20-etc-passwd-42"},
		{"another script", "結帳壞了", "2026-11-20-incident-42"},
		{"only emoji", "🔥🔥", "2026-11-20-incident-42"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := facts
			f.Title = test.title
			if got := templates.New().PageName(f); got != test.want {
				t.Errorf("PageName(%q) = %q, want %q", test.title, got, test.want)
			}
		})
	}
}

// rand63 spreads ids as GitHub's are spread: compression finds little in them.
func rand63(n int) int64 { return int64(n) * 7919 % 999_983 * 1009 }
