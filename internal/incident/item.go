package incident

import (
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"strings"
	"unicode"
)

// ItemKey names an item for good. It is in the marker of the follow-up that
// the item became.
type ItemKey string

// Source is where an item was written: "body", "comment:123", or
// "standard" for those that the configuration names.
type Source string

// The sources that are not comments.
const (
	FromBody   Source = "body"
	FromPolicy Source = "standard"
)

// FromComment is the source of a line in a comment.
func FromComment(id int64) Source { return Source(fmt.Sprintf("comment:%d", id)) }

// Item is a line that somebody wrote to be followed up.
type Item struct {
	Source  Source
	URL     string // where the line can be read
	Author  Actor  // who answers for it; empty for [FromPolicy]
	Text    string // as written, without the box: one line, not neutral
	Ticked  bool   // ticked before it was followed up: opens nothing
	Command int64  // the comment in which "/followup" was written, or 0
}

// Words is what is compared when an item is looked for again: letters and
// digits in lower case, single spaces.
func (i Item) Words() string {
	fields := strings.FieldsFunc(strings.ToLower(i.Text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsSymbol(r)
	})
	if len(fields) == 0 {
		return strings.TrimSpace(i.Text)
	}
	return strings.Join(fields, " ")
}

// digest is short, safe in a marker, and long enough for the lines of one
// incident: 60 bits.
func digest(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:])[:12])
}
