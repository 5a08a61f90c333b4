package check

import (
	"regexp"
	"strings"
)

const (
	// judging words are only said of people.
	judging = `forgot(?:ten)?|neglected|overlooked|(?:was|were|is|being|so|too|very) (?:careless|negligent|sloppy|lazy|reckless|incompetent|stupid)|` +
		`messed up|screwed up|(?:was|were|is) (?:to blame|at fault)|made a (?:stupid |careless |silly )?mistake|didn['’]t bother|did not bother`
	// personal words make a judgement of "should have": systems do none of that.
	personal = `known|checked|noticed|asked|told|tested|reviewed|read|looked|called|waited|escalated|thought|realised|realized|remembered|seen|verified|` +
		`double-checked|communicated|followed|paid|been more|been careful|done|warned|listened|understood`
	ought = `(?:should|could|ought to|must)(?:n['’]t| not| never| also)? ?have (?:\w+ly )?(?:` + personal + `)`
	// against words are said about somebody: "careless of @ann".
	against = `human error|carelessness|negligence|incompetence|fault|mistake`
)

var (
	// A login, or a name that is followed by what it is judged by. A name is one
	// or two words with a capital.
	accused = regexp.MustCompile(`(?:(@[a-zA-Z0-9][a-zA-Z0-9-]*)|\b(\p{Lu}\p{Ll}+(?: \p{Lu}\p{Ll}+)?|[Ss]?[Hh]e))(?: (?:\w+ly|also|just|then|simply|again))?(?:['’]s)? (?:` +
		judging + `|` + ought + `|` + against + `)\b`)
	// The same the other way round, in one sentence.
	accusing = regexp.MustCompile(`\b(?i:human error|careless(?:ness)?|negligence|fault|to blame|blamed?)(?: (?:by|of|on|from|is|was|lies with))+ ((?:@[a-zA-Z0-9][a-zA-Z0-9-]*|\p{Lu}\p{Ll}+(?: \p{Lu}\p{Ll}+)?))\b`)
)

// nobody are words with a capital that name no person, in lower case.
const nobody = " a all alerting alerts also and another any anybody anyone as at automation both but by customers deployment deployments each engineering " +
	"engineers everybody everyone few first for github google he'd how however i if in it its it's let many maybe monitoring most my neither no nobody " +
	"none nothing nor not on one operations operators or our ours people perhaps product review reviewers security she'd since so some somebody " +
	"someone staff support system tests than that the their them then there these they this those though users we what when where which while " +
	"who whoever why with you your yet "

// blame finds persons beside words that judge them.
func blame(p *page) []hit {
	var hits []hit
	for _, m := range accused.FindAllStringSubmatchIndex(p.prose, -1) {
		if m[2] >= 0 {
			hits = append(hits, hit{at: m[2]})
		} else if isName(p.prose[m[4]:m[5]]) {
			hits = append(hits, hit{at: m[4]})
		}
	}
	for _, m := range accusing.FindAllStringSubmatchIndex(p.prose, -1) {
		if name := p.prose[m[2]:m[3]]; name[0] == '@' || isName(name) {
			hits = append(hits, hit{at: m[2]})
		}
	}
	return hits
}

// isName is whether words with capitals may be a person's name.
func isName(words string) bool {
	for w := range strings.FieldsSeq(strings.ToLower(words)) {
		if strings.Contains(nobody, " "+w+" ") {
			return false
		}
	}
	return true
}
