package incident

import "time"

// Unread is about something that could not be read when it was asked for last;
// the zero value is about what could. A failure to read holds up nothing, so it
// is no [Problem] of a part; but it rests longer each time as well.
type Unread struct {
	// Attempts counts those in a row at the times at which it was due. Other
	// news bring looks between, which make it no worse.
	Attempts int       `json:"attempts"`
	RetryAt  time.Time `json:"retry_at,omitzero"`
	// Text is what people are told: neutral Markdown, or "" while it may be a
	// hiccup.
	Text string `json:"text,omitempty"`
}

// again is after one more failure. Why is for what a person can mend, and is
// told at once; lasting is told of any other, once it has failed often. What was
// told stays until it works: a hiccup mends nothing.
func (u Unread) again(why, lasting string, now time.Time) Unread {
	if !now.Before(u.RetryAt) {
		u.RetryAt = now.Add(rest(blockedRest, longestWait, u.Attempts))
		u.Attempts++
	}
	switch {
	case why != "":
		u.Text = why
	case u.Text == "" && u.Attempts >= showAfter:
		u.Text = lasting
	}
	return u
}

// noteUnread counts what could not be read.
func (d *decision) noteUnread() {
	page, events := d.next.PageUnread, d.next.EventsUnread
	d.next.PageUnread, d.next.EventsUnread = Unread{}, Unread{}
	if d.unread {
		d.next.PageUnread = page.again(d.unreadWhy(), "It is tried again by itself; the server's log says more.", d.now)
	}
	switch {
	case d.EventsUnread == "":
	case d.EventsPass:
		d.next.EventsUnread = events.again("", d.EventsUnread, d.now)
	default:
		d.next.EventsUnread = events.again(d.EventsUnread, "", d.now)
	}
}

// unreadWhy is why the page can't be read until a person mends something, and
// the next step: neutral Markdown, or "" for what may pass by itself.
func (d *decision) unreadWhy() string {
	switch barred := d.barred(); {
	case barred != "":
		return capital(barred)
	case !d.place().Repository.HasWiki:
		return capital(switchedOff("`" + string(d.Parent.Key.Repo) + "`"))
	}
	return d.PageWhy
}

// unreadableError says that the page can't be read until a person mends what
// the rest says: neutral Markdown.
type unreadableError struct{ why string }

func (unreadableError) Error() string { return "the page can't be read" }

// untilRead is why a command about the page can't be carried out while it is
// unread: it fails where people have to mend something first, else it waits.
func (d *decision) untilRead() error {
	if why := d.unreadWhy(); why != "" {
		return unreadableError{why}
	}
	return d.nextReading()
}

// nextReading has a command wait until the page is read again.
func (d *decision) nextReading() error { return notYetError{d.next.PageUnread.RetryAt.Sub(d.now)} }

// PageSeen is what the tracker says of the page, as it was read last: while it
// can't be read again, that stays.
type PageSeen struct {
	Gone   bool        `json:"gone,omitempty"`
	Blocks []PageBlock `json:"blocks,omitempty"`
	// Serious counts what should not stand there; see [TrackerView].
	Serious int `json:"serious,omitempty"`
	// Proposed are the lines that are shown to wait to be accepted, not neutral,
	// and Untaken is how many lines can't be.
	Proposed []string `json:"proposed,omitempty"`
	Untaken  int      `json:"untaken,omitempty"`
}

// notePage keeps in mind what was read.
func (d *decision) notePage() {
	if d.unread {
		return
	}
	d.next.PageSeen = PageSeen{
		Gone: d.PageGone, Blocks: d.blocks, Serious: d.serious(),
		Proposed: upTo(d.proposedTexts(), ProposedShown), Untaken: d.untaken,
	}
}

// recallPage has the page be as it was, while it can't be read.
func (d *decision) recallPage() {
	seen := d.next.PageSeen
	d.PageGone, d.blocks = seen.Gone, seen.Blocks
	if d.narrow() {
		d.untaken = seen.Untaken
	}
}

// serious counts what should not stand on a page that everybody can read. While
// the page, or what is wrong with it, is not known, it is as it was.
func (d *decision) serious() int {
	if made := d.ledger().Page.Made(); made && d.openPage() && !d.PageGone && (d.unread || !d.Checked) {
		return d.next.PageSeen.Serious
	}
	return d.exposed()
}
