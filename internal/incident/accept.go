package incident

import "slices"

// accept takes new items into the ledger: each with its verdict, and a large
// number of them only when somebody confirmed it.
func (d *decision) accept() {
	l := d.ledger()
	var fresh []Entry
	refused := set(l.Refused)
	for _, c := range d.found {
		if c.Known {
			d.lines = append(d.lines, c)
			continue
		}
		if c.Item.Ticked || refused[c.Entry.Key] {
			continue
		}
		switch d.verdict(c.Entry.Key, c.Item) {
		case Allowed:
			d.lines = append(d.lines, c)
			if c.Item.Source == FromPolicy { // nobody has to confirm these
				l.Items = append(l.Items, c.Entry)
				continue
			}
			fresh = append(fresh, c.Entry)
		case Denied:
			d.refuse(c.Entry.Key)
		case Unknown:
			d.undecided = true
		}
	}
	confirmed := d.confirm()
	if len(fresh) > d.policy.MaxNew && !confirmed {
		d.waiting = len(fresh)
		d.lines = slices.DeleteFunc(d.lines, func(c candidate) bool {
			return !c.Known && c.Item.Source != FromPolicy
		})
	} else {
		l.Items = append(l.Items, fresh...)
	}
	d.dropUnopened()
}

// verdict is whether an item counts. An app counts when the configuration
// names it: it may repeat what strangers told it. Whose account is gone can't
// be asked for any more.
func (d *decision) verdict(line ItemKey, item Item) Verdict {
	switch {
	case item.Source == FromPolicy, d.policy.trusts(item.Author):
		return Allowed
	case item.Author.Bot, item.Author.Login == "":
		return Denied
	}
	return d.Verdicts[line]
}

// refusedKept is how many refusals are remembered. The tracker carries them,
// and must not grow over what GitHub takes because a stranger wrote thousands
// of lines. What is not remembered is asked, and refused, again.
const refusedKept = 500

func (d *decision) refuse(line ItemKey) {
	l := d.ledger()
	if len(l.Refused) < refusedKept && !slices.Contains(l.Refused, line) {
		l.Refused = append(l.Refused, line)
	}
}

// confirm uses up the confirmations and says whether there was a good one.
func (d *decision) confirm() bool {
	good := false
	for _, c := range d.confirmations() {
		switch d.Verdicts[confirmation(c)] {
		case Allowed:
			good = true
			d.ledger().All = max(d.ledger().All, c.Comment)
		case Denied:
			d.refuse(confirmation(c))
		case Unknown:
		}
	}
	return good
}

// dropUnopened forgets entries whose line went away, or was ticked, before
// anything was opened for it. One whose opening was cut off stays: it may
// have been opened.
func (d *decision) dropUnopened() {
	present := map[ItemKey]bool{}
	for _, c := range d.lines {
		present[c.Entry.Key] = !c.Item.Ticked
	}
	d.ledger().Items = slices.DeleteFunc(d.ledger().Items, func(e Entry) bool {
		return !e.Opened() && !present[e.Key] && !slices.Contains(d.next.Opening, e.Key)
	})
}
