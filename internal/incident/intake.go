package incident

import "slices"

// follow brings the entries up to the lines that they are: where these stand,
// what they say, whether they are ticked.
func (d *decision) follow() {
	entries := d.ledger().byKey()
	for _, c := range d.found {
		e := entries[c.Entry.Key]
		if !c.Known || e == nil || !e.Opened() && !d.goes(&c) || !d.heeds(c, *e) {
			continue
		}
		d.lines = append(d.lines, c)
		if c.Item.Source == FromPage && d.asks() {
			e.Position = c.place // who has no say here may have changed the rest
			continue
		}
		another := c.Refers && c.moves // line, whose box is not the one that was looked at
		unread := e.Tail == ""         // it comes from a marker, or an older tracker
		if e.Ticked != c.Item.Ticked && !another && !unread {
			d.want(e, c.Item.Ticked)
		}
		e.Ticked, e.Source, e.Position = c.Item.Ticked, c.Item.Source, c.place
		if c.Refers && !e.Adopted {
			continue // it only repeats what the entry is
		}
		if !c.Refers {
			e.Words, e.Sketch = c.words, sketch(normalized(c.Wish.Title))
		}
		if e.Tail != c.tail {
			d.ask(e, c)
		}
	}
}

// heeds is whether what a line says by now counts for its entry. For a
// follow-up in another repository that takes permission there, as it took to
// open it: the line may be another person's by now, in the same words.
func (d *decision) heeds(c candidate, e Entry) bool {
	if !c.says(e) {
		return true
	}
	verdict, _ := d.reaches(c, e.reach())
	switch there := c.there(e.reach()); {
	case verdict == Unknown:
		d.waits(c)
	case d.judged(there) == Denied:
		d.refuse(there)
	}
	return verdict == Allowed
}

// says is whether a line says anything new of a follow-up in another
// repository. What people attached by hand says nothing.
func (c candidate) says(e Entry) bool {
	return e.reach() != "" && c.Item.Source != FromSubIssue &&
		(e.Source != c.Item.Source || e.Ticked != c.Item.Ticked || e.Tail != c.tail || !c.Refers && e.Words != c.words)
}

// entry is what a new item becomes.
func (d *decision) entry(c candidate) Entry {
	e := c.Entry
	e.Ticked, e.Position = c.Item.Ticked, c.place
	if c.Refers {
		e.Adopted, e.Issue = true, RefTo(c.Pointer.issue, d.Parent.Key.Repo)
	} else {
		e.Words, e.Sketch = c.words, sketch(normalized(c.Wish.Title))
	}
	d.ask(&e, c)
	return e
}

// ask takes from a line what it asks for. What it does not say is as the team
// wants it; of an issue that people had, it is the people's.
func (d *decision) ask(e *Entry, c candidate) {
	again, priority, owner, until := e.Tail != "", e.Priority, e.Owner, e.Due
	e.Tail = c.tail
	e.Priority, e.Type, e.Owner = c.Wish.Priority, c.Wish.Type, c.Wish.Owner
	said := ""
	if c.Wish.DueAs != "" {
		said = digest(normalized(c.Wish.DueAs))[:tailLength]
	}
	switch due := d.due(*e); {
	case said != "" && said == e.DueAs && e.Due != "":
	case said != "":
		e.Due = Day(c.Wish.Due.In(d.policy.Zone).Format(dayForm))
	case e.Adopted, due == "", !again, e.Due == "", e.DueAs != "", priority != e.Priority:
		e.Due = due
	}
	e.DueAs = said
	if e.Owner == "" && !e.Adopted {
		e.Owner = d.policy.Owner
	}
	if e.Owner != owner { // Jira may take another one
		e.Lacks = e.Lacks.but(TicketAssignee)
	}
	if e.Due != until {
		e.Lacks = e.Lacks.but(TicketDue)
	}
}

// due is until when a follow-up may take for which no day is named.
func (d *decision) due(e Entry) Day {
	span, ok := d.policy.DueByPriority[e.Priority]
	if !ok {
		span, ok = d.policy.DueBySeverity[d.severity(d.policy)]
	}
	if !ok || e.Adopted {
		return ""
	}
	return Day(span.After(civil(d.now.In(d.policy.Zone))).Format(dayForm))
}

// forgetDetached drops what people had attached to the parent by hand, and
// have detached.
func (d *decision) forgetDetached() {
	there := map[ItemKey]bool{}
	for _, c := range d.found {
		there[c.Entry.Key] = c.Known
	}
	d.ledger().Items = slices.DeleteFunc(d.ledger().Items, func(e Entry) bool {
		return e.Source == FromSubIssue && e.Adopted && !there[e.Key]
	})
}
