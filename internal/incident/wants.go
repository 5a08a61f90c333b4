package incident

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// refsTaken is how many follow-ups one line may name.
const refsTaken = 50

// issues are those that words name.
func (d *decision) issues(words []string) ([]Key, error) {
	var keys []Key
	for _, word := range words {
		key, ok := d.referred(word)
		if ref, ticket := d.readTicket(bareName(word)); !ok && ticket {
			return nil, d.untilFound(ref)
		}
		if !ok {
			return nil, fmt.Errorf("%s names no follow-up: write its number, such as «#77»", quoted(word))
		}
		if !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	switch {
	case len(keys) == 0:
		return nil, errors.New("no follow-up is named: write its number, such as «#77»")
	case len(keys) > refsTaken:
		return nil, fmt.Errorf("these are more than %d follow-ups: write several commands", refsTaken)
	}
	return keys, nil
}

// referred is the issue or ticket that a word names; false if it names none, or a
// ticket of which nothing is known.
func (w World) referred(word string) (Key, bool) {
	word = bareName(word)
	if ref, ok := w.readTicket(word); ok {
		key, _ := w.ticket(ref)
		return key, key.Number != 0
	}
	number := strings.TrimPrefix(word, "#")
	if anyIssue.MatchString(word) && len(number) < 10 {
		return Key{w.Parent.Key.Repo, atoi(number)}, true
	}
	key, err := ParseKey(word)
	return key, err == nil
}

// followUpOf is the entry of an issue that a command names.
func (d *decision) followUpOf(key Key) (*Entry, error) {
	e := d.ledger().at(key, d.Parent.Key.Repo)
	switch {
	case e == nil && d.perhaps(key):
		return nil, notYetError{}
	case e == nil:
		return nil, fmt.Errorf("%s is no follow-up of this incident: the checklist above lists them", quoted(d.nameOf(key)))
	}
	if d.gone(e.Issue) {
		return nil, fmt.Errorf("%s is gone: it was deleted, or is a discussion now", quoted(d.nameOf(key)))
	}
	return e, nil
}

// perhaps is whether somebody's line names an issue, and it is not known yet
// whether that counts.
func (d *decision) perhaps(key Key) bool {
	return slices.ContainsFunc(d.found, func(c candidate) bool {
		if !c.Refers || c.Pointer.issue != key {
			return false
		}
		verdict := d.verdict(c.line, c.Item)
		if verdict == Allowed {
			verdict, _ = d.possible(c)
		}
		return verdict == Unknown
	})
}

// at is the entry of an issue, for a parent in the repository.
func (l *Ledger) at(issue Key, parent Repo) *Entry {
	for i, e := range l.Items {
		if e.Opened() && e.Issue.In(parent) == issue {
			return &l.Items[i]
		}
	}
	return nil
}

// readDone reads the follow-ups that are to be closed, or opened again: all
// of them, or none if one is wrong.
func readDone(state State) func(*decision, order) (func(), error) {
	return func(d *decision, o order) (func(), error) {
		keys, err := d.issues(listed(o.args))
		if err != nil {
			return nil, err
		}
		var entries []*Entry
		for _, key := range keys {
			e, err := d.followUpOf(key)
			if err == nil {
				err = d.maySet(o, key)
			}
			if err != nil {
				return nil, err
			}
			entries = append(entries, e)
		}
		return func() {
			for _, e := range entries {
				e.Want = state
			}
		}, nil
	}
}

// maySet is nil for a follow-up that the one who commands may close: in
// another repository than the parent's, that takes the permission there.
func (d *decision) maySet(o order, key Key) error {
	if f, seen := d.followUp(RefTo(key, d.Parent.Key.Repo)); seen && f.Pull {
		return fmt.Errorf("%s is a pull request, which people merge or close themselves", quoted(d.nameOf(key)))
	}
	if key.Repo == d.Parent.Key.Repo || key.Repo.Jira() {
		return nil
	}
	if o.Author.Bot { // what this repository's configuration names has no say in others
		return fmt.Errorf("an app can't do that in %s: ask a person who has triage permission there", key.Repo)
	}
	line := o.there(key.Repo)
	switch d.verdict(line, Item{Author: o.Author}) {
	case Allowed:
		return nil
	case Unknown:
		d.unanswered = true
		return notYetError{}
	case Denied:
		d.refuse(line)
	}
	return fmt.Errorf("who wrote this, or edited the comment, has no triage permission in %s: "+
		"ask somebody who has it to write it in a new comment%s", key.Repo, d.untold())
}

// there is the line under which the verdict of another repository is known.
func (o order) there(repo Repo) ItemKey { return ItemKey(digest(string(o.key), string(repo))) }

// stillWanted is whether a follow-up that the command names is not yet as was
// ordered, or can't be: then the tracker says why.
func stillWanted(d *decision, o order) bool {
	for _, word := range listed(o.args) {
		if key, ok := d.referred(word); ok {
			e := d.ledger().at(key, d.Parent.Key.Repo)
			if e != nil && (e.Want != "" || d.next.Declined[e.Key] != Declined{}) {
				return true
			}
		}
	}
	return false
}

// readSnooze reads "#77 2w REASON", and "2w #77 REASON".
func readSnooze(d *decision, o order) (func(), error) {
	names, rest := d.cutIssues(o.args)
	span, rest, err := ParseSpan(rest)
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		names, rest = d.cutIssues(rest)
	}
	keys, err := d.issues(names)
	if err != nil {
		return nil, err
	}
	if rest == "" {
		return nil, errors.New("no reason is given: write why it can wait")
	}
	var entries []*Entry
	for _, key := range keys {
		e, err := d.followUpOf(key)
		if err != nil {
			return nil, err
		}
		entries = append(entries, e)
	}
	until := Day(span.After(civil(o.Written.In(d.policy.Zone))).Format(dayForm))
	return func() {
		for _, e := range entries {
			e.Snoozed = until
		}
	}, nil
}

// cutIssues cuts the names of issues and tickets off the front.
func (w World) cutIssues(text string) (names []string, rest string) {
	for {
		first, left := text, ""
		if end := strings.IndexFunc(text, blank); end >= 0 {
			first, left = text[:end], text[end:]
		}
		first = strings.TrimRight(first, ",;:")
		if !w.namesIssue(first) {
			return names, text
		}
		names, text = append(names, first), strings.TrimFunc(left, blank)
	}
}
