package templates

import (
	"embed"
	"fmt"
	"strings"
	"text/template"
	"time"
	"unicode/utf8"

	"hindsight/internal/incident"
	"hindsight/internal/markdown"
)

//go:embed *.md
var files embed.FS

// Texts implements the rules' texts in English.
type Texts struct {
	templates *template.Template
	pages     map[string]*pageTemplate // those that are built in, by name
}

// New reads the embedded texts and templates. One that doesn't parse is a bug of
// this package and panics at once.
func New() Texts {
	funcs := template.FuncMap{
		"text":     text,
		"code":     markdown.Code,
		"quote":    quote,
		"sentence": sentence,
		"short":    short,
		"time":     clockTime,
		"day":      day,
		"login":    login,
		"logins":   logins,
		"span":     span,
		"count":    count,
		"cell":     cell,
		"link":     linked,
		"known":    known,
		"duration": duration,
	}
	return Texts{template.Must(template.New("").Funcs(funcs).ParseFS(files, "*.md")), builtIn()}
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

// text is people's words, of any kind, made neutral.
func text(words any) string { return markdown.Text(fmt.Sprint(words)) }

// login shows an account without mentioning it.
func login(name string) string { return markdown.Text(name) }

// logins shows several accounts without mentioning them.
func logins(names []string) string {
	shown := make([]string, len(names))
	for i, name := range names {
		shown[i] = login(name)
	}
	return strings.Join(shown, ", ")
}

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

// limits of what GitHub takes and people read, in characters.
const (
	titleLimit   = 256
	summaryLimit = 4000
	wordsLimit   = 2000 // of an item's words, which can grow fourteenfold when they are made neutral
	quoteLimit   = 300  // of a line that is quoted
	bodyLimit    = 65536
)

// cut is the first limit characters, and a sign that there were more.
func cut(s string, limit int) string {
	runes := []rune(s)
	if len(runes) <= limit {
		return s
	}
	return strings.TrimSpace(string(runes[:limit])) + "…"
}

// short is people's words made neutral, in at most twice as many characters
// as the limit: the more of them have to be disarmed, the fewer are shown.
func short(limit int, s string) string { return bounded(s, limit, markdown.Text) }

func bounded(s string, limit int, neutral func(string) string) string {
	shown := neutral(cut(s, limit))
	for n := limit / 2; utf8.RuneCountInString(shown) > 2*limit && n > 0; n /= 2 {
		shown = neutral(cut(s, n))
	}
	return shown
}

// sentence is one of the rules' sentences, in which «what people wrote or are
// to write» becomes code.
func sentence(s string) string { return bounded(s, quoteLimit, withCode) }

func withCode(s string) string {
	var b strings.Builder
	for {
		before, rest, opened := strings.Cut(s, "«")
		quoted, after, closed := strings.Cut(rest, "»")
		if !opened || !closed {
			break
		}
		b.WriteString(plain(before) + markdown.Code(quoted))
		s = after
	}
	return b.String() + plain(s)
}

// plain is neutral text that keeps the spaces at its ends.
func plain(s string) string {
	words := markdown.Text(s)
	if strings.HasPrefix(s, " ") {
		words = " " + words
	}
	if strings.HasSuffix(s, " ") && strings.TrimSpace(s) != "" {
		words += " "
	}
	return words
}

// quote is a line that people wrote, as a block quote.
func quote(s string) string { return "> " + short(quoteLimit, s) }

// day is a day as people read it everywhere.
func day(d incident.Day) string {
	if len(d) != len("20261201") {
		return markdown.Text(string(d))
	}
	return string(d[:4] + "-" + d[4:6] + "-" + d[6:])
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

type whyView struct {
	incident.WhyView
	Marker string
}

// Why asks on a follow-up that was dropped for the reason. It names nothing of
// the incident but its key: it may stand in another repository.
func (t Texts) Why(v incident.WhyView) string {
	return t.render("why.md", whyView{WhyView: v, Marker: marker(whyKind, v.ID, nil)})
}

// cell is neutral Markdown in one line, for a table.
func cell(s string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(s, "|", "&#124;")), " ")
}
