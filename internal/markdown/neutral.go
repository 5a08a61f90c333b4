package markdown

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text renders people's words as one line of Markdown that shows on GitHub,
// in a paragraph, a heading, a list item, a table cell, the words of a link or
// between asterisks, as exactly those words. Nothing in it is markup; nothing
// links, mentions or refers. Within an HTML comment it stays hidden, and as
// what a link leads to it leads to no other site. It is not for the attribute
// of a tag.
//
// Control characters, and those that are invisible or turn the reading
// direction, are dropped; white space is collapsed.
//
// Escaping alone would not stop GitHub from notifying @people and from
// linking #12: it looks for those in the text of the rendered page, where an
// escape or an entity has become the character again. It looks at one piece
// of text between tags at a time, and keeps <span>. So the character that
// makes a mention or a reference stands in a span of its own. (An empty
// comment would split the text as well, but only until the sanitizer drops
// it; GitHub's own advice for a literal $ is the span.)
func Text(s string) string {
	s = clean(s)
	var b strings.Builder
	pivots := pivots(s)
	digits := len(s) - len(strings.TrimLeft(s, "0123456789"))
	for i, r := range s {
		switch {
		case pivots[i]:
			b.WriteString("<span>" + string(r) + "</span>")
		case r == '-' && (i == len(s)-1 || i > 0 && s[i-1] == '-'):
			b.WriteString("&#45;") // no part of a comment's end
		case i == 0 && strings.ContainsRune("+-=:", r):
			b.WriteString(`\` + string(r))
		default:
			b.WriteString(escape(r, i == digits && i > 0))
		}
	}
	return b.String()
}

// clean drops what can't be seen and collapses white space to single spaces.
func clean(s string) string {
	runes := []rune(strings.ToValidUTF8(s, ""))
	var b strings.Builder
	for i, r := range runes {
		switch {
		case unicode.IsSpace(r):
			b.WriteRune(' ')
		case joins(runes, i), !unicode.IsControl(r) && !unseen(r):
			b.WriteRune(r)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// joins is whether the rune makes one emoji of those around it.
func joins(runes []rune, i int) bool {
	const joiner, emojiForm = '\u200D', '\uFE0F'
	if runes[i] != joiner || i == 0 || i+1 == len(runes) {
		return false
	}
	before := runes[i-1]
	return unicode.Is(unicode.So, runes[i+1]) && (before == emojiForm || unicode.In(before, unicode.So, unicode.Sk))
}

// unseen is whether a character shows nothing by itself: those of zero width or
// that turn the direction, tags, fillers, and the selectors that can carry a
// hidden text. The two that choose between an emoji's forms may stay.
func unseen(r rune) bool {
	const textForm, emojiForm = '\uFE0E', '\uFE0F'
	return unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) &&
		r != textForm && r != emojiForm
}

// escape is the rune as literal Markdown. Angle brackets become entities, so
// that not even a search finds a marker; so does the pipe, which a backslash
// doesn't protect alike everywhere in a table. A dot or a parenthesis after the
// number that a line begins with would make an ordered list of it.
func escape(r rune, afterNumber bool) string {
	switch r {
	case '<':
		return "&lt;"
	case '>':
		return "&gt;"
	case '&':
		return "&amp;"
	case '|':
		return "&#124;"
	case '\\', '`', '*', '_', '[', ']', '~', '#':
		return `\` + string(r)
	}
	if afterNumber && (r == '.' || r == ')') {
		return `\` + string(r)
	}
	return string(r)
}

var (
	// The characters at which GitHub's links, references, emoji and formulas
	// fall apart, as the first group.
	pivotForms = []*regexp.Regexp{ //nolint:gochecknoglobals // compiled constants
		regexp.MustCompile(`([@$])`),                 // people, teams, addresses; formulas
		regexp.MustCompile(`(#)\d`),                  // #12, owner/repo#12
		regexp.MustCompile(`(?i)\bGH(-)\d`),          // GH-12
		regexp.MustCompile(`(:)//`),                  // any address
		regexp.MustCompile(`(?i)www(\.)`),            // www.example.com
		regexp.MustCompile(`(?i)(?:mailto|xmpp)(:)`), // the other schemes that link by themselves
		// What would lead away as the target of a link.
		regexp.MustCompile(`(?i)^(?:https?|ftp|javascript|vbscript|data|file)(:)`),
		regexp.MustCompile(`(?i)^[a-z][a-z0-9+.-]*(:)[^ ]`),
		regexp.MustCompile(`^/(/)`),
	}
	emojiStart = regexp.MustCompile(`:[\w+-]+`)
	commitHash = regexp.MustCompile(`\b[0-9a-fA-F]{7,}\b`)
)

// pivots are the positions of the characters that stand in a span.
func pivots(s string) map[int]bool {
	found := map[int]bool{}
	for _, form := range pivotForms {
		for _, m := range form.FindAllStringSubmatchIndex(s, -1) {
			found[m[2]] = true
		}
	}
	for _, m := range emojiStart.FindAllStringIndex(s, -1) {
		if strings.HasPrefix(s[m[1]:], ":") { // :tada:
			found[m[0]] = true
		}
	}
	for _, m := range commitHash.FindAllStringIndex(s, -1) {
		// The shortest abbreviation that GitHub links has seven digits.
		for i := m[0] + 6; i < m[1]; i += 7 {
			found[i] = true
		}
	}
	return found
}

// Code renders words in one line as code, in which GitHub makes nothing of
// them: for labels and commands that people are to copy. In a table cell it
// must not hold a pipe.
func Code(s string) string {
	s = clean(s)
	if s == "" {
		return ""
	}
	longest := 0
	for rest := []byte(s); len(rest) > 0; {
		n := backticks(rest)
		longest, rest = max(longest, n), rest[max(n, 1):]
	}
	fence := strings.Repeat("`", longest+1)
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") {
		s = " " + s + " "
	}
	return fence + s + fence
}

// Quote renders people's text of several lines as a block quote of neutral
// lines (see [Text]), cut after limit characters.
func Quote(s string, limit int) string {
	s, cut := truncate(s, limit)
	var lines []string
	for line := range strings.SplitSeq(strings.ReplaceAll(s, "\r\n", "\n"), "\n") {
		line = Text(line)
		if line != "" || len(lines) > 0 && lines[len(lines)-1] != "" {
			lines = append(lines, line)
		}
	}
	return blockQuote(lines, cut)
}

func blockQuote(lines []string, cut bool) string {
	for len(lines) > 0 && lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	if cut {
		lines = append(lines, "…")
	}
	var b strings.Builder
	for i, line := range lines {
		switch {
		case line == "":
			b.WriteString(">\n")
		case i+1 < len(lines) && lines[i+1] != "":
			b.WriteString("> " + line + "\\\n") // keep people's line ends
		default:
			b.WriteString("> " + line + "\n")
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// truncate is the first limit characters.
func truncate(s string, limit int) (string, bool) {
	if utf8.RuneCountInString(s) <= limit {
		return s, false
	}
	n := 0
	for i := range s {
		if n == limit {
			return s[:i], true
		}
		n++
	}
	return s, false
}
