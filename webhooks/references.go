package webhooks

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"hindsight/internal/incident"
)

// mostReferences is how many issues one text is taken to refer to: the inbox
// looks each of them up.
const mostReferences = 20

// references are the issues that a pull request's text, or a comment's on it,
// may name as its incident. They say only whether the pull request is worth a
// look: what is in code or in a quote counts here, and a number counts whatever
// repository is written before it, which may have had another name.
func (p payload) references(repo incident.Repo) []incident.Key {
	pull := p.pull || p.comment.IsObject() && p.issue.Get("pull_request").IsObject()
	if !pull {
		return nil
	}
	numbers := referred(nil, p.issue.Get("body").Str)
	numbers = referred(numbers, p.comment.Get("body").Str)
	var keys []incident.Key
	for _, n := range numbers {
		keys = append(keys, incident.Key{Repo: repo, Number: n})
	}
	return keys
}

// referred adds the numbers of issues that stand behind the word "incident" in
// the same line, or directly behind a word by which GitHub closes issues: as
// "#42", "owner/repository#42", "GH-42" or an address. It walks over the text
// once: people may write 64 KB of anything.
func referred(numbers []int, text string) []int {
	incidentLine := false
	for i := 0; i < len(text) && len(numbers) < mostReferences; i++ {
		switch c := text[i]; {
		case c == '\n':
			incidentLine = false
		case c|0x20 == 'i' && hasFold(text[i:], "incident"):
			incidentLine = true
		case isDigit(c) && i > 0 && !isDigit(text[i-1]):
			start, ok := referenceStart(text[:i])
			if !ok || !incidentLine && !announces(text[:start]) {
				continue
			}
			if n := leadingNumber(text[i:]); n > 0 && !slices.Contains(numbers, n) {
				numbers = append(numbers, n)
			}
		}
	}
	return numbers
}

// referenceStart is where the reference begins whose number follows the text.
func referenceStart(text string) (start int, ok bool) {
	const longest = 256 // bytes of an address, or a repository's name
	near := text[max(0, len(text)-longest):]
	offset := len(text) - len(near)
	switch {
	case strings.HasSuffix(near, "#"):
		name := strings.TrimRightFunc(near[:len(near)-1], func(r rune) bool {
			return r == '/' || r < 0x80 && isNameByte(byte(r)) //nolint:gosec // bounded just here
		})
		return offset + len(name), true
	case strings.HasSuffix(near, "/issues/"), strings.HasSuffix(near, "/pull/"):
		word := strings.LastIndexAny(near, " \t\r\n([<\"'`") + 1
		return offset + word + max(0, strings.LastIndex(near[word:], "http")), true
	case len(near) >= 3 && strings.EqualFold(near[len(near)-3:], "gh-"):
		return len(text) - 3, true
	}
	return 0, false
}

// announces is whether the last word of the text says that a reference to an
// incident follows.
func announces(text string) bool {
	const near = 32 // bytes: white space, punctuation and the word
	text = strings.TrimRight(text[max(0, len(text)-near):], " \t\r\n:*_([<`\"'")
	word := text[len(strings.TrimRightFunc(text, isLetter)):]
	switch strings.ToLower(word) {
	case "close", "closes", "closed", "fix", "fixes", "fixed", "resolve", "resolves", "resolved", "incident":
		return true
	}
	return false
}

// leadingNumber is the number that a text begins with; 0 if no issue has it.
func leadingNumber(text string) int {
	end := 0
	for end < len(text) && isDigit(text[end]) {
		end++
	}
	n, err := strconv.ParseInt(text[:end], 10, 64)
	if err != nil || n > math.MaxInt32 {
		return 0
	}
	return int(n)
}

func hasFold(text, prefix string) bool {
	return len(text) >= len(prefix) && strings.EqualFold(text[:len(prefix)], prefix)
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isLetter(r rune) bool { return r|0x20 >= 'a' && r|0x20 <= 'z' }
