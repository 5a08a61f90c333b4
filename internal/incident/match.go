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
// "#77", an address or a ticket's key. It opens nothing.
var reference = regexp.MustCompile(
	`^(?:[\w.-]+/[\w.-]+)?#\d+\b|^https?://\S+$|^https?://\S+/(?:issues|pull)/\d+\s|^[A-Z][A-Z0-9]+-\d+$`)

// reserved are words that make "/followup" something else than a title.
var reserved = regexp.MustCompile(
	`(?i)^(?:all|accept|(?:done|reopen)\s+#\d+|snooze(?:\s.*)?)$`)

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

// match finds for each item the entry that it is. The same place among equal
// words in the same source comes first, so that a ticked line does not take
// the entry of its unticked twin; then the same words in the same source, then
// in another source: a line that was moved is still the same. What is left is
// new, and has a key that a second look, without any memory, would choose
// again. A refused line is no entry's, or strangers could take one over.
func match(items []Item, ledger Ledger) []candidate {
	found := candidates(items)
	taken := map[ItemKey]bool{}
	refused := map[ItemKey]bool{}
	for _, line := range ledger.Refused {
		refused[line] = true
	}
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
		found[i] = candidate{Item: item, Entry: Entry{Key: key, Source: item.Source, Words: digest(words)}}
	}
	return found
}

// Ask is a question to GitHub: may this person command Hindsight?
type Ask struct {
	Line  ItemKey // what the answer is for; it is asked once
	Login string
}

// Asks are the questions that [Decide] needs answers to. A verdict that the
// ledger holds is not asked for again; nor is one that would not be used, and
// so not be remembered: while nothing may be done.
func Asks(policy Policy, w World) []Ask {
	ledger := w.Record.Ledger
	if w.Repository.Archived || !hasLabel(w.Parent.Labels, policy.Label) {
		return nil
	}
	var asks []Ask
	ask := func(line ItemKey, who Actor) {
		a := Ask{line, who.Login}
		if who.Login != "" && !slices.Contains(ledger.Refused, line) && !slices.Contains(asks, a) {
			asks = append(asks, a)
		}
	}
	if ledger.Accepted.At.IsZero() {
		line, who := w.labelling()
		switch {
		case policy.trusts(who):
		case who.Bot || slices.Contains(ledger.Refused, line):
			return nil
		default:
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
	return ItemKey(fmt.Sprintf("label:%d:%s", w.Labelling.At.Unix(), w.Labelling.By.Login)), w.Labelling.By
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
