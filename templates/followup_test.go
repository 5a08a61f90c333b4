package templates_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/incident"
	"hindsight/templates"
)

func followUps() map[string]incident.FollowUpView {
	line := facts.URL + "#issuecomment-7"
	full := incident.FollowUpView{
		Facts: facts, Item: "abc", Source: incident.FromComment(7), Words: "def",
		Text: "Ask **Bob** about TLS", Line: line, Author: "alice", Owner: "bob", Due: "20261201", Priority: "p1", Type: "prevention",
		Wrote: incident.Written{
			Title: "defghijk", Owner: "bob", Due: "20261201", Severity: 2, Date: "20261120", Priority: "p1", Type: "prevention",
		},
	}
	bare, minimal := full, full
	bare.Bare = true
	minimal.Bare, minimal.Owner, minimal.Due, minimal.Priority, minimal.Type, minimal.Wrote = true, "", "", "", "", incident.Written{}
	return map[string]incident.FollowUpView{
		"followup-person": {
			Facts: facts, Item: "abc", Source: incident.FromComment(7), Words: "def",
			Text: "Ask @bob about **TLS** <!-- x --> and [this](http://e.org)", Line: line, Author: "alice",
		},
		"followup-full":     full,
		"followup-bare":     bare,
		"followup-minimal":  minimal,
		"followup-standard": {Facts: facts, Item: "abc", Source: incident.FromPolicy, Words: "def", Text: "Tell the customers"},
		"followup-hostile": {
			Facts: facts, Item: "a--> b", Source: "c\nd", Words: "-->", Text: hostile + "<!-- hindsight:begin block=facts -->", Line: line,
			Author: "a|b", Owner: "@all", Due: "<b>", Priority: "p1", Type: "process", Wrote: incident.Written{Owner: "--><b>"},
		},
		"followup-nameless": {Facts: facts, Item: "abc", Source: incident.FromBody, Words: "def", Text: "<!-- nothing -->", Line: facts.URL, Author: "alice"},
	}
}

func TestFollowUp(t *testing.T) {
	t.Parallel()
	for name, view := range followUps() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			title, body := templates.New().FollowUp(view)
			golden(t, name, title+"\n\n"+body)
			for _, src := range []string{body, strings.ReplaceAll(body, "\n", "\r\n")} {
				of, entry, ok := templates.New().ReadFollowUp(src)
				want := incident.Entry{Key: view.Item, Source: view.Source, Words: view.Words, Wrote: view.Wrote.Checked()}
				if view.Bare {
					want.Wrote.Severity, want.Wrote.Date = 0, ""
				}
				if !ok || of != view.ID {
					t.Errorf("ReadFollowUp finds %v, %v, want %v", of, ok, view.ID)
				}
				if diff := cmp.Diff(want, entry); diff != "" {
					t.Errorf("ReadFollowUp (-want +got):\n%s", diff)
				}
			}
		})
	}
}

// In another repository nothing may be read of the incident but its name, not
// even by those who look at the source.
func TestBareFollowUpsTellNothing(t *testing.T) {
	t.Parallel()
	view := followUps()["followup-bare"]
	title, body := templates.New().FollowUp(view)
	for _, secret := range []string{"Checkout", "sev2", "2026-11-20", "20261120", "severity", "wiki", "alice", "issuecomment", view.URL} {
		if strings.Contains(title+body, secret) {
			t.Errorf("%q is in\n%s", secret, body)
		}
	}
	if !strings.Contains(body, "A follow-up of acme/shop#42.") {
		t.Errorf("the incident is not named plainly in\n%s", body)
	}
}

func TestReadFollowUpBelievesNoNonsense(t *testing.T) {
	t.Parallel()
	_, entry, ok := templates.New().ReadFollowUp("<!-- hindsight:followup incident=1#2 item=abc due=soon date=1 severity=9 -->")
	if diff := cmp.Diff(incident.Entry{Key: "abc"}, entry); !ok || diff != "" {
		t.Errorf("read %v (-want +got):\n%s", ok, diff)
	}
	for _, body := range []string{"", "words", "<!-- hindsight:followup incident=1#2 -->", "<!-- hindsight:followup incident=x item=abc -->"} {
		if _, _, ok := templates.New().ReadFollowUp(body); ok {
			t.Errorf("%q was taken for a follow-up", body)
		}
	}
}

