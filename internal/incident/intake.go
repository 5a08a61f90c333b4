package incident

import (
	"slices"
	"strings"
)

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
	verdict, _ := d.reaches(c, e.Issue.Repo)
	switch there := c.there(e.Issue.Repo); {
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
	return e.Issue.Repo != "" && c.Item.Source != FromSubIssue &&
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
	again, priority := e.Tail != "", e.Priority
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

// possible is whether a line's follow-up can be opened where it is to be, or
// what it refers to be adopted; and if not, why not, in a sentence for people
// that follows the line's own words.
func (d *decision) possible(c candidate) (Verdict, string) {
	switch {
	case c.Refers && c.Item.Source == FromSubIssue:
		return Allowed, ""
	case c.Refers && c.Pointer.other != "":
		return Denied, c.Pointer.other
	case c.Refers:
		return d.adoptable(c)
	case c.Wish.Place != "" && !strings.Contains(c.Wish.Place, "/"):
		return Denied, jiraMissing
	case c.In != "":
		return d.usable(c)
	}
	return Allowed, ""
}

// adoptable is whether an issue can be adopted.
func (d *decision) adoptable(c candidate) (Verdict, string) {
	key := c.Pointer.issue
	if verdict, why := d.reaches(c, key.Repo); verdict != Allowed {
		if c.Pointer.moved { // where it is by now is not for everybody to know
			why = noIssue
		}
		return verdict, why
	}
	switch f, seen := d.issue(key); {
	case !seen:
		return Unknown, ""
	case f.State == Gone:
		return Denied, noIssue
	}
	return Allowed, ""
}

// noIssue is why nothing can be adopted that can't be seen.
const noIssue = "names no issue that Hindsight can see: correct the number, or install the app there."

// usable is whether a follow-up can be opened in another repository.
func (d *decision) usable(c candidate) (Verdict, string) {
	place, known := d.Places[c.In]
	switch verdict, why := d.reaches(c, c.In); {
	case verdict != Allowed:
		return verdict, why
	case !known:
		return Unknown, ""
	case place.ID == 0:
		return Denied, "can't be opened there: there is no repository " + string(c.In) + ", or the app is not installed in it."
	case place.Archived:
		return Denied, "can't be opened there: " + string(c.In) + " is archived. Name another repository, or none."
	case d.Repository.Private && !place.Private:
		return Denied, "can't be opened there: " + string(c.In) +
			" is public, and this repository is not. Name another repository, or none."
	case d.Repository.Private && !d.Repository.Internal && place.Internal:
		return Denied, "can't be opened there: everybody in the enterprise can read " + string(c.In) +
			", and not this repository. Name another repository, or none."
	}
	return Allowed, ""
}

// reaches is whether a line's author may have follow-ups in a repository. An
// app that this repository's configuration names has no say in others.
func (d *decision) reaches(c candidate, repo Repo) (Verdict, string) {
	if repo == d.Parent.Key.Repo {
		return Allowed, ""
	}
	if repo.Owner() != d.Parent.Key.Repo.Owner() {
		return Denied, "belongs to another owner: only repositories of " + d.Parent.Key.Repo.Owner() + " can be named here."
	}
	if c.Item.Author.Bot {
		return Denied, "can't be done by an app: have it written by a person with triage permission in " + string(repo) + "."
	}
	if c.Item.Author.Login == "" {
		return Denied, "can't be done there, since the page does not tell who wrote it: have it written in a comment here, " +
			"by a person with triage permission in " + string(repo) + "."
	}
	verdict := d.judged(c.there(repo))
	if verdict == Denied {
		// Whether the repository exists is nobody's business who can't see it.
		return Denied, "can't be followed up there: have it written in a new comment by somebody with triage permission in " +
			string(repo) + ", who alone edits it, and the app installed there" + d.untold() + "."
	}
	return verdict, ""
}

// untold is what more there is to say to people where the host doesn't tell who
// edited a text: then it is nobody's who could answer for it elsewhere.
func (d *decision) untold() string {
	if !d.NoHistory {
		return ""
	}
	return " (this GitHub does not tell who edits a text: what counts there is a comment that was never edited)"
}

// there is what the verdict about another repository is remembered by.
func (c candidate) there(repo Repo) ItemKey {
	return ItemKey(string(c.line) + ":" + digest(string(repo))[:wordsLength])
}

// elsewhere is the other repository that a line is about, if any.
func (c candidate) elsewhere(parent Repo) Repo {
	repo := c.In
	if c.Refers {
		repo = c.Pointer.issue.Repo
	}
	if repo == parent || c.Item.Source == FromSubIssue || repo.Owner() != parent.Owner() {
		return ""
	}
	return repo
}

// refuseThere remembers that a line's author may not in another repository.
func (d *decision) refuseThere(c candidate) {
	if repo := c.elsewhere(d.Parent.Key.Repo); repo != "" && d.judged(c.there(repo)) == Denied {
		d.refuse(c.there(repo))
	}
}
