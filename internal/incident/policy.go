package incident

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Policy is what a team wants. The zero value is not useful; start from
// [DefaultPolicy].
type Policy struct {
	// Label starts an incident. Labels are compared without case.
	Label string
	// FollowUpLabel is on every follow-up in GitHub.
	FollowUpLabel string
	// LabelPatterns are the other labels of a follow-up: what stands in them
	// between braces is filled in, see [Policy.followUpLabels].
	LabelPatterns []string
	// CompleteLabel is put on a parent when all is done.
	CompleteLabel string
	// SecurityLabel keeps the page out of a public wiki, and all texts short.
	SecurityLabel string
	// StatusPrefix begins the labels that say how far the page is:
	// "postmortem:" begins "postmortem: reviewed".
	StatusPrefix string
	// Aliases are more labels that name a severity, in lower case.
	Aliases map[string]Severity
	// Zone is where the team's days begin and end.
	Zone *time.Location
	// DefaultSeverity counts while no label names one.
	DefaultSeverity Severity
	// PageFrom is the mildest severity that gets a page.
	PageFrom Severity
	// Apps are the logins of Apps whose labelling counts, with or without
	// the ending "[bot]".
	Apps []string
	// Standard are the follow-ups that every incident of a severity gets.
	Standard map[Severity][]string
	// Owner is the login of who gets a follow-up for which nobody is named;
	// "" for nobody.
	Owner string
	// DueByPriority and DueBySeverity say how long a follow-up may take for
	// which no day is named, by its priority, else the incident's severity.
	DueByPriority map[Priority]Span
	DueBySeverity map[Severity]Span
	// Place is where follow-ups go that say nothing of it: "" or [PlaceHere] for
	// the parent's repository, [PlaceJira] for the default project, a project's
	// key, or "owner/name". PlaceByType counts before PlaceBySeverity, and that
	// before Place.
	Place           string
	PlaceBySeverity map[Severity]string
	PlaceByType     map[ItemType]string
	// Components are what tickets get beside those of the operator.
	Components []string
	// Fallback is how long Jira may refuse a ticket, or be down, until an issue is
	// opened instead; zero for as long as it takes.
	Fallback time.Duration
	// Templates name the page's built-in template by severity, see [Templates];
	// where none is named it is the first.
	Templates map[Severity]string
	// Wiki is the repository whose wiki gets the pages; empty for each
	// repository's own.
	Wiki Repo
	// Showcase is the repository in whose public wiki pages are published on
	// command; empty for none.
	Showcase Repo
	// Writers are the repositories that may write to this one's wiki, beside
	// itself: "owner/name", or "owner/*".
	Writers []string
	// Customers is a private repository that has the list of customers' names
	// ([CustomersFile]), by which pages are checked; empty for none.
	Customers Repo
	// Borrowers are the repositories, as with Writers, whose pages may be checked
	// by this one's list of customers.
	Borrowers []string
	// ChecksOff are the rules that pages are not checked by.
	ChecksOff []string
	// MaxNew is how many items are opened at once without being asked for.
	MaxNew int
}

// DefaultPolicy is good for a team that configured nothing.
func DefaultPolicy() Policy {
	return Policy{
		Label:           "incident",
		FollowUpLabel:   "postmortem-followup",
		LabelPatterns:   []string{"{severity}", "{severity}_{date}"},
		CompleteLabel:   "postmortem-complete",
		SecurityLabel:   "security",
		StatusPrefix:    "postmortem:",
		Zone:            time.UTC,
		DefaultSeverity: 3,
		PageFrom:        3,
		MaxNew:          25,
	}
}

// template is the built-in template for a severity.
func (p Policy) template(s Severity) string {
	return cmp.Or(p.Templates[s], Templates()[0])
}

// trusts is whether an App's labelling counts.
func (p Policy) trusts(a Actor) bool {
	if !a.Bot {
		return false
	}
	for _, app := range p.Apps {
		if strings.EqualFold(strings.TrimSuffix(app, "[bot]"), strings.TrimSuffix(a.Login, "[bot]")) {
			return true
		}
	}
	return false
}

// The places that have a name of their own.
const (
	PlaceHere = "here"
	PlaceJira = "jira"
)

// Label is a label and the colour, six hexadecimal digits, that it gets if
// Hindsight has to create it. One that is there keeps its own.
type Label struct{ Name, Colour string }

