package incident

import (
	"slices"
	"strconv"
	"strings"
)

// candidate is an item and the entry that it is, or would become.
type candidate struct {
	Item    Item
	Wish    Wish
	Pointer pointer // what it points at, if Refers
	Refers  bool
	In      Repo // where it is to be opened: empty for the parent's repository, and in Jira
	// Jira is whether it is to be opened there, and Project where: the zero value
	// if there is no such project to be used. Default is whether the configuration
	// says so, and not the line.
	Jira    bool
	Project Project
	Default bool
	Entry   Entry
	Known   bool // the entry is in the ledger
	// line is what verdicts about the line are remembered by.
	line ItemKey
	// words is a digest of the title's words, others are what it was, or may have
	// been, when it was read before, and tail is one of what stands behind the title.
	words, tail string
	others      []string
	place       int  // which of its source's lines it is, from 0
	moves       bool // the entry had another line, in another place or of other words
	twin        bool // it says the same as one that stands elsewhere
	unread      bool // or perhaps elsewhere, on a page that could not be read
	// reach is the other repository in which the entry is that the line would
	// become: its author must have a say there, too.
	reach Repo
}

// linesTaken is how many lines of one author are looked at. Nobody writes
// more, and comparing them takes time. It is counted by author, or a stranger
// could write so many that those of others are not looked at.
const linesTaken = 1000

// items are all lines that ask for a follow-up: the checklists', the
// commands', the standard ones of the severity, and what people attached by
// hand. More tells that some were left out.
func (w World) items(policy Policy, severity Severity) (items []Item, more bool) {
	items = slices.Clone(w.Items)
	for _, c := range w.Commands {
		if c.Name == nameFollowUp && w.isFollowUpTitle(c.Rest) {
			items = append(items, Item{
				Source: FromComment(c.Comment), URL: c.URL, Author: c.Author,
				Text: c.Rest, Command: c.Comment, Written: c.Written,
			})
		}
	}
	taken := map[string]int{}
	items = slices.DeleteFunc(items, func(i Item) bool {
		if normalized(i.Text) == "" {
			return true
		}
		taken[i.Author.Login]++
		left := taken[i.Author.Login] > linesTaken
		more = more || left
		return left
	})
	for _, title := range policy.Standard[severity] {
		items = append(items, Item{Source: FromPolicy, Text: title})
	}
	return items, more
}

// recognise finds for each item the entry that it is, by the rules of identity
// in their order, and for each of the others the entry that it would become.
func (d *decision) recognise() {
	items, more := d.items(d.policy, d.severity(d.policy))
	m := matcher{
		decision: d, found: d.candidates(items), entries: d.ledger().Items,
		taken: map[ItemKey]bool{}, refused: set(d.ledger().Refused),
	}
	m.byReference()
	m.bySource()
	m.byWords()
	m.byPosition()
	m.twins()
	m.name()
	d.found, d.repeats, d.more = m.distinct(), m.repeats, more
}

// candidates read the items. Equal words in one source are numbered, so that
// two lines with the same words are two.
func (d *decision) candidates(items []Item) []candidate {
	found := make([]candidate, 0, len(items))
	places := map[Source]int{}
	for _, item := range items {
		c := d.candidate(item)
		c.place = places[item.Source]
		places[item.Source]++
		found = append(found, c)
	}
	found = append(found, d.attached()...)
	next := map[string]int{}
	for i := range found {
		c := &found[i]
		what := c.equal(d.Parent.Key.Repo)
		c.line = numbered(what, next[what])
		c.Entry = Entry{Key: c.line, Source: c.Item.Source}
		next[what]++
	}
	return found
}

// attached are the issues that people attached to the parent by hand: those
// that are no follow-ups of Hindsight's own.
// One that was transferred hangs there still, and is one.
func (d *decision) attached() []candidate {
	ours, entries := map[Key]bool{}, d.ledger().byKey()
	for _, f := range d.FollowUps {
		ours[f.Issue] = f.Item != "" && entries[f.Item] != nil
	}
	for _, e := range d.ledger().Items {
		ours[e.Issue.In(d.Parent.Key.Repo)] = !e.Adopted
	}
	var found []candidate
	for _, f := range d.SubIssues {
		title := f.Title
		if f.Secret { // no line of the parent says it
			title = ""
		}
		if e := entries[f.Item]; !ours[f.Issue] && (f.Item == "" || e == nil || e.Adopted) {
			found = append(found, candidate{
				Item: Item{Source: FromSubIssue, URL: f.URL, Text: title}, Wish: Wish{Title: title},
				Refers: true, Pointer: pointer{issue: f.Issue}, tail: tail("", ""),
			})
		}
	}
	return found
}

