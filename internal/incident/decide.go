package incident

import (
	"fmt"
	"slices"
	"time"
)

// Decide plans what is missing. It is a pure function of its arguments: the
// same world and time give the same plan, and when the plan's effects are in
// the world, the plan is empty.
func Decide(policy Policy, texts Texts, w World, now time.Time) Plan {
	d := newDecision(policy, w)
	d.texts, d.now = texts, now
	if why := d.idle(); why != "" {
		return Plan{Record: d.next, Idle: why, Paused: d.Repository.Archived}
	}
	d.noteUnread()
	d.learn()
	if d.labelled() {
		d.page()
		d.followUps()
		d.refreshPage()
		d.notePage()
		d.noteInternal()
		d.publish()
		d.answers()
		d.orders() // last of the answers: a label that can't be put on keeps no word back
		d.closing()
	}
	if d.labelled() && !d.undecidedTicks { // else the ticks are looked into again
		d.next.Edits, d.next.EditsAt, d.next.NoHistory = d.Edits, d.EditsAt, d.NoHistory
	}
	d.forgetSolved()
	d.noteUnanswered(w.Record)
	d.ledger().advance(w.Record.Ledger)
	return Plan{
		Record:    d.next,
		Effects:   append(d.tracker(), d.effects...),
		LookAgain: d.lookAgain(),
	}
}

// learn takes in what people wrote and commanded, and what was made.
func (d *decision) learn() {
	d.reopened()
	d.facts = d.read()
	d.adopt()
	d.recognise()
	if d.labelled() {
		d.accept()
		d.takeOff()
		d.commands()
		d.showProposed()
		d.facts = d.read() // as the commands left them
	}
}

// decision is one run of [Decide].
type decision struct {
	policy Policy
	texts  Texts
	World
	now     time.Time
	home    Repo // in whose wiki the page is, or is to be; empty for the parent's own
	facts   Facts
	next    Record
	effects []Effect
	tracked map[Key]FollowUp // what was seen, by issue
	found   []candidate      // the items that are there now
	repeats []candidate      // and those that only name what has a line
	more    bool             // there are more than are looked at
	lines   []candidate      // those of them that are followed up
	waiting int
	// proposed are the lines on the page that wait to be accepted, and untaken
	// is how many can't be, since fewer people may read the page.
	proposed []candidate
	untaken  int
	// blocks are Hindsight's own parts of the page, as it was read.
	blocks []PageBlock
	// rowsLeft is how many rows the timeline has no room for.
	rowsLeft int
	// unread is true while the page can't be read: PageUnread is true also where
	// its lines are left alone.
	unread bool
	// notesToCome are the notes that the page's timeline is about to gain.
	notesToCome map[ItemKey]bool
	// twinsLeft is how many follow-ups are beside others for one item, and are left.
	twinsLeft int
	// vain is true while a line names a ticket that is not there.
	vain bool
	// pending are the items for which something is left to do in Jira.
	pending map[ItemKey]bool
	// undecided is true while an item is neither allowed nor denied.
	undecided bool
	// unsure is true while an item is not known to be a new one that counts.
	unsure bool
	// unanswered is true while GitHub has not answered what has to be known.
	unanswered bool
	// undecidedTicks is true while that is so of a tick in the tracker.
	undecidedTicks bool
	soonest        time.Time // when time alone changes what is planned
}

func newDecision(policy Policy, w World) decision {
	d := decision{
		policy: policy, World: w, next: w.Record.Clone(), tracked: map[Key]FollowUp{}, pending: map[ItemKey]bool{},
	}
	for _, f := range w.FollowUps {
		d.tracked[f.Issue] = f
	}
	d.home, d.unread = WikiOf(policy, w), w.PageUnread
	if d.narrow() {
		d.leaveProposed()
	}
	return d
}

func (d *decision) ledger() *Ledger { return &d.next.Ledger }

func (d *decision) labelled() bool { return HasLabel(d.Parent.Labels, d.policy.Label) }

