package markup_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// said is what Jira makes of markup, as far as it is known: the strictest of both
// programs that read it.
type said struct {
	text   strings.Builder // with a line end behind each line, break and cell
	links  []string
	shown  map[string]int // how many there are of each construct
	inCode []string       // what stands in blocks of code
}

// The forms that Jira knows. What is none of them and not escaped is a mistake.
var (
	listSigns   = regexp.MustCompile(`^([*#]{1,20}) (.+)$`)
	headingMark = regexp.MustCompile(`^h[1-6]\. (.+)$`)
	macroBegin  = regexp.MustCompile(`^\{(noformat|code(?::[a-z+]+)?)\}$`)
	atStart     = regexp.MustCompile(`^\s*(?:bq\.|h[1-6]\.|[*#-]+\s|-{2,}|\|)`)
	face        = regexp.MustCompile(`^(?:[:;]-?[()DPpoO]|\((?:y|n|i|/|x|!|\+|-|\?|on|off|\*[rgby]?|flag|flagoff)\))`)
	autoAddress = regexp.MustCompile(`(?i)^(?:[a-z][a-z0-9+.]*://|mailto:|news:|file:)`)
	webScheme   = regexp.MustCompile(`(?i)^https?:`)
	addressForm = regexp.MustCompile(`^https?://[A-Za-z0-9._/:?#@&=+,%$-]+$`)
	entityForm  = regexp.MustCompile(`^&#?[0-9A-Za-z]+;`)
	marksForm   = regexp.MustCompile(`^\{[*_-]\}`)
)

const (
	escaped = "-#*_+?^~|%{}[]()!@"
	joiner  = "\u034F"
)

// read reads markup; its error names the first thing that nobody asked for.
func read(markup string) (*said, error) {
	s := &said{shown: map[string]int{}}
	lines := strings.Split(strings.TrimSuffix(markup, "\n"), "\n")
	quoted := false
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		switch m := macroBegin.FindStringSubmatch(line); {
		case m != nil:
			end, err := s.macro(m[1], lines[i+1:])
			if err != nil {
				return s, err
			}
			i += end
			continue
		case line == "{quote}":
			if quoted = !quoted; quoted {
				s.shown["quote"]++
			}
			continue
		}
		if err := s.block(line); err != nil {
			return s, fmt.Errorf("%w in the line %q", err, line)
		}
		s.text.WriteByte('\n')
	}
	if quoted {
		return s, fmt.Errorf("a quote is left open")
	}
	return s, nil
}

// macro reads code up to its end, as both programs look for it.
func (s *said) macro(name string, lines []string) (end int, err error) {
	name, _, _ = strings.Cut(name, ":")
	for i, line := range lines {
		switch lower := strings.ToLower(line); {
		case line == "{"+name+"}":
			s.shown["code"]++
			s.inCode = append(s.inCode, strings.Join(lines[:i], "\n"))
			return i + 1, nil
		case strings.Contains(lower, "{code") || strings.Contains(lower, "{noformat") || strings.Contains(lower, "{quote"):
			return 0, fmt.Errorf("%q would end the code", line)
		}
	}
	return 0, fmt.Errorf("code is left open")
}

func (s *said) block(line string) error {
	if line == "----" {
		s.shown["rule"]++
		return nil
	}
	if m := headingMark.FindStringSubmatch(line); m != nil {
		s.shown["heading"]++
		return s.start(m[1])
	}
	if m := listSigns.FindStringSubmatch(line); m != nil {
		s.shown["item"]++
		return s.start(m[2])
	}
	if strings.HasPrefix(line, "|") {
		return s.row(line)
	}
	return s.start(line)
}

func (s *said) row(line string) error {
	s.shown["row"]++
	bar := "|"
	if strings.HasPrefix(line, "||") {
		bar = "||"
	}
	if !strings.HasSuffix(line, bar) || len(line) < 2*len(bar) {
		return fmt.Errorf("a row has no end")
	}
	inLink := 0 // bars within links do not count
	cell := ""
	for rest := line[len(bar):]; rest != ""; {
		switch {
		case strings.HasPrefix(rest, `\[`) || strings.HasPrefix(rest, `\]`):
			cell, rest = cell+rest[:2], rest[2:]
		case inLink == 0 && strings.HasPrefix(rest, bar):
			if err := s.start(strings.TrimSpace(cell)); err != nil {
				return err
			}
			s.text.WriteByte('\n')
			cell, rest = "", rest[len(bar):]
		default:
			inLink += strings.Count(rest[:1], "[") - strings.Count(rest[:1], "]")
			cell, rest = cell+rest[:1], rest[1:]
		}
	}
	return nil
}

// start reads what stands at the start of a line, item, heading or cell.
func (s *said) start(text string) error {
	if m := atStart.FindString(text); m != "" {
		return fmt.Errorf("%q makes a block", m)
	}
	return s.inline(text)
}

