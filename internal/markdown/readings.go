package markdown

import (
	"html"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// Readings are a text as [PublicText] leaves it, and what people read of it when
// it is shown: without tags, marks of emphasis, backslashes and characters that
// nobody sees, and with entities resolved; once with its links as they are
// written, and once as their words alone. What a check finds in none of them
// does not stand there in one piece.
//
// They are no rendering: code loses its marks as well, so that they may hold
// more than is shown. They take time in proportion to the text.
func Readings(src string) []string {
	words := PublicText(src, func(string) bool { return true })
	all := []string{src, read(src), read(words)}
	slices.Sort(all)
	return slices.Compact(all)
}

var (
	tags    = regexp.MustCompile(`</?([a-zA-Z][a-zA-Z0-9-]*)(?:[\s/][^<>]*)?>`)
	escapes = regexp.MustCompile("\\\\([!-/:-@\\[-`{-~])")
)

// inWords are the tags that may stand within a word.
const inWords = " b code del em i ins kbd q s samp small span strike strong sub sup tt var wbr "

// read is what people read of a text whose links are of no interest. What only
// looks like a tag once entities are resolved is none.
func read(src string) string {
	shown := tags.ReplaceAllStringFunc(src, func(tag string) string {
		if oneOf(inWords, strings.ToLower(tags.FindStringSubmatch(tag)[1])) {
			return ""
		}
		return "\n"
	})
	shown = escapes.ReplaceAllString(html.UnescapeString(shown), "$1")
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("*_~`", r) || unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) {
			return -1
		}
		return r
	}, shown)
}
