package markdown

import (
	"strings"
	"unicode"
)

// Slug is people's words as a piece of a page's file name: lower-case ASCII
// letters and digits with single hyphens between words, at most limit bytes,
// cut between words where it can be. It is empty if nothing is left, as with
// words in a script that is not Latin.
func Slug(s string, limit int) string {
	var b strings.Builder
	gap := false
	for _, r := range strings.ToLower(Title(s, len(s)+1)) {
		letters := ascii(r)
		switch {
		case letters == "" && !unicode.Is(unicode.Mn, r):
			gap = b.Len() > 0
		case letters != "":
			if gap {
				b.WriteByte('-')
			}
			gap = false
			b.WriteString(letters)
		}
	}
	return cutSlug(b.String(), limit)
}

func cutSlug(slug string, limit int) string {
	if len(slug) <= limit {
		return slug
	}
	head := slug[:limit]
	if slug[limit] != '-' {
		if i := strings.LastIndexByte(head, '-'); i > 0 {
			head = head[:i]
		}
	}
	return strings.Trim(head, "-")
}

// latin lists, for each replacement, the lower-case letters that it stands
// for: Latin-1, Latin Extended-A, and Vietnamese and Romanian letters that
// are common.
var latin = map[string]string{ //nolint:gochecknoglobals // a constant table
	"a": "àáâãäåāăąǎạảấầẩẫậắằẳẵặ", "ae": "æ", "c": "çćĉċč", "d": "ďđð",
	"e": "èéêëēĕėęěẹẻẽếềểễệ", "g": "ĝğġģǧ", "h": "ĥħ", "i": "ìíîïĩīĭįıǐịỉ",
	"ij": "ĳ", "j": "ĵ", "k": "ķĸ", "l": "ĺļľŀł", "n": "ñńņňŉŋ",
	"o": "òóôõöøōŏőǒọỏốồổỗộớờởỡợơ", "oe": "œ", "r": "ŕŗř", "s": "śŝşšșſ",
	"ss": "ß", "t": "ţťŧț", "th": "þ", "u": "ùúûüũūŭůűųǔụủứừửữựư",
	"w": "ŵ", "y": "ýÿŷỳỵỷỹ", "z": "źżž",
}

// ascii is a lower-case letter or digit in ASCII, or "".
func ascii(r rune) string {
	if r < unicode.MaxASCII {
		if 'a' <= r && r <= 'z' || '0' <= r && r <= '9' {
			return string(r)
		}
		return ""
	}
	for plain, letters := range latin {
		if strings.ContainsRune(letters, r) {
			return plain
		}
	}
	return ""
}