// inline reads a line's words and markup.
func (s *said) inline(line string) error {
	var open []string
	last := func(i int) rune { return edge(utf8.DecodeLastRuneInString(line[:i])) }
	next := func(i int) rune { return edge(utf8.DecodeRuneInString(line[min(i, len(line)):])) }
	for i := 0; i < len(line); {
		rest := line[i:]
		switch c := line[i]; {
		case strings.HasPrefix(rest, `\\`):
			if !strings.HasPrefix(rest, `\\ `) || i > 0 && line[i-1] != ' ' {
				return fmt.Errorf("a break in %q", rest)
			}
			s.text.WriteByte('\n')
			i += 2
		case c == '\\' && i+1 < len(line) && strings.IndexByte(escaped, line[i+1]) >= 0:
			s.text.WriteByte(line[i+1])
			i += 2
		case strings.HasPrefix(rest, joiner):
			i += len(joiner)
		case strings.HasPrefix(rest, "&#124;"):
			s.text.WriteByte('|')
			i += len("&#124;")
		case strings.HasPrefix(rest, "{{"):
			n, err := s.codeSpan(rest)
			if err != nil {
				return err
			}
			i += n
		case c == '[':
			n, err := s.link(rest)
			if err != nil {
				return err
			}
			i += n
		case marksForm.MatchString(rest):
			open = s.toggle(open, rest[:3])
			i += 3
		case strings.IndexByte("{}[]|!", c) >= 0:
			return fmt.Errorf("%q is active", rest)
		case strings.IndexByte("*_-+^~@", c) >= 0 && !inert(c, last(i), next(i+1)):
			if strings.IndexByte("*_-", c) < 0 || !marks(last(i), next(i+1), slices.Contains(open, rest[:1])) {
				return fmt.Errorf("%q is active", rest)
			}
			open = s.toggle(open, rest[:1])
			i++
		case strings.HasPrefix(rest, "??") || face.MatchString(rest) || entityForm.MatchString(rest):
			return fmt.Errorf("%q is active", rest)
		case autoAddress.MatchString(rest) && !wordChar(last(i)):
			return fmt.Errorf("%q becomes a link", rest)
		default:
			s.text.WriteByte(c)
			i++
		}
	}
	if len(open) > 0 {
		return fmt.Errorf("%q is left open", open)
	}
	return nil
}

// edge is the character, 0 where there is none.
func edge(r rune, size int) rune {
	if size == 0 {
		return 0
	}
	return r
}

func wordChar(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
}

// inert is whether a mark is none: in a word, or a dash between spaces.
func inert(c byte, before, after rune) bool {
	return wordChar(before) && wordChar(after) || c == '-' && before == ' ' && after == ' '
}

// marks is whether a mark can begin or end emphasis between two characters.
func marks(before, after rune, ends bool) bool {
	outer, inner := before, after
	if ends {
		outer, inner = after, before
	}
	return outer < utf8.RuneSelf && !wordChar(outer) && inner != ' ' && inner != 0 && (!ends || before != '\\')
}

func (s *said) toggle(open []string, mark string) []string {
	if n := len(open); n > 0 && open[n-1] == mark {
		return open[:n-1]
	}
	s.shown["emphasis"]++
	return append(open, mark)
}

// codeSpan reads code in a line: escapes count in it, as everywhere.
func (s *said) codeSpan(rest string) (int, error) {
	begin, end := "{{", "}}"
	if strings.HasPrefix(rest, "{{{}") {
		begin, end = "{{{}", "{}}}"
	}
	stop := strings.Index(rest[len(begin):], end)
	if stop < 0 {
		return 0, fmt.Errorf("code in %q has no end", rest)
	}
	content := rest[len(begin) : len(begin)+stop]
	switch first, last := content[:min(1, len(content))], content[max(0, len(content)-1):]; {
	case content == "" || first == " " || last == " " || first == "{" || last == `\`:
		return 0, fmt.Errorf("%q is no code", content)
	}
	s.shown["code span"]++
	var plain strings.Builder
	for i := 0; i < len(content); i++ {
		if webScheme.MatchString(content[i:]) && (i == 0 || !wordChar(rune(content[i-1]))) {
			plain.WriteString("x") // may be a link
			i = i + strings.IndexByte(content[i:], ':')
			continue
		}
		plain.WriteByte(content[i])
	}
	inner := said{shown: map[string]int{}}
	if err := inner.inline(plain.String()); err != nil {
		return 0, err
	}
	if len(inner.shown) > 0 || len(inner.links) > 0 {
		return 0, fmt.Errorf("markup in the code %q", content)
	}
	s.text.WriteString(inner.text.String())
	return len(begin) + stop + len(end), nil
}

func (s *said) link(rest string) (int, error) {
	end := strings.IndexAny(rest[1:], "[]\n")
	if end < 0 || rest[end+1] != ']' {
		return 0, fmt.Errorf("a link in %q has no end", rest)
	}
	text, address, ok := strings.Cut(rest[1:end+1], "|")
	if !ok {
		text, address = "", text
	}
	if !addressForm.MatchString(address) {
		return 0, fmt.Errorf("a link to %q", address)
	}
	inner := said{shown: map[string]int{}}
	if err := inner.inline(text); err != nil {
		return 0, err
	}
	if len(inner.shown) > 0 || strings.Contains(text, `\|`) {
		return 0, fmt.Errorf("markup in the words of the link %q", text)
	}
	s.links = append(s.links, address)
	s.text.WriteString(inner.text.String())
	return end + 2, nil
}
