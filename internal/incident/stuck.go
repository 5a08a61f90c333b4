package incident

import (
	"slices"
	"strings"
)

// What waits for Jira waits alone, and people are told since when and why.

// rests is whether nothing is to be asked or done at a site now.
func (d *decision) rests(site Repo) bool {
	return d.Busy[JiraPart(site)] || d.held(JiraPart(site))
}

// troubled is whether that is because something failed there.
func (d *decision) troubled(site Repo) bool {
	return d.Failed[JiraPart(site)] || d.held(JiraPart(site))
}

// siteNotices say of each site what is wrong with it: one sentence, from what was
// tried for this incident, or from what is known for all.
func (d *decision) siteNotices() []string {
	var notices []string
	for _, site := range d.sites() {
		p, trouble := d.next.Problems[JiraPart(site)], d.Troubles[site]
		passing := strings.HasPrefix(p.Text, JiraPart(site).failing())
		switch {
		case d.takenAway(site):
			notices = append(notices, "Tickets at "+code(site.Address())+" are not followed any more: the operator does not let "+
				"this repository's owner use that Jira site, so they are shown as they were. Ask whoever runs Hindsight, or write down here what is left to do.")
		case p.Show && (!passing || trouble == ""):
			notices = append(notices, d.unlessHidden(site, p.Text))
		case trouble != "" && d.concerns(site):
			notices = append(notices, d.unlessHidden(site, trouble))
		}
	}
	return notices
}

// takenAway is whether there are open tickets at a site of which nothing may be
// used any more.
func (d *decision) takenAway(site Repo) bool {
	return d.openAt(site) && !slices.ContainsFunc(d.Projects, func(p Project) bool { return p.Site == site })
}

// concerns is whether the incident has an open ticket at a site, or a line that
// waits to become one.
func (d *decision) concerns(site Repo) bool {
	return d.openAt(site) || slices.ContainsFunc(d.lines, func(c candidate) bool {
		e := d.ledger().Entry(c.Entry.Key)
		return c.Jira && c.Project.Site == site && e != nil && !e.Opened() && !c.Item.Ticked
	})
}

func (d *decision) openAt(site Repo) bool {
	return slices.ContainsFunc(d.ledger().Items, func(e Entry) bool {
		f, seen := d.followUp(e.Issue)
		return e.Issue.Repo == site && (!seen || f.State == Open)
	})
}

// unlessHidden is what is wrong with a site as the tracker may say it: what Jira says
// only where no more people read it than there. What we say ourselves names the
// site, as the addresses of its tickets do.
func (d *decision) unlessHidden(site Repo, text string) string {
	ours := text == silence(site) || strings.HasPrefix(text, JiraPart(site).failing())
	if ours || !d.hides(site) {
		return text
	}
	return "Jira at " + code(site.Address()) + " refuses what Hindsight asks of it, and why is not shown to everybody: " +
		"whoever runs Hindsight finds it in the log."
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
