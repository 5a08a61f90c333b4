package board

import (
	"html"
	"html/template"
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

var (
	entity  = regexp.MustCompile(`^&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,8});`)
	bare    = regexp.MustCompile(`^https?://[^\s|\[\]{}<>"]+`)
	image   = regexp.MustCompile(`^![^\s!][^!\n]*!`)
	mention = regexp.MustCompile(`^\[~[^\[\]\n]+\]`)
	link    = regexp.MustCompile(`^\[((?:\\.|[^\[\]\\\n])+)\]`)
)

// longest is how far the second of two signs may be from the first.
const longest = 400

// marks are the signs around words, and what they become.
func marks(sign byte) string {
	switch sign {
	case '*':
		return "strong"
	case '_':
		return "em"
	case '-':
		return "del"
	case '+':
		return "ins"
	case '^':
		return "sup"
	case '~':
		return "sub"
	}
	return ""
}

// inline renders one line of text.
func inline(line string) string { return inlineAt(line, 0) }

func inlineAt(line string, depth int) string {
	var out strings.Builder
	before := ' '
	for line != "" {
		size, html := piece(line, before, depth)
		out.WriteString(html)
		before, _ = utf8.DecodeLastRuneInString(line[:size])
		line = line[size:]
	}
	return out.String()
}

// piece renders what a text begins with, and tells how much of it that was.
func piece(text string, before rune, depth int) (size int, html string) {
	switch text[0] {
	case '\\':
		return escaped(text)
	case '&':
		if found := entity.FindString(text); found != "" {
			return len(found), template.HTMLEscapeString(unescape(found))
		}
	case '[':
		return bracket(text, depth)
	case '{':
		if code, is := mono(text); is {
			return len(code) + len("{{}}"), "<code>" + literal(code) + "</code>"
		}
	case '!':
		if found := image.FindString(text); found != "" {
			return len(found), active("image", found)
		}
	case 'h':
		if wordy(before) {
			break
		}
		if found := strings.TrimRight(bare.FindString(text), ".,;:!?)'"); found != "" {
			return len(found), anchor(found, literal(found))
		}
	default:
		if size, html = marked(text, before, depth); size > 0 {
			return size, html
		}
	}
	_, size = utf8.DecodeRuneInString(text)
	return size, template.HTMLEscapeString(text[:size])
}

// mono is code between two pairs of braces, with which a text begins.
func mono(text string) (code string, is bool) {
	text, is = strings.CutPrefix(text[:min(len(text), longest)], "{{")
	if is {
		code, _, is = strings.Cut(text, "}}")
	}
	return code, is && code != ""
}

func unescape(found string) string { return html.UnescapeString(found) }

// escaped is a sign behind a backslash, which means nothing; two backslashes
// are a line break.
func escaped(text string) (int, string) {
	if strings.HasPrefix(text, `\\`) {
		return 2, "<br>"
	}
	r, size := utf8.DecodeRuneInString(text[1:])
	if unicode.IsPunct(r) || unicode.IsSymbol(r) {
		return 1 + size, template.HTMLEscapeString(text[1 : 1+size])
	}
	return 1, `\`
}

// literal is text whose escapes and entities are resolved, and nothing else.
func literal(text string) string {
	var out strings.Builder
	for text != "" {
		var size int
		var html string
		switch found := entity.FindString(text); {
		case text[0] == '\\' && len(text) > 1:
			size, html = escaped(text)
		case found != "":
			size, html = len(found), template.HTMLEscapeString(unescape(found))
		default:
			_, size = utf8.DecodeRuneInString(text)
			html = template.HTMLEscapeString(text[:size])
		}
		out.WriteString(html)
		text = text[size:]
	}
	return out.String()
}

// bracket is a mention, a link, or just a bracket.
func bracket(text string, depth int) (int, string) {
	if found := mention.FindString(text); found != "" {
		return len(found), active("mention", found)
	}
	found := link.FindStringSubmatch(text)
	if found == nil {
		return 1, "["
	}
	words, address, named := strings.Cut(found[1], "|")
	if !named {
		address = words
	}
	address, _, _ = strings.Cut(address, "|") // what follows is a title for the mouse
	if !outward(address) {
		return 1, "["
	}
	if !named || depth >= deepest {
		return len(found[0]), anchor(address, literal(words))
	}
	return len(found[0]), anchor(address, inlineAt(words, depth+1))
}

// outward is whether an address leads to the web, and not into a script.
func outward(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

func anchor(address, html string) string {
	return `<a href="` + template.HTMLEscapeString(address) + `" rel="nofollow noopener">` + html + "</a>"
}

// active is what Jira would do to others: it is shown, and not done.
func active(what, source string) string {
	return `<mark title="Jira would make this a real ` + what + `">` + template.HTMLEscapeString(source) + "</mark>"
}

// marked is words between two of the same sign, which stand at the edges of
// words.
func marked(text string, before rune, depth int) (int, string) {
	name := marks(text[0])
	if name == "" || wordy(before) || depth >= deepest {
		return 0, ""
	}
	for end := 2; end < min(len(text), longest); end++ {
		if text[end-1] == '\\' || text[end] != text[0] {
			continue
		}
		inside := text[1:end]
		after, _ := utf8.DecodeRuneInString(text[end+1:])
		if strings.TrimSpace(inside) == inside && !wordy(after) {
			return end + 1, "<" + name + ">" + inlineAt(inside, depth+1) + "</" + name + ">"
		}
	}
	return 0, ""
}

func wordy(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r))
}
