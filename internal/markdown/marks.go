package markdown

import (
	"bytes"
	"regexp"
	"strings"
)

var (
	// internalMark is taken from the text as it is written: in a quote, in code
	// or half deleted, it still says what somebody wanted.
	internalMark = regexp.MustCompile(`(?i)<!(?:[^\pL>]|\n[ \t>]*)*internal`)
	publicMark   = regexp.MustCompile(`(?i)^(?:[ \t\r]*\n)* {0,3}<!--[ \t]*public[ \t]*-->[ \t\r]*(?:\n|$)`)
	// otherMark is what people write who want one of the two, or something in
	// between, and don't know how.
	otherMark = regexp.MustCompile(`^(?:publi|intern|privat|confiden|secret|restrict|sensitiv|hid|draft|embargo|nda\b|tlp\b|` +
		`(?:do not|don.t|not|never|no|only)\b.*\b(?:publi|shar|extern|outside|customer|team|us\b))`)
)

// mark says who may read each of the sections, whose text begins at bodies,
// below the heading.
func (d document) mark(sections []Section, bodies []int, doubts []doubt) {
	var inForce [7]Audience // at each level
	closed := lowest(sections, doubts, d.shift)
	for i := range sections {
		s := &sections[i]
		stop := max(s.Stop-d.shift, 0)
		head, body := d.src[max(s.Start-d.shift, 0):bodies[i]], d.src[bodies[i]:stop]
		inherited := Unmarked
		if s.Level > 0 {
			inherited = inForce[s.Level-1]
		}
		s.Mark = says(head, body, inherited, s.Level > 0)
		if closed[i] > 0 {
			s.Mark = notPublic(s.Mark)
		}
		for level := s.Level; level < len(inForce); level++ {
			inForce[level] = s.Mark
		}
		own := s.Mark == Internal && inherited != Internal
		for level := closed[i]; closed[i] > 0 && level < s.Level; level++ {
			if inForce[level] = notPublic(inForce[level]); own {
				inForce[level] = Internal
			}
		}
	}
}

func notPublic(a Audience) Audience {
	if a == Public {
		return Unmarked
	}
	return a
}

// says is who may read a section of which these are the heading's lines and
// what stands below, within one for the readers inherited.
func says(head, body []byte, inherited Audience, headed bool) Audience {
	if inherited != Internal && !bytes.Contains(head, []byte("<!")) && !bytes.Contains(body, []byte("<!")) {
		return inherited
	}
	switch {
	case inherited == Internal || internalMark.Match(head) || internalMark.Match(body):
		return Internal
	case !headed || markedOtherwise(head, body):
		return Unmarked
	case publicMark.Match(body):
		return Public
	}
	return inherited
}

// markedOtherwise is whether a comment in the heading, or among those that the
// text below it begins with, looks like a mark and is none.
func markedOtherwise(head, body []byte) bool {
	for _, comment := range comments(string(head), false) {
		if otherwise(comment, true) {
			return true
		}
	}
	for i, comment := range comments(string(body), true) {
		if otherwise(comment, i == 0) {
			return true
		}
	}
	return false
}

// otherwise is whether a comment looks like a mark: guidance is a sentence, or
// longer.
func otherwise(comment string, first bool) bool {
	comment = strings.ToLower(strings.TrimSpace(comment))
	words := strings.Fields(comment)
	switch {
	case len(words) == 0, comment == "public", strings.HasPrefix(comment, "hindsight:"):
		return false
	case otherMark.MatchString(strings.Join(words, " ")):
		return true
	}
	return first && len(words) <= 3 && !strings.ContainsAny(comment[len(comment)-1:], ".:!?")
}

// comments are the words of the comments in a text, or of those alone that it
// begins with, also in a quote or list.
func comments(text string, leading bool) (found []string) {
	for {
		before, rest, opened := strings.Cut(text, "<!--")
		if !opened || leading && strings.Trim(before, " \t\r\n>*+-") != "" {
			return found
		}
		comment, rest, _ := strings.Cut(rest, "-->")
		found = append(found, comment)
		text = rest
	}
}
