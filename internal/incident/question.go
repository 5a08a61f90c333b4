package incident

import (
	"fmt"
	"slices"
	"strings"
)

// Ask is a question to GitHub: may this person command Hindsight?
type Ask struct {
	Line  ItemKey // what the answer is for; it is asked once
	Repo  Repo    // where; empty for the parent's repository
	Login string
}

// Assignment is somebody who is to be assigned to an issue.
type Assignment struct {
	Repo  Repo // empty for the parent's repository
	Login string
}

// Questions are what the rules have to know before they can decide about what
// people wrote. What the world answers already, or the ledger remembers, is not
// asked for again; nor is anything on behalf of people who may not command.
type Questions struct {
	May        []Ask
	Places     []Repo
	Assignable []Assignment
	// Issues are those that allowed items refer to and of which nothing is
	// known yet; they are answered in [World.FollowUps].
	Issues []Key
}

// Empty is whether there is nothing to ask.
func (q Questions) Empty() bool {
	return len(q.May)+len(q.Places)+len(q.Assignable)+len(q.Issues) == 0
}

// Asks is the question that decides whether the incident is one: may whoever
// labelled it start incidents? None when that is known, or has been answered.
// Apps are not asked for: they count when the configuration names them.
func Asks(policy Policy, w World) []Ask {
	line, who := w.labelling()
	if w.Repository.Archived || !w.Record.Ledger.Accepted.At.IsZero() || !HasLabel(w.Parent.Labels, policy.Label) ||
		who.Bot || who.Login == "" || slices.Contains(w.Record.Ledger.Refused, line) {
		return nil
	}
	return []Ask{{Line: line, Login: who.Login}}
}

// Accepts is whether the label was put on by somebody who may.
func Accepts(policy Policy, w World) bool {
	line, who := w.labelling()
	return !w.Repository.Archived && HasLabel(w.Parent.Labels, policy.Label) &&
		(policy.trusts(who) || w.Verdicts[line] == Allowed)
}

// AsksOfItems are the questions about those who wrote items and confirmations.
// A verdict that the ledger holds is not asked for again; nor is one that
// would not be used, and so not be remembered: while the label is off.
func AsksOfItems(policy Policy, w World) []Ask {
	if w.Repository.Archived || !HasLabel(w.Parent.Labels, policy.Label) {
		return nil
	}
	var asks []Ask
	answered := set(w.Record.Ledger.Refused)
	ask := func(line ItemKey, who Actor) {
		if who.Login != "" && !who.Bot && !answered[line] {
			answered[line] = true
			asks = append(asks, Ask{Line: line, Login: who.Login})
		}
	}
	items, _ := w.items(policy, w.severity(policy))
	for _, c := range match(items, w.Record.Ledger) {
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
	if s, ok := policy.worst(w.Parent.Labels); ok {
		return s
	}
	return policy.DefaultSeverity
}
