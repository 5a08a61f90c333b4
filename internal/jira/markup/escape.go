package markup

import (
	"net/url"
	"regexp"
	"strings"
	"unicode"
)

// divider keeps apart what would be active together and has no escape. It shows
// nothing (U+034F, the combining grapheme joiner). It is a mark, where others of
// no width are format characters, which Data Center takes in no emphasis or code.
const divider = "\u034F"

// escapable is what a backslash escapes.
const escapable = "-#*_+?^~|%{}[]()!@"

// form is how words are written.
type form struct {
	code bool // in code, where an address stays as it is, to be copied
	link bool // in a link's words
}

var (
	// blockStart is a heading or quote: only its dot makes it one.
	blockStart = regexp.MustCompile(`^(?i:h[1-6]|bq)\.`)
	// entity is what Data Center would show as another character.
	entity = regexp.MustCompile(`^&#?[0-9A-Za-z]+;`)
	// scheme begins what would be a link by itself; the group is the colon.
	scheme = regexp.MustCompile(`(?i)(?:[a-z0-9+.-](:)//|(?:mailto|news|file|skype|tel|callto)(:))`)
	web    = regexp.MustCompile(`(?i)\bhttps?:$`)
	// smiley is a picture in brackets, such as (/), (on) or (*g).
	smiley = regexp.MustCompile(`^\((?i:[ynix/!?+-]|on|off|\*[rgby]?|flag|flagoff)\)`)
)

// escape writes words so that they show as those words.
func (w *writer) escape(s string, as form) {
	if m := blockStart.FindString(s); m != "" && w.b.Len() == 0 {
		w.b.WriteString(strings.TrimSuffix(m, ".") + divider + ".")
		s = s[len(m):]
	}
	colons := colons(s, as)
	runes := []rune(s)
	at := 0 // of the rune, in bytes
	for i, r := range runes {
		var before, after rune
		if i > 0 {
			before = runes[i-1]
		}
		if i+1 < len(runes) {
			after = runes[i+1]
		}
		if colons[at] || w.divides(before, r) {
			w.b.WriteString(divider)
		}
		w.rune(r, before, after, s[at:], as)
		at += len(string(r))
	}
}

// colons are the positions of those that would make a link of what is none.
func colons(s string, as form) map[int]bool {
	found := map[int]bool{}
	for _, m := range scheme.FindAllStringSubmatchIndex(s, -1) {
		at := max(m[2], m[4])
		if !as.code || !web.MatchString(s[:at+1]) {
			found[at] = true
		}
	}
	return found
}

// divides is whether the two are a face, such as :D, of which nothing can be
// escaped, or what is escaped would be a backslash.
func (w *writer) divides(before, r rune) bool {
	switch before {
	case '\\':
		return r == '\\' || strings.ContainsRune(escapable, r)
	case ':', ';':
		return strings.ContainsRune("DPpoO", r)
	}
	return false
}

// rune writes one character of the words.
func (w *writer) rune(r, before, after rune, rest string, as form) {
	switch r {
	case '|':
		if w.cell || as.link { // an escaped one would end it all the same
			w.b.WriteString("&#124;")
			return
		}
		w.b.WriteString(`\|`)
	case '{', '}', '[', ']', '!':
		w.b.WriteString(`\` + string(r))
	case '*', '_', '-', '+', '^', '~', '@':
		if !w.inert(r, before, after) {
			w.b.WriteByte('\\')
		}
		w.b.WriteRune(r)
	case '?':
		w.escapeIf(r, before == '?' || after == '?')
	case '#': // also behind a mark it could be an item's
		w.escapeIf(r, before == 0)
	case '(':
		w.escapeIf(r, facing(before) || before == 0 || after == 0 || smiley.MatchString(rest))
	case ')':
		w.escapeIf(r, facing(before) || before == 0)
	case '&':
		w.b.WriteByte('&')
		if entity.MatchString(rest) {
			w.b.WriteString(divider)
		}
	case '\\':
		w.b.WriteByte('\\')
		if after == 0 { // or it would escape what follows
			w.b.WriteString(divider)
		}
	default:
		w.b.WriteRune(r)
	}
}

func (w *writer) escapeIf(r rune, active bool) {
	if active {
		w.b.WriteByte('\\')
	}
	w.b.WriteRune(r)
}

// facing is whether a bracket behind the character would be a mouth. What stands
// beside other markup could be: (-)- is a minus in a circle.
func facing(before rune) bool { return strings.ContainsRune(":;=-", before) && before != 0 }

// inert is whether a mark is none where it stands: within a word, or a dash
// between spaces. In emphasis it could still be the end.
func (w *writer) inert(r, before, after rune) bool {
	if len(w.marks) > 0 {
		return false
	}
	return alphanumeric(before) && alphanumeric(after) || r == '-' && before == ' ' && after == ' '
}

// endings are what could end a macro in whose body nothing else counts.
var endings = regexp.MustCompile(`(?i)\{(?:code|noformat|quote)`)

// untied is the body of a macro, in which what looks like its end is none. Data
// Center looks for the end of a quote in the code within it as well.
func untied(code string) string {
	return endings.ReplaceAllStringFunc(code, func(s string) string { return "{" + divider + s[1:] })
}

// seen drops what can't be seen: control characters, those that turn the reading
// direction, and those of private use, by some of which Data Center marks what it
// has rendered already. What joins the parts of an emoji stays.
func seen(s string) string {
	return strings.Map(func(r rune) rune {
		const joiner = '\u200D'
		switch {
		case r == '\n' || r == '\t' || r == joiner:
			return r
		case unicode.IsSpace(r):
			return ' '
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co) || string(r) == divider:
			return -1
		}
		return r
	}, s)
}

// spaced has single spaces for white space.
func spaced(s string) string {
	var b strings.Builder
	space := false
	for _, r := range s {
		if unicode.IsSpace(r) {
			space = true
			continue
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(r)
	}
	if space {
		b.WriteByte(' ')
	}
	return b.String()
}

// addressLimit is how long an address may be that is linked, in bytes.
const addressLimit = 2000

// webAddress is a web address in a form that ends neither a link nor a cell; "" if
// it is none, or holds a name and password.
func webAddress(s string) string {
	u, err := url.Parse(strings.TrimSpace(s))
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || len(s) > addressLimit {
		return ""
	}
	const hex, harmless = "0123456789ABCDEF", "-._/:?#@&=+,%$"
	var b strings.Builder
	for _, c := range []byte(u.String()) {
		if alphanumeric(rune(c)) || strings.IndexByte(harmless, c) >= 0 {
			b.WriteByte(c)
			continue
		}
		b.Write([]byte{'%', hex[c>>4], hex[c&15]})
	}
	return b.String()
}
