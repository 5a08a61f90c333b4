package incident

import (
	"fmt"
	"strings"
	"time"
)

// Policy is what a team wants. The zero value is not useful; start from
// [DefaultPolicy].
type Policy struct {
	// Label starts an incident. Labels are compared without case.
	Label string
	// FollowUpLabel is on every follow-up.
	FollowUpLabel string
	// CompleteLabel is put on a parent when all is done.
	CompleteLabel string
	// SecurityLabel keeps the page out of a public wiki.
	SecurityLabel string
	// StatusPrefix begins the labels that say how far the page is:
	// "postmortem: reviewed".
	StatusPrefix string
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
	// MaxNew is how many items are opened at once without being asked for.
	MaxNew int
}

// DefaultPolicy is good for a team that configured nothing.
func DefaultPolicy() Policy {
	return Policy{
		Label:           "incident",
		FollowUpLabel:   "postmortem-followup",
		CompleteLabel:   "postmortem-complete",
		SecurityLabel:   "security",
		StatusPrefix:    "postmortem:",
		Zone:            time.UTC,
		DefaultSeverity: 3,
		PageFrom:        3,
		MaxNew:          25,
	}
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

// followUpLabels are what a new follow-up is labelled with.
func (p Policy) followUpLabels(f Facts) []string {
	return []string{
		p.FollowUpLabel,
		f.Severity.String(),
		fmt.Sprintf("%s_%s", f.Severity, f.Date.Format("20060102")),
	}
}

// reviewed is whether a status label says that the page has been reviewed.
func (p Policy) reviewed(labels []string) bool {
	for _, l := range labels {
		status, ok := strings.CutPrefix(strings.ToLower(l), strings.ToLower(p.StatusPrefix))
		if !ok {
			continue
		}
		switch strings.TrimSpace(status) {
		case "reviewed", "closed":
			return true
		}
	}
	return false
}

// Reads is whether a label means anything to the rules.
func (p Policy) Reads(label string) bool {
	if _, severity := ParseSeverity(label); severity {
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
