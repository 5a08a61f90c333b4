package markdown

import (
	"bytes"
	"regexp"
	"strings"
)

// Tags are told from words as browsers do it, which is not stricter than how
// Markdown does: a comment without an end reaches to the end of the block.
var htmlTokens = regexp.MustCompile(`(?s)<!--(?:>|->|.*?(?:-->|$))|<!\[CDATA\[.*?(?:\]\]>|$)|<[?!].*?(?:>|$)|` +
	`<(/?)([a-zA-Z][a-zA-Z0-9-]*)(?:[^<>"']|"[^"]*"|'[^']*')*>|<`)

// settingTags are those that set a text and do nothing else, without their
// attributes.
const settingTags = " b blockquote br code dd del details div dl dt em h1 h2 h3 h4 h5 h6 hr i ins kbd li ol p pre q s samp small span strike " +
	"strong sub summary sup table tbody td tfoot th thead tr tt ul var "

// unshownTags are those whose content is not for people.
const unshownTags = " iframe math noembed noframes noscript object plaintext script select style svg template textarea title xmp "

func oneOf(names, name string) bool { return strings.Contains(names, " "+name+" ") }

// tags takes out of a part of a block what is no tag that sets a text. What is
// left of angle brackets is words. It tells how far it came: behind the part if
// an element ends there.
func (p *plainer) tags(l leaf, from, to int) (done int) {
	for _, m := range htmlTokens.FindAllSubmatchIndex(l.text[from:to], -1) {
		start, stop := from+m[0], from+m[1]
		if start < done {
			continue
		}
		anew := ""
		switch {
		case m[4] >= 0:
			slash, name := string(l.text[from+m[2]:from+m[3]]), strings.ToLower(string(l.text[from+m[4]:from+m[5]]))
			if oneOf(settingTags, name) {
				anew = "<" + slash + name + ">"
			} else if slash == "" && oneOf(unshownTags, name) {
				stop = endOf(l.text, stop, name)
			}
		case stop-start == 1:
			anew = "&lt;"
		}
		p.replace(l, start, stop, anew)
		done = stop
	}
	return done
}

// endOf is behind the end of the element, or of the text.
func endOf(html []byte, from int, name string) int {
	for {
		i := bytes.Index(html[from:], []byte("</"))
		if i < 0 {
			return len(html)
		}
		from += i + len("</")
		if !bytes.EqualFold(html[from:min(len(html), from+len(name))], []byte(name)) {
			continue
		}
		if i = bytes.IndexByte(html[from:], '>'); i >= 0 {
			return from + i + 1
		}
	}
}
