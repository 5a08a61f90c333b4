package templates

import (
	"embed"
	"fmt"
	"strings"
	"text/template"
	"time"

	"hindsight/internal/incident"
	"hindsight/internal/markdown"
)

//go:embed *.md
var files embed.FS

// Texts implements the rules' texts in English.
type Texts struct {
	templates *template.Template
}

// New reads the embedded templates. A template that doesn't parse is a bug of
// this package and panics at once.
func New() Texts {
	funcs := template.FuncMap{
		"text":  markdown.Text,
		"time":  clockTime,
		"login": login,
		"span":  span,
		"count": count,
	}
	return Texts{template.Must(template.New("").Funcs(funcs).ParseFS(files, "*.md"))}
}

// render fills a template in. It fails only by a mistake in a template, which
// every golden test would show.
func (t Texts) render(name string, view any) string {
	var b strings.Builder
	if err := t.templates.ExecuteTemplate(&b, name, view); err != nil {
		panic("templates: " + err.Error())
	}
	return strings.TrimSpace(b.String()) + "\n"
}

// clockTime is a moment as people read it everywhere.
func clockTime(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

// login shows an account without mentioning it.
func login(name string) string { return markdown.Text(name) }

// count is a number with its noun: "1 follow-up", "2 follow-ups".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// span is a duration in the two largest units: "2 h 5 min".
func span(d time.Duration) string {
	d = max(d, 0)
	days, hours, minutes := int(d.Hours())/24, int(d.Hours())%24, int(d.Minutes())%60
	switch {
	case d < time.Minute:
		return "less than a minute"
	case days > 0:
		return fmt.Sprintf("%d d %d h", days, hours)
	case hours > 0:
		return fmt.Sprintf("%d h %d min", hours, minutes)
	}
	return fmt.Sprintf("%d min", minutes)
}

// limits of what GitHub takes and people read.
const (
	titleLimit   = 256
	slugLimit    = 60
	summaryLimit = 4000
	wordsLimit   = 2000 // of an item's words, which can grow fourteenfold when they are made neutral
	bodyLimit    = 65536
)

// trackerView adds what the tracker's template can't work out for itself.
type trackerView struct {
	incident.TrackerView
	Marker, Sealed string
	Status         string
	All            int // lines, whether they fit or not
	Counted        int // without those that are gone
	Done, Dropped  int
	Writing        bool // a page is to be written, or has been
	ReviewMissing  bool
}

// Tracker is the one comment that shows where the incident stands. When it
// grows over what GitHub takes, the checklist is cut, never the ledger.
func (t Texts) Tracker(v incident.TrackerView) string {
	view := trackerView{
		TrackerView: v, Marker: marker(trackerKind, v.ID, paused(v)), Sealed: sealLedger(v.Ledger),
		Status: status(v), All: len(v.Lines),
		Writing:       v.Page == incident.PageExists || v.Page == incident.PageComing,
		ReviewMissing: v.Page == incident.PageExists && !v.Reviewed && !v.Resolved.IsZero(),
	}
	for _, l := range v.Lines {
		if l.State != incident.Gone {
			view.Counted++
		}
		switch l.State {
		case incident.Done:
			view.Done++
		case incident.Dropped:
			view.Dropped++
		case incident.Open, incident.Gone:
		}
	}
	body := t.render("tracker.md", view)
	for n := len(v.Lines) / 2; len([]rune(body)) > bodyLimit && len(view.Lines) > 0; n /= 2 {
		view.Lines = v.Lines[:n]
		body = t.render("tracker.md", view)
	}
	return body
}

func paused(v incident.TrackerView) markdown.Fields {
	if v.Paused {
		return markdown.Fields{"says": pausedField}
	}
	return nil
}

// Hidden is how many lines the checklist leaves out.
func (v trackerView) Hidden() int { return v.All - len(v.Lines) }

func status(v incident.TrackerView) string {
	switch {
	case v.Paused:
		return "paused"
	case v.Complete:
		return "complete"
	case !v.Resolved.IsZero():
		return "resolved"
	}
	return "open"
}

// PageName is date, words of the title and number: unique in a repository,
// and safe in any wiki.
func (Texts) PageName(f incident.Facts) string {
	slug := markdown.Slug(f.Title, slugLimit)
	if slug == "" {
		slug = "incident"
	}
	return fmt.Sprintf("%s-%s-%d", f.Date.Format("2006-01-02"), slug, f.Key.Number)
}

type pageView struct {
	incident.PageView
	Marker string
	Quoted string
}

// Page is a new post-mortem page. In a public repository everybody can read
// it from its first second, so it says so and leaves internal sections out.
func (t Texts) Page(v incident.PageView) string {
	return t.render("default.md", pageView{
		PageView: v, Marker: marker(pageKind, v.ID, nil), Quoted: markdown.Quote(markdown.Account(v.Summary), summaryLimit),
	})
}

type followUpView struct {
	incident.FollowUpView
	Marker string
}

// FollowUp is the issue for an item.
func (t Texts) FollowUp(v incident.FollowUpView) (title, body string) {
	title = markdown.Title(v.Text, titleLimit)
	if title == "" {
		title = "Follow-up of " + v.Key.String()
	}
	v.Text = cut(v.Text, wordsLimit)
	return title, t.render("followup.md", followUpView{
		FollowUpView: v,
		Marker: marker(followUpKind, v.ID, markdown.Fields{
			"item": string(v.Item), "source": string(v.Source), "words": v.Words,
		}),
	})
}

// cut is the first limit characters, and a sign that there were more.
func cut(s string, limit int) string {
	runes := []rune(s)
	if len(runes) <= limit {
		return s
	}
	return strings.TrimSpace(string(runes[:limit])) + "…"
}

type closingView struct {
	incident.ClosingView
	Marker string
}

// Closing is the comment that says complete, or open again.
func (t Texts) Closing(v incident.ClosingView) string {
	says := "open"
	if v.Complete {
		says = "complete"
	}
	return t.render("closing.md", closingView{
		ClosingView: v, Marker: marker(closingKind, v.ID, markdown.Fields{"says": says}),
	})
}
