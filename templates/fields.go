package templates

import (
	"slices"
	"strconv"

	"hindsight/internal/incident"
	"hindsight/internal/markdown"
)

// Field is something that a template of the page can ask for, as {{name}}. A
// value is neutral text in one line, or "" while it is not known.
type Field struct {
	Name string
	// Block is true for what has several lines, and so stands alone on a line
	// of the template, once.
	Block bool
	Doc   string // what it is, in one sentence of Markdown
}

// Fields are all fields, in the order in which people are shown them: those of
// one line first.
func Fields() []Field {
	all := make([]Field, len(pageFields))
	for i, f := range pageFields {
		all[i] = f.Field
	}
	return all
}

// field is a field and what it stands for.
type field struct {
	Field
	value func(Texts, incident.PageView) string
	// block is the name of the managed block that it makes, or "".
	block string
}

// managed is whether it is a block that is brought up to date later on.
func (f field) managed() bool { return f.block != "" }

// The blocks of the page beside its facts, and the order in which all are
// told of.
const (
	rolesBlock     = "roles"
	timelineBlock  = "timeline"
	followUpsBlock = "follow-ups"
)

var pageFields = []field{ //nolint:gochecknoglobals // a constant table
	value("title", "the incident's title", func(v incident.PageView) string { return short(titleLimit, v.Title) }),
	value("url", "the incident's address, for a link", func(v incident.PageView) string { return address(v.URL) }),
	value("number", "its number, as in `42`", func(v incident.PageView) string { return strconv.Itoa(v.Key.Number) }),
	value("repository", "the repository that it is in, as in `owner/name`", func(v incident.PageView) string {
		return markdown.Text(string(v.Key.Repo))
	}),
	value("severity", "`sev1` (worst) to `sev5`", func(v incident.PageView) string { return v.Severity.String() }),
	value("status", "how far the post-mortem is: `draft`, `in review`, `reviewed` or `closed`", func(v incident.PageView) string {
		return markdown.Text(string(v.Status))
	}),
	value("date", "the day on which it started, in the team's time zone", func(v incident.PageView) string {
		return v.Date.Format(dateForm)
	}),
	value("owner", "who writes the post-mortem", func(v incident.PageView) string { return login(v.Owner) }),
	value("reporter", "who opened the incident", func(v incident.PageView) string { return login(v.Reporter) }),
	value("started", "when it started, in UTC", func(v incident.PageView) string { return known(v.Started) }),
	value("detected", "when it was detected, in UTC", func(v incident.PageView) string { return known(v.Detected) }),
	value("resolved", "when it was over, in UTC", func(v incident.PageView) string { return known(v.Resolved) }),
	value("duration", "how long it took, as in `2 h 5 min`", func(v incident.PageView) string { return duration(v.Facts) }),
	value("public", "`yes` where everybody can read the page", func(v incident.PageView) string { return yes(v.Public) }),
	value("asks", "`yes` where what is proposed on the page waits for `/followup accept`", func(v incident.PageView) string {
		return yes(v.Asks)
	}),
	value("security", "`yes` for a security incident", func(v incident.PageView) string { return yes(v.Security) }),
	block("facts", factsBlock, "a table: incident, severity, status, owner, times; kept up to date"),
	block("roles", rolesBlock, "a table: who has which role; kept up to date"),
	block("timeline", timelineBlock, "a table with a row for each thing that happened; gains rows, and keeps what people make of it"),
	block("followups", followUpsBlock, "a table of the follow-ups; kept up to date"),
	{Field: Field{"summary", true, "what the incident's description says before its follow-ups, as a quote"}, value: Texts.summary},
}

func value(name, doc string, of func(incident.PageView) string) field {
	return field{Field: Field{Name: name, Doc: doc}, value: func(_ Texts, v incident.PageView) string { return of(v) }}
}

func block(name, block, doc string) field {
	return field{
		Field: Field{name, true, doc}, block: block,
		value: func(t Texts, v incident.PageView) string { return t.newBlock(block, v) },
	}
}

func fieldNamed(name string) (field, bool) {
	i := slices.IndexFunc(pageFields, func(f field) bool { return f.Name == name })
	if i < 0 {
		return field{}, false
	}
	return pageFields[i], true
}

func yes(is bool) string {
	if is {
		return "yes"
	}
	return ""
}
