package check

import (
	"regexp"

	"hindsight/internal/markdown"
)

// vagueForm is a title that says no more than that something is to be done.
var vagueForm = regexp.MustCompile(`(?i)^(?:(?:to|we|please|should|must|need to|further|more|to do|todo)[ :]+)*` +
	`(?:investigat(?:e|ion)|look (?:into|at)|check|analy[sz]e|review|discuss|consider|think about|talk about|follow[- ]?up|monitor|watch|observe|` +
	`fix|mend|repair|improve|clean ?up|be (?:more )?careful|do better|pay (?:more )?attention|root[- ]cause(?: analysis)?|rca|tbd|todo|n/?a|more tests?|better (?:tests?|monitoring|alerts?|alerting|docs?|documentation|communication))` +
	`(?:[ ,:]+(?:on|about|with|at|into|it|this|that|these|them|the|a|our|again|further|more|closely|deeper|better|next time|later|and|for|of|why|what|happened|` +
	`issues?|problems?|incidents?|bugs?|errors?|cause|root cause|thing|things|situation|monitoring|alerting|alerts?|tests?|testing|docs?|documentation|process|processes|communication|in (?:the )?future))*` +
	`[\s.!?…]*$`)

// vague are the items of which nobody can say when they are done.
func vague(p *page) []hit {
	var hits []hit
	for _, i := range p.items {
		if vagueForm.MatchString(markdown.Title(i.wish.Title, 200)) {
			hits = append(hits, hit{at: i.at})
		}
	}
	return hits
}
