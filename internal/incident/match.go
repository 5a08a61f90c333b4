package incident

import (
	"fmt"
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
}

// reference is an item that points at something that exists already, such as
// "#77" or an address. It opens nothing.
var reference = regexp.MustCompile( //nolint:gochecknoglobals // a compiled constant
	`^(?:[\w.-]+/[\w.-]+)?#\d+\b|^https?://\S+$`)

// reserved are words that make "/followup" something else than a title.
var reserved = regexp.MustCompile( //nolint:gochecknoglobals // a compiled constant
	`^(?:all|accept|(?:done|reopen)\s+#\d+|snooze\s.*)$`)

// items are all lines that ask for a follow-up: the checklists', the
// commands', and the standard ones of the severity.
func (w World) items(policy Policy, severity Severity) []Item {
	items := slices.Clone(w.Items)
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
	return slices.DeleteFunc(items, func(i Item) bool {
		return i.Text == "" || reference.MatchString(i.Text)
	})
}

// match finds for each item the entry that it is. The same words in the same
// source come first, then the same words in another source: a line that was
// moved is still the same. What is left is new, and gets a key that a second
// look, without any memory, would choose again.
func match(items []Item, ledger Ledger) []candidate {
	found := make([]candidate, len(items))
	taken := map[ItemKey]bool{}
	for _, sameSource := range []bool{true, false} {
		for i, item := range items {
			if found[i].Known {
				continue
			}
			words := digest(item.Words())
			for _, e := range ledger.Items {
				if taken[e.Key] || e.Words != words || sameSource && e.Source != item.Source {
					continue
				}
				taken[e.Key] = true
				found[i] = candidate{Item: item, Entry: e, Known: true}
				break
			}
		}
	}
	for i, item := range items {
		if !found[i].Known {
			found[i] = candidate{Item: item, Entry: newEntry(item, taken)}
		}
	}
	return found
}

// newEntry chooses the first free key for the words in their source, so that
// two lines with the same words are two.
func newEntry(item Item, taken map[ItemKey]bool) Entry {
	for n := 0; ; n++ {
		key := ItemKey(digest(string(item.Source), item.Words(), strconv.Itoa(n)))
		if !taken[key] {
			taken[key] = true
			return Entry{Key: key, Source: item.Source, Words: digest(item.Words())}
		}
	}
}

// Ask is a question to GitHub: may this person command Hindsight?
type Ask struct {
	Line  ItemKey // what the answer is for; it is asked once
	Login string
}

// Asks are the questions that [Decide] needs answers to. A verdict that the
// ledger holds is not asked for again.
func Asks(policy Policy, w World) []Ask {
	ledger := w.Record.Ledger
	var asks []Ask
	ask := func(line ItemKey, who Actor) {
		if who.Login != "" && !slices.Contains(ledger.Refused, line) {
			asks = append(asks, Ask{line, who.Login})
		}
	}
	if ledger.Accepted.At.IsZero() {
		line, who := w.labelling()
		if !hasLabel(w.Parent.Labels, policy.Label) || slices.Contains(ledger.Refused, line) {
			return nil
		}
		if !who.Bot {
			ask(line, who)
		}
	}
	for _, c := range match(w.items(policy, w.severity(policy)), ledger) {
		if !c.Known && !c.Item.Ticked {
			ask(c.Entry.Key, c.Item.Author)
		}
	}
	for _, c := range w.confirmations() {
		ask(confirmation(c), c.Author)
	}
	return asks
}

// labelling is who answers for the label, and the line by which the verdict
// is remembered. Where GitHub doesn't tell who labelled, the author counts.
func (w World) labelling() (ItemKey, Actor) {
	if w.Labelling.At.IsZero() {
		return ItemKey("label:author"), w.Parent.Author
	}
	return ItemKey(fmt.Sprintf("label:%d", w.Labelling.At.Unix())), w.Labelling.By
}

// confirmations are the "/followup all" commands that were not used yet.
func (w World) confirmations() []Command {
	return slices.DeleteFunc(slices.Clone(w.Commands), func(c Command) bool {
		return c.Name != "followup" || !strings.EqualFold(c.Rest, "all") || c.Comment <= w.Record.Ledger.All
	})
}

func confirmation(c Command) ItemKey { return ItemKey(fmt.Sprintf("all:%d", c.Comment)) }

// severity is the worst that a label names, else the team's default.
func (w World) severity(policy Policy) Severity {
	if s, ok := worst(w.Parent.Labels); ok {
		return s
	}
	return policy.DefaultSeverity
}
