package incident

import "slices"

// What waits for Jira waits alone, and people are told since when and why.

// rests is whether nothing is to be asked or done at a site now.
func (d *decision) rests(site Repo) bool {
	return d.Busy[JiraPart(site)] || d.held(JiraPart(site))
}

// troubled is whether that is because something failed there.
func (d *decision) troubled(site Repo) bool {
	return d.Failed[JiraPart(site)] || d.held(JiraPart(site))
}

// sought is whether a ticket may have been opened at a site of which nothing is
// known: then nothing is opened there, or it might be there twice.
func (d *decision) sought(site Repo) bool {
	return slices.ContainsFunc(d.next.Seeks, func(s Seek) bool { return s.Site == site })
}

// fallsBack is whether an item has waited for Jira for as long as the team wants
// to: then an issue is opened instead. A ticket that turns up later is closed as
// its duplicate.
func (d *decision) fallsBack(item ItemKey) bool {
	stuck, is := d.next.Stuck[item]
	return is && d.policy.Fallback > 0 && !d.now.Before(stuck.Since.Add(d.policy.Fallback))
}

// fallBackAt has the item be looked at when it has waited long enough.
func (d *decision) fallBackAt(item ItemKey) {
	if stuck, is := d.next.Stuck[item]; is && d.policy.Fallback > 0 {
		d.atLatest(stuck.Since.Add(d.policy.Fallback))
	}
}

// forgetStuck forgets what does not wait for Jira any more. What waits for GitHub
// by now is remembered, or it would wait for Jira again; so is an item whose line
// can't be read just now.
func (d *decision) forgetStuck() {
	read := map[ItemKey]bool{}
	for _, c := range d.lines {
		read[c.Entry.Key] = true
	}
	for item := range d.next.Stuck {
		e := d.ledger().Entry(item)
		waits := e != nil && !e.Opened() && (!read[item] || d.fallsBack(item))
		if !waits && !d.pending[item] {
			delete(d.next.Stuck, item)
		}
	}
	for item := range d.next.Declined {
		if e := d.ledger().Entry(item); e == nil || !e.Issue.Repo.Jira() {
			delete(d.next.Declined, item)
		}
	}
}