// Facts are written anew only where nobody has touched them, and nothing else
// is touched.
func TestRefresh(t *testing.T) {
	t.Parallel()
	view := followUps()["followup-full"]
	_, was := templates.New().FollowUp(view)
	view.Due, view.Wrote.Due = "20270115", "20270115"
	view.Text, view.Words, view.Wrote.Title = "Ask **Carol** about TLS", "ghi", "ghi"
	_, anew := templates.New().FollowUp(view)
	view.Item = "another"
	_, others := templates.New().FollowUp(view)
	crlf := strings.ReplaceAll(was, "\n", "\r\n")
	marker, rest, _ := strings.Cut(was, "\n")
	tests := []struct {
		name, body, anew string
		want             bool
	}{
		{"as written", was, anew, true},
		{"the same", was, was, true},
		{"windows line ends", crlf, anew, true},
		{"people wrote more", strings.Replace(was, "Closing this", "We found the cause.\n\nClosing this", 1), anew, true},
		{"people wrote before", marker + "\n\nPlan: ask twice.\n\n" + rest, anew, true},
		{"the marker is gone", rest, anew, true},
		{"another's marker", was, others, true},
		{"people changed a fact", strings.Replace(was, "2026-12-01", "2026-12-24", 1), anew, false},
		{"people added a fact", strings.Replace(was, "| Priority", "| Cost | 3 days |\n| Priority", 1), anew, false},
		{"people removed the facts", marker + "\nJust do it.", anew, false},
		{"the block is there twice", was + rest, anew, false},
		{"people's own issue", "Just do it.", anew, false},
		{"nothing to write", was, "Just do it.", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, ok := templates.New().Refresh(tt.body, tt.anew)
			if ok != tt.want || !ok && got != tt.body {
				t.Fatalf("Refresh = %v, want %v, and nothing changed unless it is true:\n%s", ok, tt.want, got)
			}
			if ok {
				checkRefreshed(t, tt.body, tt.anew, got)
			}
		})
	}
}

func checkRefreshed(t *testing.T, body, anew, got string) {
	t.Helper()
	const begin, end = "<!-- hindsight:begin", "<!-- hindsight:end"
	_, facts, _ := strings.Cut(anew, begin)
	facts, _, _ = strings.Cut(facts, end)
	if strings.Contains(body, "\r\n") {
		facts = strings.ReplaceAll(facts, "\n", "\r\n")
	}
	before, after, _ := strings.Cut(got, begin+facts+end)
	if after == "" {
		t.Fatalf("the new facts are missing in\n%s", got)
	}
	if !strings.HasSuffix(body, after) {
		t.Errorf("behind the facts stands %q", after)
	}
	wasBefore, _, _ := strings.Cut(body, begin)
	_, words, _ := strings.Cut(before, "-->")
	if _, was, _ := strings.Cut(wasBefore, "-->"); was != words {
		t.Errorf("before the facts stands %q, where people had %q", words, was)
	}
	_, want, _ := templates.New().ReadFollowUp(anew)
	_, was, marked := templates.New().ReadFollowUp(body)
	_, is, _ := templates.New().ReadFollowUp(got)
	if marked && want.Key != was.Key {
		want = was
	}
	if diff := cmp.Diff(want, is); marked && diff != "" {
		t.Errorf("the marker says (-want +got):\n%s", diff)
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
				Facts: f, Item: "abc", Source: incident.FromBody, Words: "def", Text: words, Line: facts.URL, Author: "alice",
			}
			title, body := templates.New().FollowUp(view)
			if n := utf8.RuneCountInString(title); title == "" || n > 256 {
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

func TestWhy(t *testing.T) {
	t.Parallel()
	body := templates.New().Why(incident.WhyView{Facts: staffed(facts)})
	golden(t, "why", body)
	if of, ok := templates.New().ReadWhy(strings.ReplaceAll(body, "\n", "\r\n")); !ok || of != facts.ID {
		t.Errorf("ReadWhy = %v, %v", of, ok)
	}
	for _, secret := range []string{"Checkout", "sev2", "2026", "alice", facts.URL} {
		if strings.Contains(body, secret) {
			t.Errorf("%q may be read where the follow-up is", secret)
		}
	}
	if _, ok := templates.New().ReadWhy("Why was it dropped?"); ok {
		t.Error("a person's question was taken for ours")
	}
}

// Whatever people write, a follow-up is known again, and its facts can be
// written anew as long as nobody touches them.
func FuzzFollowUp(f *testing.F) {
	f.Add("Ask **Bob**", "alice", "20261201", false)
	f.Add(hostile, "--><!--", "<b>", true)
	f.Add("<!-- hindsight:end block=facts -->\n```", "|", "\u202e", false)
	f.Fuzz(func(t *testing.T, text, login, due string, bare bool) {
		view := followUps()["followup-full"]
		view.Text, view.Title, view.Owner, view.Author, view.Due, view.Bare = text, text, login, login, incident.Day(due), bare
		title, body := templates.New().FollowUp(view)
		if n := utf8.RuneCountInString(title); n == 0 || n > 256 || strings.ContainsAny(title, "\r\n") {
			t.Fatalf("%q is no title", title)
		}
		of, entry, ok := templates.New().ReadFollowUp(body)
		if !ok || of != view.ID || entry.Key != view.Item || entry.Source != view.Source || entry.Words != view.Words {
			t.Fatalf("not known again:\n%s", body)
		}
		if fresh, ok := templates.New().Refresh(body, body); !ok || fresh != body {
			t.Fatalf("its own facts count as changed:\n%s", body)
		}
		if _, ok := templates.New().Refresh(strings.ReplaceAll(body, "\n", "\r\n"), body); !ok {
			t.Fatalf("with windows line ends its facts count as changed:\n%s", body)
		}
	})
}
