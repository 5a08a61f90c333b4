package incident

import (
	"regexp"
	"slices"
)

// uniteCommands takes over which commands ran by another ledger.
func (l *Ledger) uniteCommands(other Ledger) {
	l.Ran = upTo(union(l.Ran, other.Ran), max(len(l.Ran), commandsKept))
	l.Failed = upTo(union(l.Failed, other.Failed), max(len(l.Failed), commandsKept))
	noted := map[ItemKey]bool{}
	for _, n := range l.Noted {
		noted[n.Key] = true
	}
	for _, n := range other.Noted {
		if !noted[n.Key] && len(l.Noted) < commandsKept {
			l.Noted = append(l.Noted, n)
		}
	}
	l.Replied = union(l.Replied, other.Replied)
}

// checkCommands leaves out what Hindsight would not have written of commands.
func (l *Ledger) checkCommands() {
	unsound := func(k ItemKey) bool { return !keyChecked.MatchString(string(k)) }
	l.Ran = slices.DeleteFunc(upTo(l.Ran, commandsKept), unsound)
	l.Failed = slices.DeleteFunc(upTo(l.Failed, commandsKept), unsound)
	l.Noted = slices.DeleteFunc(upTo(l.Noted, commandsKept), func(n Noted) bool { return unsound(n.Key) })
	l.Replied = slices.DeleteFunc(upTo(l.Replied, repliesKept), func(comment int64) bool { return comment <= 0 })
	l.Told = l.Told.checked()
}

func upTo[T any](all []T, most int) []T { return all[:min(len(all), most)] }

var loginTold = regexp.MustCompile(`^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,37}[A-Za-z0-9])?$`)

func (t Told) checked() Told {
	for _, login := range []*string{&t.Owner, &t.Commander, &t.Scribe, &t.Liaison} {
		if !loginTold.MatchString(*login) {
			*login = ""
		}
	}
	t.Responders = slices.DeleteFunc(slices.Clone(upTo(t.Responders, respondersKept)), func(login string) bool {
		return !loginTold.MatchString(login)
	})
	if t.Severity < 0 || t.Severity > 5 {
		t.Severity = 0
	}
	if !slices.Contains(Statuses(), t.Status) {
		t.Status = ""
	}
	t.Skip = kept(t.Skip)
	return t
}
