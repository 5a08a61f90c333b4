package check

import "regexp"

var (
	outage   = regexp.MustCompile(`(?i)\b(outages?)\b`)
	affected = regexp.MustCompile(`(?i)\b(?:all|every|everyone|everybody|entire|entirely|whole|complete|completely|total|totally)\b|\b100 ?%`)
	notAll   = regexp.MustCompile(`(?i)\b(?:not|nearly|almost|hardly|far from|less than|at all|after all|in all|first of|a) (?:all|every\w*|entire\w*|whole|complete\w*|total\w*|100 ?%)|\b(?:at|after) all\b`)
)

// outages are what the message to customers calls one though the impact was not
// total.
func outages(p *page) []hit {
	var hits []hit
	for _, s := range p.under(customerMessage) {
		for _, h := range matches(outage, p.prose[s.Start:s.Stop]) {
			hits = append(hits, hit{at: s.Start + h.at})
		}
	}
	if len(hits) == 0 {
		return nil
	}
	for _, s := range p.under(impact) {
		if affected.MatchString(notAll.ReplaceAllString(p.prose[s.Start:s.Stop], "")) {
			return nil
		}
	}
	return hits
}
