package incident

import (
	"regexp"
	"slices"
	"strings"
	"time"
)

// The forms of what a ledger may hold, and the most of it.
var (
	loginChecked  = regexp.MustCompile(`^[\w-]{1,100}(?:\[bot\])?$`)
	keyChecked    = regexp.MustCompile(`^[a-z2-7]{12}$`)
	wordsChecked  = regexp.MustCompile(`^(?:[a-z2-7]{8}|[a-z2-7]{12})$`)
	sketchChecked = regexp.MustCompile(`^[0-9a-f]{16}$`)
	tailChecked   = regexp.MustCompile(`^[a-z2-7]{4}$`)
	sourceChecked = regexp.MustCompile(`^(?:body|standard|tracker|sub-issue|page|comment:[1-9]\d{0,18}|pull:[1-9]\d{0,8})$`)
	lineChecked   = regexp.MustCompile(`^[\w:\[\]-]{1,160}$`)
	pathChecked   = regexp.MustCompile(`^\d{4}-\d\d-\d\d-[a-z0-9][a-z0-9-]{0,200}\.md$`)
	blockChecked  = regexp.MustCompile(`^[a-z][a-z-]{0,29}$`)
	copyChecked   = regexp.MustCompile(`^\d{4}-\d\d-\d\d-postmortem-[a-z2-7]{8}\.md$`)
	repoChecked   = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,99}/[a-z0-9._-]{1,100}$`)
	siteChecked   = regexp.MustCompile(`^jira:[a-z0-9.\[\]:-]{1,260}(?:/[a-z0-9._~-]{1,100}){0,5}$`)
	fieldChecked  = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9_]{0,59}$`)
)

const (
	blocksKept  = 20
	fieldsKept  = 30
	entriesKept = 1500
	numberLimit = 1_000_000_000
)

// SiteChecked is whether the name of a Jira site is of the form that ledgers may
// hold: what is at any other would be forgotten with the database.
func SiteChecked(site Repo) bool { return siteChecked.MatchString(string(site)) }

// Checked is what can be believed of a ledger that came with a comment. The
// comment is ours, but whoever may write in the repository may edit it: what
// is not of the form that Hindsight writes is left out, or it could be made to
// stumble over it, or to write it out again in its own name.
func (l Ledger) Checked() Ledger {
	l = l.clone()
	l.TrackerID, l.Reactions = 0, nil
	l.Version, l.Removals = between(l.Version), between(l.Removals)
	l.Home = Repo(only(repoChecked, string(l.Home)))
	l.checkCommands()
	if !loginChecked.MatchString(l.Accepted.By) {
		l.Accepted = Acceptance{}
	}
	l.Page = l.Page.checked()
	l.Copy = l.Copy.checked()
	l.Items = upTo(l.Items, entriesKept)
	for i, e := range l.Items {
		l.Items[i] = e.checked()
	}
	l.Items = slices.DeleteFunc(l.Items, func(e Entry) bool { return !e.sound() })
	l.Refused = slices.DeleteFunc(upTo(l.Refused, refusedKept), func(k ItemKey) bool {
		return !lineChecked.MatchString(string(k))
	})
	l.Healed = slices.DeleteFunc(upTo(l.Healed, entriesKept), func(n int) bool {
		return n <= 0 || n >= numberLimit
	})
	l.HealedTickets = slices.DeleteFunc(upTo(l.HealedTickets, entriesKept), func(r Ref) bool {
		return !r.sound() || !r.Repo.Jira()
	})
	return l
}

// checked is nothing where it is not known which copy, or where. What is ordered
// of it is believed: it takes write permission to edit a comment of ours, as it
// takes to order it. Where it may lead, [decision.publish] sees to.
func (c Copy) checked() Copy {
	if !copyChecked.MatchString(c.Path) || !repoChecked.MatchString(string(c.Repo)) || nowhere(c.Repo) {
		return Copy{}
	}
	if c.Want != Publish && c.Want != Withdraw {
		c.Want = ""
	}
	c.Words = only(keyChecked, c.Words)
	return c
}

