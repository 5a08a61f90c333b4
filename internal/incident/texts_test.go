package incident_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"hindsight/internal/incident"
)

// plain renders views as lines that a test can read, and read back.
type plain struct{}

var pageStates = map[incident.PageState]string{
	incident.PageComing:  "coming",
	incident.PageExists:  "made",
	incident.PageBelow:   "below the bar",
	incident.PageNoWiki:  "no wiki",
	incident.PagePrivate: "kept private",
	incident.PageBarred:  "barred",
}

const ledgerMark = "ledger: "

func (plain) Tracker(v incident.TrackerView) string {
	var b strings.Builder
	say := func(when bool, format string, args ...any) {
		if when {
			fmt.Fprintf(&b, format+"\n", args...)
		}
	}
	say(true, "%s is %s", v.Key, v.Severity)
	say(v.Guessed, "severity assumed")
	say(v.Owner != "", "owner %s", v.Owner)
	say(v.Paused, "paused")
	say(v.Complete, "complete")
	say(true, "page %s", pageStates[v.Page])
	for _, l := range v.Lines {
		say(true, "- %s #%d %s", l.State, l.Issue.Number, strings.TrimSpace(l.Text+" "+l.Owner))
		say(l.Assignee != "" || l.Why != "", "  %s, %s", l.Assignee, l.Why)
	}
	say(v.Refused > 0, "refused %d", v.Refused)
	say(v.Waiting > 0, "waiting %d", v.Waiting)
	say(v.Skip != "", "no post-mortem: %s", v.Skip)
	say(!v.Meeting.IsZero(), "meeting %s", v.Meeting.Format(time.RFC3339))
	for _, doubt := range v.Doubts {
		say(true, "? %s", doubt.Text)
	}
	for _, n := range v.Notices {
		say(true, "! %s", n)
	}
	ledger, err := json.Marshal(v.Ledger)
	if err != nil {
		panic(err)
	}
	return b.String() + ledgerMark + string(ledger)
}

// said is what people read in a tracker.
func said(body string) string {
	text, _, _ := strings.Cut(body, ledgerMark)
	return text
}

// saysPaused is what Hindsight reads of a tracker beside its ledger.
func saysPaused(body string) bool { return strings.Contains(said(body), "\npaused\n") }

// viewing is plain, and keeps what the tracker was to show.
type viewing struct {
	plain
	view *incident.TrackerView
}

func (v viewing) Tracker(view incident.TrackerView) string {
	*v.view = view
	return v.plain.Tracker(view)
}

// viewed is what the tracker is to show of a world.
func viewed(policy incident.Policy, w incident.World) incident.TrackerView {
	var view incident.TrackerView
	incident.Decide(policy, viewing{view: &view}, w, now)
	return view
}

// carried is the ledger that a tracker carries.
func carried(body string) (incident.Ledger, error) {
	_, data, _ := strings.Cut(body, ledgerMark)
	var l incident.Ledger
	err := json.Unmarshal([]byte(data), &l)
	return l, err
}

func (plain) PageName(f incident.Facts) string {
	slug := strings.ToLower(strings.ReplaceAll(f.Title, " ", "-"))
	if f.Wiki != "" {
		slug = f.Key.Repo.Name() + "-" + slug
	}
	return fmt.Sprintf("%s-%s-%d", f.Date.Format(time.DateOnly), slug, f.Key.Number)
}

func (plain) Page(v incident.PageView) string {
	return fmt.Sprintf("page of %s by %s: %s", v.Key, v.Reporter, v.Summary)
}

func (plain) FollowUp(v incident.FollowUpView) (title, body string) {
	return v.Text, fmt.Sprintf("of %s by %s, see %s", v.Key, v.Author, v.Line)
}

func (p plain) Ticket(v incident.FollowUpView) (title, body string) { return p.FollowUp(v) }

// RefreshPage writes the first line, and leaves the others.
func (plain) RefreshPage(now string, v incident.PageView) incident.PageRefresh {
	_, people, _ := strings.Cut(now, "\n")
	ours := fmt.Sprintf("%s, %s, %d follow-ups\n", v.Severity, v.Status, len(v.Lines))
	r := incident.PageRefresh{Text: ours + people}
	if now != r.Text {
		r.Changed = []string{"facts"}
	}
	return r
}

func (plain) RowKeys(string) []string { return nil }

// HasPublic is of a page with a line that begins with "public: ".
func (plain) HasPublic(page string) bool { return strings.Contains("\n"+page, "\npublic: ") }

// PublicWords are the lines that begin with "public: ".
func (plain) PublicWords(page string) string {
	var words []string
	for line := range strings.Lines(page) {
		if strings.HasPrefix(line, "public: ") {
			words = append(words, line)
		}
	}
	return strings.Join(words, "")
}

// HasInternal is of a page with a line that begins with "internal: ".
func (plain) HasInternal(page string) bool { return strings.Contains("\n"+page, "\ninternal: ") }

func (plain) Closing(v incident.ClosingView) string {
	return fmt.Sprintf("complete %t after %s: %d done, %d dropped, %d open", v.Complete, v.ToPage, v.Done, v.Dropped, v.OpenLeft)
}

func (plain) Why(v incident.WhyView) string {
	return fmt.Sprintf("why was it dropped? of %s", v.Key)
}

// Reply is a line for each command that failed, for each form of the help, and
// for each finding.
func (plain) Reply(v incident.ReplyView) string {
	var b strings.Builder
	fmt.Fprintf(&b, "to %d of %s\n", v.To, v.ID)
	for _, l := range v.Lines {
		fmt.Fprintf(&b, "> %s\n%s [%s]\n", l.Quote, l.Problem, l.Form)
	}
	if v.More > 0 {
		fmt.Fprintf(&b, "and %d more\n", v.More)
	}
	for _, f := range v.Help {
		fmt.Fprintf(&b, "%s: %s\n", f.Form, f.Help)
	}
	if v.Checked != nil {
		fmt.Fprintf(&b, "%d findings on %s\n", len(v.Checked.Findings), v.Checked.PageLink)
		for _, f := range v.Checked.Findings {
			fmt.Fprintf(&b, "- %d:%d %s: %s\n", f.Line, f.Column, f.Rule, f.Text)
		}
	}
	if v.Withdrawn {
		b.WriteString("taken back, and kept by the wiki's history\n")
	}
	return b.String()
}