// idle says why nothing may be done. Closed is the default: without the
// label, put on by somebody who may, nothing is made or posted.
func (d *decision) idle() string {
	switch {
	case d.Repository.Archived:
		return "the repository is archived: nothing can be written"
	case d.Foreign:
		return "it came here from another repository, which is not followed yet"
	case !d.ledger().Accepted.At.IsZero():
		return ""
	case !d.labelled():
		return fmt.Sprintf("the label %q is not on it", d.policy.Label)
	}
	line, who := d.labelling()
	switch {
	case d.policy.trusts(who) || d.Verdicts[line] == Allowed:
		d.ledger().Accepted = d.acceptance(who)
		return ""
	case who.Bot:
		return fmt.Sprintf("the label was put on by the app %s, which the configuration does not name", who.Login)
	case who.Login == "":
		return "whoever started it has no account any more: it starts when somebody with triage permission labels it"
	case d.Verdicts[line] == Denied:
		d.refuse(line)
	}
	if slices.Contains(d.ledger().Refused, line) {
		return fmt.Sprintf("the label was put on by %s, who has no triage permission: "+
			"it starts when somebody with triage permission puts it on again", who.Login)
	}
	return fmt.Sprintf("whether %s may start an incident is not known yet", who.Login)
}

// acceptance is when the label counted: since it was put on, by GitHub's word.
func (d *decision) acceptance(who Actor) Acceptance {
	at := d.Labelling.At
	if at.IsZero() {
		at = d.now
	}
	return Acceptance{By: who.Login, At: at.UTC().Truncate(time.Second)}
}

// reopened notices that the parent was opened again by a person: then it is
// not resolved any more, and Hindsight never closes it.
func (d *decision) reopened() {
	c := &d.ledger().Closing
	open := d.Parent.State == Open
	if open && (c.Seen || d.Parent.Reopened) {
		if c.Seen {
			d.ledger().Told.Resolved = time.Time{}
		}
		c.Shut = true
	}
	c.Seen = !open
}

// read takes the facts from the parent, and from what people said of it.
func (d *decision) read() Facts {
	p, told := d.Parent, d.ledger().Told
	_, named := d.policy.worst(p.Labels)
	f := Facts{
		ID: ID{d.Repository.ID, p.Key.Number}, Key: p.Key, Title: p.Title, URL: p.URL,
		Severity: d.severity(d.policy), Guessed: !named,
		Started: p.CreatedAt, Detected: told.Detected, Resolved: told.Resolved, Owner: told.Owner,
		Roles: Roles{told.Commander, told.Scribe, told.Liaison, told.Responders},
		Wiki:  d.home, Private: d.Repository.Private, Security: HasLabel(p.Labels, d.policy.SecurityLabel),
	}
	if !told.Started.IsZero() {
		f.Started = told.Started
	}
	if f.Resolved.IsZero() && p.State != Open {
		f.Resolved = p.ClosedAt
	}
	if f.Owner == "" && len(p.Assignees) > 0 {
		f.Owner = p.Assignees[0]
	}
	f.Date = d.today(f.Started)
	if d.ledger().Page.Made() {
		f.PageLink = d.pageLink()
	}
	return f
}

// today is the midnight with which the day of t begins, in the team's zone.
func (d *decision) today(t time.Time) time.Time {
	return moments(civil(t.In(d.policy.Zone)), d.policy.Zone)[0]
}

// adopt takes into the ledger what the world shows to have been made: after
// a crash, or when the database is gone, the world knows better.
func (d *decision) adopt() {
	l := d.ledger()
	if d.TrackerGone && l.TrackerID != 0 {
		l.TrackerID, l.Removals = 0, l.Removals+1
	}
	if len(d.Trackers) > 0 {
		l.TrackerID = d.Trackers[0].ID
	}
	if len(d.Closings) > 0 { // what it says counts, not what was remembered
		l.Closing.CommentID, l.Closing.Complete = d.Closings[0].ID, d.Closings[0].Complete
	}
	for _, f := range d.FollowUps {
		if f.Item != "" {
			d.adoptFollowUp(f)
		}
	}
	d.noteGone()
	d.next.Opening = slices.DeleteFunc(slices.Clone(d.next.Opening), func(k ItemKey) bool {
		e := l.Entry(k)
		return e != nil && e.Opened()
	})
}