// checked is nothing where it does not say which page it is.
func (p Page) checked() Page {
	if !pathChecked.MatchString(p.Path) {
		return Page{}
	}
	if p.Repo = Repo(only(repoChecked, string(p.Repo))); nowhere(p.Repo) {
		p.Repo = ""
	}
	p.Row = only(keyChecked, p.Row)
	p.Blocks = slices.DeleteFunc(upTo(p.Blocks, blocksKept), func(name string) bool { return !blockChecked.MatchString(name) })
	return p
}

// Checked is what can be believed of an entry that came with the marker of a
// follow-up, which people may edit; false where it does not say which item it is.
func (e Entry) Checked() (Entry, bool) { return e.checked(), e.sound() }

// checked leaves out of an entry what it can do without. What people ordered
// is only believed of the parent's own repository, and of tickets: who edits the
// tracker need not have a say in other repositories.
func (e Entry) checked() Entry {
	e.Position = between(e.Position)
	e.Sketch = Sketch(only(sketchChecked, string(e.Sketch)))
	e.Tail, e.DueAs = only(tailChecked, e.Tail), only(tailChecked, e.DueAs)
	e.Owner, e.Due, e.Snoozed = only(loginChecked, e.Owner), e.Due.checked(), e.Snoozed.checked()
	e.Priority, e.Type, e.Wrote = e.Priority.checked(), e.Type.checked(), e.Wrote.Checked()
	if e.Want != Open && e.Want != Done || e.reach() != "" {
		e.Want = ""
	}
	e.Lacks = e.Lacks.checked()
	return e
}

// Checked is what can be believed of what comes with a ledger, or with the
// marker of a follow-up, which people may edit as well.
func (w Written) Checked() Written {
	w.Title, w.As, w.Owner = only(wordsChecked, w.Title), only(wordsChecked, w.As), only(loginChecked, w.Owner)
	w.Due, w.Date = w.Due.checked(), w.Date.checked()
	w.Priority, w.Type = w.Priority.checked(), w.Type.checked()
	if w.Severity < 0 || w.Severity > 5 {
		w.Severity = 0
	}
	return w
}

func (p Priority) checked() Priority {
	if m := priorityForm.FindString(string(p)); m != string(p) || len(m) != len("p1") {
		return ""
	}
	return p
}

func (t ItemType) checked() ItemType {
	switch t {
	case Mitigation, Prevention, Detection, Process:
		return t
	}
	return ""
}

// sound is whether an entry says what it must: which item it is, and which
// issue, if any.
func (e Entry) sound() bool {
	words := wordsChecked.MatchString(e.Words) || e.Words == "" && e.Adopted
	return keyChecked.MatchString(string(e.Key)) && words &&
		sourceChecked.MatchString(string(e.Source)) && (e.Issue.sound() || !e.Opened() && !e.Adopted)
}

// sound is whether it can be an issue or ticket.
func (r Ref) sound() bool {
	return r.Number > 0 && r.Number < numberLimit &&
		(r.Repo == "" || SiteChecked(r.Repo) || repoChecked.MatchString(string(r.Repo)) && !nowhere(r.Repo))
}

func (f TicketFields) checked() TicketFields {
	var sound []string
	for _, field := range upTo(f.All(), fieldsKept) {
		if fieldChecked.MatchString(string(field)) {
			sound = append(sound, string(field))
		}
	}
	return TicketFields(strings.Join(sound, " "))
}

func (d Day) checked() Day {
	if _, ok := d.in(time.UTC); !ok {
		return ""
	}
	return d
}

// only is the text if it has the form, else "".
func only(form *regexp.Regexp, text string) string {
	if !form.MatchString(text) {
		return ""
	}
	return text
}

// between is the number if it is one that Hindsight counts to, else 0.
func between(n int) int {
	if n < 0 || n >= numberLimit {
		return 0
	}
	return n
}
