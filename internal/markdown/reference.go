package markdown

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
)

// Reference names an issue or pull request as people write it.
type Reference struct {
	Owner, Name string // both empty for the repository in which it is written
	// Site is that of a Jira ticket, as in "jira:acme.atlassian.net": then Number is
	// Jira's id for it. People do not write it so; only [BoxMark] does.
	Site   string
	Number int
	Closes bool // by a closing word of GitHub's, such as "fixes"
}

// String is the reference as GitHub links it: "#42" or "owner/name#42".
func (r Reference) String() string {
	if r.Owner == "" {
		return fmt.Sprintf("%s#%d", r.Site, r.Number)
	}
	return fmt.Sprintf("%s/%s#%d", r.Owner, r.Name, r.Number)
}

// The groups are owner, name and number, of an address and of a short form.
const referenceForm = `(?:https?://[\w.:-]+/([\w-]+)/([\w.-]+)/(?:issues|pull)/(\d+)|(?:([\w-]+)/([\w.-]+))?#(\d+))\b`

var (
	// Bold, a box, a link or angle brackets around it do no harm.
	incidentLine = regexp.MustCompile(`(?i)^(?:\[[ x]\]\s+)?[*_]*incident[*_]*\s*:[*_]*\s*[\[<*_]*` + referenceForm)
	closingWords = regexp.MustCompile(`(?i)(?:^|[^\w/-])(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?)(?::\s*|\s+)[\[<*_]*` + referenceForm)
)

// Refers are the incidents that the body of a pull request says it belongs to:
// by a line "Incident: #42", by itself or as a list's item, or by closing it,
// as in "fixes #42". In both places "owner/repo#42" and an address may stand.
// What is in code, quotes and comments does not count. Each is named once, in
// the order in which they are found.
func Refers(body string) []Reference {
	d := parse(body)
	var found []Reference
	seen := map[Reference]bool{}
	d.eachText(d.root, func(block ast.Node) {
		hidden := d.unsaid(block)
		for i := range block.Lines().Len() {
			s := block.Lines().At(i)
			for _, r := range refers(strings.TrimSpace(d.visible(s.Start, s.Stop, hidden))) {
				if !seen[r] {
					seen[r] = true
					found = append(found, r)
				}
			}
		}
	})
	return found
}

// eachText visits the blocks of a person's own words: paragraphs and headings,
// in lists too, but not in quotes.
func (d document) eachText(parent ast.Node, visit func(ast.Node)) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		switch n.Kind() {
		case ast.KindParagraph, ast.KindTextBlock, ast.KindHeading:
			visit(n)
		case ast.KindList, ast.KindListItem:
			d.eachText(n, visit)
		}
	}
}

// unsaid are the spans of hidden comments and of code within a block's text,
// in order.
func (d document) unsaid(block ast.Node) []text.Segment {
	spans := d.comments(block)
	eachInline(block, func(n ast.Node) {
		if n.Kind() != ast.KindCodeSpan {
			return
		}
		for t := n.FirstChild(); t != nil; t = t.NextSibling() {
			if t, ok := t.(*ast.Text); ok {
				spans = append(spans, t.Segment)
			}
		}
	})
	slices.SortFunc(spans, func(a, b text.Segment) int { return a.Start - b.Start })
	return spans
}

func refers(line string) []Reference {
	var found []Reference
	if m := incidentLine.FindStringSubmatch(line); m != nil {
		if r, ok := reference(m[1:]); ok {
			found = append(found, r)
		}
	}
	for _, m := range closingWords.FindAllStringSubmatch(line, -1) {
		if r, ok := reference(m[1:]); ok {
			r.Closes = true
			found = append(found, r)
		}
	}
	return found
}

// reference is made of the groups of a [referenceForm].
func reference(groups []string) (Reference, bool) {
	if groups[2] == "" {
		groups = groups[3:]
	}
	return newReference(groups[0], groups[1], groups[2])
}

// numberDigits is the length of the largest number that an issue may have.
const numberDigits = 9

func newReference(owner, name, number string) (Reference, bool) {
	n, err := strconv.Atoi(number)
	ok := err == nil && n > 0 && len(number) <= numberDigits && len(owner) <= 100 && len(name) <= 100 &&
		name != "." && name != ".." // in an address these lead elsewhere
	return Reference{Owner: owner, Name: name, Number: n}, ok
}

// Box is a line of a checklist, and what it stands for.
type Box struct {
	Line
	// Of is the issue or ticket that [BoxMark] made the line's own; zero for a line that
	// a person wrote.
	Of Reference
}

// BoxMark is a hidden mark that makes a checklist's line the box of an issue or ticket.
// It belongs at the line's end. A line in which people name an issue in plain
// sight has none.
func BoxMark(r Reference) string {
	r.Site = strings.ReplaceAll(r.Site, "--", "-%2d") // to GitHub, two hyphens can end a comment
	return "<!--" + r.String() + "-->"
}

var boxMark = regexp.MustCompile(`^<!--(?:([\w-]+)/([\w.-]+)|(jira:[a-z0-9%._~:/\[\]-]{1,500}))?#(\d+)-->$`)

// Boxes are the lines of a tracker's checklist, each with the issue whose box
// it is. The tracker's heading may go on behind "Follow-ups", so that a copy
// of it in somebody's comment is no list of items.
func Boxes(src string) []Box {
	var boxes []Box
	trackers := func(words string) bool { return strings.HasPrefix(words, "follow ups") }
	for _, l := range parse(src).checklist(trackers) {
		boxes = append(boxes, Box{l.Line, l.mark()})
	}
	return boxes
}

// mark is what the last of the line's hidden comments that is a mark says.
func (l markedLine) mark() Reference {
	for _, comment := range slices.Backward(l.hidden) {
		if m := boxMark.FindSubmatch(bytes.TrimSpace(comment)); m != nil {
			if r, ok := newReference(string(m[1]), string(m[2]), string(m[4])); ok {
				r.Site = strings.ReplaceAll(string(m[3]), "%2d", "-")
				return r
			}
		}
	}
	return Reference{}
}
