package markup

import (
	"strings"
	"unicode/utf8"
)

// writer writes one line.
type writer struct {
	place
	b      strings.Builder
	marks  []byte // of the emphasis that is open
	braces []bool // whether each of them is written in braces
}

// last is the last character that was written, 0 at the start.
func (w *writer) last() rune {
	if w.b.Len() == 0 {
		return 0
	}
	r, _ := utf8.DecodeLastRuneInString(w.b.String())
	return r
}

// braced is whether markup between two characters has to be in braces: beside a
// letter or digit, or what Cloud takes for one, a mark is none.
func braced(before, after rune) bool {
	return wordy(before) || wordy(after) || before == '{'
}

func wordy(r rune) bool { return r >= utf8.RuneSelf || alphanumeric(r) }

func alphanumeric(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
}

func (w *writer) open(mark byte, braces bool) {
	w.marks, w.braces = append(w.marks, mark), append(w.braces, braces)
	w.b.WriteString(delimiter(string(mark), braces))
}

func (w *writer) close(mark byte) {
	last := len(w.marks) - 1
	if w.last() == rune(mark) { // escaped; Data Center looks no further than this
		w.b.WriteString(divider)
	}
	w.b.WriteString(delimiter(string(mark), w.braces[last]))
	w.marks, w.braces = w.marks[:last], w.braces[:last]
}

func delimiter(mark string, braces bool) string {
	if braces {
		return "{" + mark + "}"
	}
	return mark
}

// code is code within a line, in which escapes work, and are needed. It must
// neither begin nor end with a brace, even an escaped one.
func (w *writer) code(text string, braces bool) {
	w.b.WriteString(delimiter("{{", braces))
	if text[0] == '{' {
		w.b.WriteString(divider)
	}
	w.escape(text, form{code: true})
	if text[len(text)-1] == '}' {
		w.b.WriteString(divider)
	}
	w.b.WriteString(delimiter("}}", braces))
}

// link is a link. In its words there are no brackets, not even escaped ones.
func (w *writer) link(p piece) {
	w.b.WriteByte('[')
	if p.text != "" {
		inner := writer{place: w.place}
		inner.b.WriteByte('[') // so that nothing is at the start of a line
		inner.escape(strings.NewReplacer("[", "(", "]", ")").Replace(p.text), form{link: true})
		w.b.WriteString(inner.b.String()[1:] + "|")
	}
	w.b.WriteString(p.address + "]")
}
