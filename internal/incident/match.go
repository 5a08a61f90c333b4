package incident

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// candidate is an item and the entry that it is, or would become.
type candidate struct {
	Item  Item
	Entry Entry
	Known bool // the entry is in the ledger
	Wish  Wish
	In    Repo // where its issue is to be opened; "" for the parent's repository
}

// reference is an item that points at something that exists already, such as
// "#77", an address or a ticket's key. It opens nothing.
var reference = regexp.MustCompile(
	`^(?:[\w.-]+/[\w.-]+)?#\d+\b|^https?://\S+$|^https?://\S+/(?:issues|pull)/\d+\s|^[A-Z][A-Z0-9]+-\d+$`)

// reserved are words that make "/followup" something else than a title.
var reserved = regexp.MustCompile(
	`(?i)^(?:all|accept|(?:done|reopen)\s+#\d+|snooze(?:\s+\d+\s*[hdwm]\b.*)?)$`)

// linesTaken is how many lines of one author are looked at. Nobody writes
// more, and comparing them takes time. It is counted by author, or a stranger
// could write so many that those of others are not looked at.
const linesTaken = 1000

// items are all lines that ask for a follow-up: the checklists', the
// commands', and the standard ones of the severity. More tells that some
// were left out.
func (w World) items(policy Policy, severity Severity) (items []Item, more bool) {
	items = slices.Clone(w.Items)
	for _, c := range w.Commands {
		if c.Name == "followup" && !reserved.MatchString(c.Rest) {
			items = append(items, Item{
				Source: FromComment(c.Comment), URL: c.URL, Author: c.Author,
				Text: c.Rest, Command: c.Comment,
			})
		}
	}
	for _, title := range policy.Standard[severity] {
		items = append(items, Item{Source: FromPolicy, Text: title})
	}
	taken := map[string]int{}
	items = slices.DeleteFunc(items, func(i Item) bool {
		if i.Text == "" || reference.MatchString(i.Text) {
			return true
		}
		if i.Source == FromPolicy {
			return false
		}
		taken[i.Author.Login]++
		left := taken[i.Author.Login] > linesTaken
		more = more || left
		return left
	})
	return items, more
}

// unknown counts the commands that mean nothing yet.
func (w World) unknown() int {
	n := 0
	for _, c := range w.Commands {
		if c.Name != "followup" || reserved.MatchString(c.Rest) && !strings.EqualFold(c.Rest, "all") {
			n++
		}
	}
	return n
}

// match finds for each item the entry that it is. The same place among equal
// words in the same source comes first, so that a ticked line does not take
// the entry of its unticked twin; then the same words in the same source, then
// in another source: a line that was moved is still the same. What is left is
// new, and has a key that a second look, without any memory, would choose
// again. A refused line is no entry's, or strangers could take one over.
func match(items []Item, ledger Ledger) []candidate {
	found := candidates(items)
	taken := map[ItemKey]bool{}
	refused := set(ledger.Refused)
	for _, same := range []func(a, b Entry) bool{
		func(a, b Entry) bool { return a.Key == b.Key },
		func(a, b Entry) bool { return a.Words == b.Words && a.Source == b.Source },
		func(a, b Entry) bool { return a.Words == b.Words },
	} {
		for i, c := range found {
			if c.Known || refused[c.Entry.Key] {
				continue
			}
			for _, e := range ledger.Items {
				if !taken[e.Key] && same(c.Entry, e) {
					taken[e.Key] = true
					found[i].Entry, found[i].Known = e, true
					break
				}
			}
		}
	}
	return found
}

func set[T comparable](all []T) map[T]bool {
	s := make(map[T]bool, len(all))
	for _, x := range all {
		s[x] = true
	}
	return s
}

// candidates give each item the entry that it would become. Equal words in
// one source are numbered, so that two lines with the same words are two.
func candidates(items []Item) []candidate {
	found := make([]candidate, len(items))
	next := map[string]int{}
	for i, item := range items {
		words := item.Words()
		equal := string(item.Source) + "\x00" + words
		key := ItemKey(digest(string(item.Source), words, strconv.Itoa(next[equal])))
		next[equal]++
		found[i] = candidate{Item: item, Wish: Wish{Title: item.Text}, Entry: Entry{Key: key, Source: item.Source, Words: digest(words)}}
	}
	return found
}
