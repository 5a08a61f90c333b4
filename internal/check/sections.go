package check

import (
	"regexp"

	"hindsight/internal/markdown"
)

// The titles of sections that rules are about.
var (
	customerMessage = regexp.MustCompile(`(?i)\b(?:customer|external|public) (?:message|communication|e-?mail|notice|summary)\b|\bmessage to (?:\w+ )?customers\b|^(?:apology|understanding|prevention)$`)
	impact          = regexp.MustCompile(`(?i)\b(?:impact|affected)\b`)
	timeline        = regexp.MustCompile(`(?i)\btimeline\b`)
	proposed        = regexp.MustCompile(`(?i)^proposed$`)
)

// under are the sections that have a title, and those within them.
func (p *page) under(title *regexp.Regexp) []markdown.Section {
	var found []markdown.Section
	level := 0 // of the section that we are in, or 0
	for _, s := range p.sections {
		if s.Level <= level {
			level = 0
		}
		if level == 0 && s.Level > 0 && title.MatchString(s.Title) {
			level = s.Level
		}
		if level > 0 {
			found = append(found, s)
		}
	}
	return found
}