// The colours of labels that Hindsight creates.
const (
	followUpColour = "1d76db"
	completeColour = "0e8a16"
	statusColour   = "c5def5"
)

// followUpLabels are what a follow-up is labelled with: the constant label and
// the patterns, in which {severity} is "sev1", {date} the incident's date as
// "20261120", {number} its number, {priority} and {type} the item's. Of a pattern
// that asks for what there is none of, the label has no name.
func (p Policy) followUpLabels(w Written, number int) []Label {
	values := map[string]string{
		"severity": w.Severity.String(), "date": string(w.Date), "number": strconv.Itoa(number),
		"priority": string(w.Priority), "type": string(w.Type),
	}
	all := []Label{{p.FollowUpLabel, followUpColour}}
	for _, pattern := range p.LabelPatterns {
		complete := true
		name := placeholder.ReplaceAllStringFunc(pattern, func(s string) string {
			value := values[strings.Trim(s, "{}")]
			complete = complete && value != ""
			return value
		})
		label := Label{name, followUpColour}
		if strings.Contains(pattern, "{severity}") {
			label.Colour = severityColour(w.Severity)
		}
		if !complete {
			label = Label{}
		}
		all = append(all, label)
	}
	return all
}

// Placeholders are what may stand in a label's pattern.
func Placeholders() []string {
	return []string{"{severity}", "{date}", "{number}", "{priority}", "{type}"}
}

var placeholder = regexp.MustCompile(`\{(?:severity|date|number|priority|type)\}`)

// severityColour is redder the worse it is.
func severityColour(s Severity) string {
	colours := [...]string{"b60205", "d93f0b", "fbca04", "fef2c0", "ededed"}
	return colours[min(max(int(s), 1), len(colours))-1]
}

// Status is how far the post-mortem is, as its label says.
type Status string

// The statuses, in their order.
const (
	Draft    Status = "draft"
	InReview Status = "in review"
	Reviewed Status = "reviewed"
	Closed   Status = "closed"
)

// Statuses are all of them, in their order.
func Statuses() []Status { return []Status{Draft, InReview, Reviewed, Closed} }

// status is the furthest that a label names, [Draft] if none does.
func (p Policy) status(labels []string) Status {
	furthest := Draft
	for _, s := range Statuses() {
		for _, l := range labels {
			if named, ok := p.statusOf(l); ok && named == s {
				furthest = s
			}
		}
	}
	return furthest
}

// statusOf is the status that a label names.
func (p Policy) statusOf(label string) (Status, bool) {
	name, ok := strings.CutPrefix(strings.ToLower(label), strings.ToLower(p.StatusPrefix))
	if !ok {
		return "", false
	}
	status := Status(strings.TrimSpace(name))
	return status, slices.Contains(Statuses(), status)
}

func (p Policy) statusLabel(s Status) Label {
	return Label{strings.TrimSpace(p.StatusPrefix) + " " + string(s), statusColour}
}

// reviewed is whether a status label says that the page has been reviewed.
func (p Policy) reviewed(labels []string) bool {
	s := p.status(labels)
	return s == Reviewed || s == Closed
}

// severityOf is the severity that a label names.
func (p Policy) severityOf(label string) (Severity, bool) {
	if s, ok := p.Aliases[strings.ToLower(strings.TrimSpace(label))]; ok {
		return s, true
	}
	return ParseSeverity(label)
}

// worst is the worst severity among the labels; false if there is none.
func (p Policy) worst(labels []string) (Severity, bool) {
	found := Severity(0)
	for _, l := range labels {
		if s, ok := p.severityOf(l); ok && (found == 0 || s < found) {
			found = s
		}
	}
	return found, found != 0
}

// Reads is whether a label means anything to the rules.
func (p Policy) Reads(label string) bool {
	if _, severity := p.severityOf(label); severity {
		return true
	}
	return HasLabel([]string{p.Label, p.FollowUpLabel, p.CompleteLabel, p.SecurityLabel}, label) ||
		strings.HasPrefix(strings.ToLower(label), strings.ToLower(p.StatusPrefix))
}

// HasLabel is whether a label is among the others, compared as GitHub does:
// without case.
func HasLabel(labels []string, name string) bool {
	for _, l := range labels {
		if strings.EqualFold(l, name) {
			return true
		}
	}
	return false
}