// followUp is what was seen of an entry's issue.
func (d *decision) followUp(issue Ref) (FollowUp, bool) {
	f, seen := d.tracked[issue.In(d.Parent.Key.Repo)]
	return f, seen
}

// plan adds an effect, unless its part has effects under way or must wait.
func (d *decision) plan(e Effect) {
	part := e.Part()
	if item, ok := ticketItem(e); ok {
		d.pending[item] = true
	}
	if d.Busy[part] || d.next.Problems[part].NotBefore.After(d.now) {
		return
	}
	d.effects = append(d.effects, e)
}

// forgetSolved drops the problems of parts that have nothing left to do.
func (d *decision) forgetSolved() {
	for part := range d.next.Problems {
		if part != TrackerPart && !d.Busy[part] && !d.held(part) && !d.wants(part) {
			delete(d.next.Problems, part)
		}
	}
}

// underWay is whether a part is about to do something, or is doing it. One that
// failed in this run is not: whoever waited for it would wait for good.
func (d *decision) underWay(part Part) bool {
	return d.wants(part) || d.Busy[part] && !d.Failed[part]
}

func (d *decision) held(part Part) bool { return d.next.Problems[part].NotBefore.After(d.now) }

func (d *decision) wants(part Part) bool {
	return slices.ContainsFunc(d.effects, func(e Effect) bool { return e.Part() == part })
}

// No webhook tells that a wiki was switched on, or who may read another
// repository by now, so it is looked for: often while the incident is fresh.
const (
	wikiEvery = time.Hour
	wikiFor   = 7 * 24 * time.Hour
	wikiLater = 24 * time.Hour
	// checkEvery is how soon a page that could not be checked is looked at again.
	checkEvery = 10 * time.Minute
	// Where more has to be known than is asked for in one look, the next one
	// goes on: soon at first, and later where none of what was learned was of
	// use.
	unansweredSoonest = time.Minute
	unansweredLatest  = time.Hour
)

// noteUnanswered remembers since when questions have been left open, and
// nothing was taken in. What failed is tried again in its own time.
func (d *decision) noteUnanswered(before Record) {
	switch l := d.ledger(); {
	case !d.unanswered || d.Busy[FollowUpsPart]:
		d.next.Unanswered = time.Time{}
	case before.Unanswered.IsZero(), len(l.Items)+len(l.Ran) > len(before.Ledger.Items)+len(before.Ledger.Ran):
		d.next.Unanswered = d.now
	}
}

// lookAgain is the earliest time at which time alone may change the plan.
func (d *decision) lookAgain() time.Time {
	if d.labelled() && d.waitsForWiki() {
		d.atLatest(d.wikiAgain())
	}
	if d.labelled() {
		d.atLatest(d.happenedAgain())
		d.seekAgain()
	}
	if d.labelled() && !d.ledger().Closing.Complete {
		d.atLatest(d.next.PageUnread.RetryAt)
		d.atLatest(d.next.EventsUnread.RetryAt)
	}
	if d.labelled() && d.vain { // it may be opened yet, of which nobody tells
		d.atLatest(d.wikiAgain())
	}
	if since := d.next.Unanswered; !since.IsZero() {
		d.atLatest(d.now.Add(min(max(d.now.Sub(since), unansweredSoonest), unansweredLatest)))
	}
	for _, p := range d.next.Problems {
		d.atLatest(p.RetryAt)
	}
	if d.labelled() && len(d.next.TakenOff) > 0 {
		d.atLatest(d.next.TakenOff[0].At.Add(takenOffFor))
	}
	return d.soonest
}

// wikiAgain is when a wiki that is waited for is looked at without news. What is
// complete is not worth it for ever.
func (d *decision) wikiAgain() time.Time {
	switch {
	case d.now.Before(d.facts.Started.Add(wikiFor)):
		return d.now.Add(wikiEvery)
	case d.ledger().Closing.Complete:
		return time.Time{}
	}
	return d.now.Add(wikiLater)
}

// atLatest has the next look come at t, or sooner.
func (d *decision) atLatest(t time.Time) {
	if !t.IsZero() && (d.soonest.IsZero() || t.Before(d.soonest)) {
		d.soonest = t
	}
}