// candidate reads one item.
func (d *decision) candidate(item Item) candidate {
	c := candidate{Item: item, Wish: d.wish(item)}
	c.tail = tail(item.Text, c.Wish.Title)
	if item.Source != FromPolicy {
		c.Pointer, c.Refers = d.points(item.Text)
	}
	if f, seen := d.issue(c.Pointer.issue); seen && f.Moved != (Key{}) {
		c.Pointer.issue, c.Pointer.moved = f.Moved, true
	}
	if c.Refers {
		return c
	}
	c.words, c.others = wordsDigest(c.Wish.Title), append(d.readBefore(item), formerDigest(item.Text))
	d.aim(&c)
	return c
}

func (d *decision) wish(item Item) Wish {
	return d.wishAmong(item, keys(d.Projects))
}

// wishAmong is what a line asks for, where projects of these keys can be named.
func (d *decision) wishAmong(item Item, projects []string) Wish {
	if item.Source == FromPolicy { // the team's own words
		return Wish{Title: strings.TrimSpace(item.Text)}
	}
	written := item.Written
	if written.IsZero() {
		written = d.now
	}
	return ParseWish(item.Text, WishContext{Written: written, Zone: d.policy.Zone, Projects: projects, Hidden: d.hidden()})
}

// readBefore are digests of the title's words as they may have been when the line
// was read before: the operator may have let projects be used since, or no longer,
// and what names one is no part of the title. A line must not become a new one by
// that.
func (d *decision) readBefore(item Item) []string {
	var named []string
	for _, m := range projectMeant.FindAllStringSubmatch(item.Text, -1) {
		named = append(named, m[1])
	}
	if len(named) == 0 || item.Source == FromPolicy {
		return nil
	}
	var words []string
	for _, projects := range [][]string{nil, named, {"-"}} { // not connected, with these, without them
		words = append(words, wordsDigest(d.wishAmong(item, projects).Title))
	}
	return words
}

// tail is a digest of what stands behind the title: the text's words that are
// not the title's. It does not depend on when it is read.
func tail(text, title string) string {
	left := strings.Fields(normalized(title))
	var behind []string
	for word := range strings.FieldsSeq(normalized(text)) {
		if len(left) > 0 && left[0] == word {
			left = left[1:]
			continue
		}
		behind = append(behind, word)
	}
	return digest(behind...)[:tailLength]
}

// equal is what two lines have in common that are told apart by number only.
func (c candidate) equal(parent Repo) string {
	said := normalized(c.Wish.Title)
	switch {
	case !c.Refers:
	case c.Pointer.ticket.Name != "": // which may not be known by its key yet
		said = "\x00" + c.Pointer.ticket.Name
	case c.Pointer.issue.Number > 0:
		said = "\x00" + RefTo(c.Pointer.issue, parent).line()
	default:
		said = "\x00" + c.Item.Text
	}
	return string(c.Item.Source) + "\x00" + said
}

func numbered(what string, n int) ItemKey {
	return ItemKey(digest(what, strconv.Itoa(n)))
}

// issue is what was seen of an issue.
func (d *decision) issue(key Key) (FollowUp, bool) {
	f, seen := d.tracked[key]
	return f, seen && key.Number != 0
}

func set[T comparable](all []T) map[T]bool {
	s := make(map[T]bool, len(all))
	for _, x := range all {
		s[x] = true
	}
	return s
}

// matcher holds what is left of entries and lines while rule after rule takes
// some.
type matcher struct {
	*decision
	found   []candidate
	entries []Entry
	taken   map[ItemKey]bool
	refused map[ItemKey]bool
	repeats []candidate // lines that were left out
}

func (m *matcher) take(c *candidate, e Entry) {
	m.taken[e.Key] = true
	c.Entry, c.Known = e, true
}

// open are the lines of words that no rule has recognised so far. A refused
// line is no entry's, or strangers could take one over.
func (m *matcher) open() []*candidate {
	var open []*candidate
	for i := range m.found {
		c := &m.found[i]
		if !c.Known && !c.Refers && !m.refused[c.line] {
			open = append(open, c)
		}
	}
	return open
}

// may is whether a line may become an entry's that had another: it must be known
// that its author may, also where the entry's issue is, or strangers could move
// a follow-up, rename it, and close it.
func (m *matcher) may(c *candidate, e Entry) bool {
	if m.verdict(c.line, c.Item) != Allowed {
		return false
	}
	c.reach = e.reach()
	return c.reach == "" || m.judged(c.there(c.reach)) == Allowed
}

// byReference is the first rule. Where the line of an entry's own words is
// there as well, that is the entry's, and a reference only repeats it.
func (m *matcher) byReference() {
	entries := map[Ref]Entry{}
	for _, e := range m.entries {
		if e.Opened() {
			entries[e.Issue] = e
		}
	}
	for i := range m.found {
		c := &m.found[i]
		e, found := entries[RefTo(c.Pointer.issue, m.Parent.Key.Repo)]
		if !c.Refers || c.Pointer.issue.Number == 0 || !found || m.refused[c.line] {
			continue
		}
		c.moves = e.Source != c.Item.Source
		if c.moves && c.Item.Source != FromSubIssue && !m.may(c, e) {
			continue
		}
		c.Entry, c.Known = e, true
	}
}

