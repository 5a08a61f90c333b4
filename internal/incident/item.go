package incident

import (
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"strings"
	"time"
	"unicode"
)

// ItemKey names an item for good. It is in the marker of the follow-up that
// the item became.
type ItemKey string

// Source is where an item was written: "body", "comment:123", "pull:43", or
// one of the names below.
type Source string

// The sources that have no number.
const (
	FromBody   Source = "body"
	FromPolicy Source = "standard"
	// FromTracker is of lines that people add in the tracker: they are
	// replaced by Hindsight's own as soon as they are followed up.
	FromTracker Source = "tracker"
	// FromSubIssue is of issues that people attached to the parent.
	FromSubIssue Source = "sub-issue"
	// FromPage is of the page's list of proposed items.
	FromPage Source = "page"
)

// FromPull is the source of a line in the body of a pull request that refers
// to the parent.
func FromPull(number int) Source { return Source(fmt.Sprintf("pull:%d", number)) }

// FromComment is the source of a line in a comment.
func FromComment(id int64) Source { return Source(fmt.Sprintf("comment:%d", id)) }

// Item is a line that somebody wrote to be followed up.
type Item struct {
	Source  Source
	URL     string    // where the line can be read
	Author  Actor     // who answers for it; empty for [FromPolicy]
	Text    string    // as written, without the box: one line, not neutral
	Ticked  bool      // one that is ticked when it is first seen opens nothing
	Command int64     // the comment in which "/followup" was written, or 0
	Linked  bool      // on the page: the issue that it became is linked
	Written time.Time // when the line was written or last edited, at most; zero if unknown
}

// normalized is what is compared when a line is looked for again: letters, digits
// and symbols in lower case, single spaces, nothing that does not show. It is
// empty for a text that shows nothing.
func normalized(text string) string {
	text = strings.Map(visible, strings.ToValidUTF8(strings.ToLower(text), "\uFFFD"))
	return spaced(text)
}

func spaced(text string) string {
	fields := strings.FieldsFunc(text, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsSymbol(r)
	})
	if len(fields) == 0 {
		return strings.TrimSpace(text)
	}
	return strings.Join(fields, " ")
}

// The tracker carries a digest of each item's words, so it is shorter than a
// key: 40 bits are enough for the lines of one incident.
const (
	wordsLength = 8
	tailLength  = 4
)

// wordsDigest stands for a title's words in the ledger and in markers.
func wordsDigest(title string) string { return digest(normalized(title))[:wordsLength] }

// formerDigest is what versions before this one wrote in the place of a
// [wordsDigest]: of all of the text. It is longer, and so known again.
func formerDigest(text string) string { return digest(spaced(strings.ToLower(text))) }

// digest is short, safe in a marker, and long enough for the lines of one
// incident: 60 bits.
func digest(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:])[:12])
}