// bySource is the second rule: the same words in the same source. Of equal
// ones, a line that is as it was comes first, then the same number among them,
// so that a ticked line does not take the entry of its unticked twin.
func (m *matcher) bySource() {
	entries := m.byName(func(e Entry) string { return string(e.Source) })
	for _, same := range []func(candidate, Entry) bool{
		func(c candidate, e Entry) bool {
			return e.Position == c.place && e.Tail == c.tail && e.Ticked == c.Item.Ticked
		},
		func(c candidate, e Entry) bool { return e.Key == c.line },
		func(candidate, Entry) bool { return true },
	} {
		for _, c := range m.open() {
			free := m.named(entries, string(c.Item.Source), *c)
			if i := slices.IndexFunc(free, func(e Entry) bool { return same(*c, e) }); i >= 0 {
				m.take(c, free[i])
			}
		}
	}
	m.uncross()
}

// uncross gives equal lines their entries in the order in which these stood,
// where that makes no difference but to their neighbours.
func (m *matcher) uncross() {
	equal := map[Entry][]*candidate{}
	for i := range m.found {
		if c := &m.found[i]; c.Known && !c.Refers {
			alike := Entry{Source: c.Entry.Source, Words: c.Entry.Words, Tail: c.Entry.Tail, Ticked: c.Entry.Ticked}
			equal[alike] = append(equal[alike], c)
		}
	}
	for _, lines := range equal {
		entries := make([]Entry, len(lines))
		for i, c := range lines {
			entries[i] = c.Entry
		}
		slices.SortStableFunc(entries, func(a, b Entry) int { return a.Position - b.Position })
		for i, c := range lines {
			c.Entry = entries[i]
		}
	}
}

// byWords is the third rule: the same words in another source, once the old
// line is gone.
func (m *matcher) byWords() {
	entries := m.byName(func(Entry) string { return "" })
	for _, c := range m.open() {
		free := m.named(entries, "", *c)
		c.unread = slices.ContainsFunc(free, func(e Entry) bool { return e.Source == FromPage && m.PageUnread && !m.narrow() })
		if len(free) > 0 && !c.unread {
			c.moves = true
			if m.may(c, free[0]) {
				m.take(c, free[0])
			}
		}
	}
}

// twins notices new lines that say the same as one that is followed up and
// stands in another source: perhaps that one is being moved.
func (m *matcher) twins() {
	stands := map[string][]Source{}
	for _, c := range m.found {
		if c.Known && !c.Refers {
			stands[c.words] = union(stands[c.words], []Source{c.Item.Source})
		}
	}
	for _, c := range m.open() {
		c.twin = slices.ContainsFunc(stands[c.words], func(s Source) bool { return s != c.Item.Source })
	}
}

// byName are the entries by what they are looked up by.
func (m *matcher) byName(source func(Entry) string) map[string][]Entry {
	named := map[string][]Entry{}
	for _, e := range m.entries {
		if e.Words != "" {
			name := source(e) + "\x00" + e.Words
			named[name] = append(named[name], e)
		}
	}
	return named
}

// named are the entries of that name that are still free, oldest first.
func (m *matcher) named(entries map[string][]Entry, source string, c candidate) []Entry {
	var free []Entry
	for _, words := range union([]string{c.words}, c.others) {
		name := source + "\x00" + words
		entries[name] = slices.DeleteFunc(entries[name], func(e Entry) bool { return m.taken[e.Key] })
		free = append(free, entries[name]...)
	}
	return free
}

// name gives those that are new a key that nothing else has: entries keep
// theirs when their words change.
func (m *matcher) name() {
	used := map[ItemKey]bool{}
	for _, e := range m.entries {
		used[e.Key] = true
	}
	numbers := map[string]int{}
	for i := range m.found {
		if c := &m.found[i]; !c.Known {
			for what := c.equal(m.Parent.Key.Repo); used[c.Entry.Key]; numbers[what]++ {
				c.Entry.Key = numbered(what, numbers[what])
			}
			used[c.Entry.Key] = true
		}
	}
}

// distinct leaves out lines that only repeat another: a reference to an entry
// that has a line.
func (m *matcher) distinct() []candidate {
	has := map[ItemKey]bool{}
	for _, c := range m.found {
		has[c.Entry.Key] = has[c.Entry.Key] || c.Known && !c.Refers
	}
	for _, own := range []bool{true, false} { // the line that the entry had comes first
		for i := range m.found {
			c := &m.found[i]
			if c.Known && c.Refers && c.moves != own {
				c.twin = has[c.Entry.Key]
				has[c.Entry.Key] = true
			}
		}
	}
	return slices.DeleteFunc(m.found, func(c candidate) bool {
		repeats := c.Known && c.Refers && c.twin
		if repeats {
			m.repeats = append(m.repeats, c)
		}
		return repeats
	})
}
