package incident

// readByAll is whether the page stands where everybody can read it, as far as is
// known.
func (d *decision) readByAll() bool {
	return d.ledger().Page.Made() && !d.PageGone && d.place().Repository.ID != 0 && d.openPage()
}

// noteInternal keeps in mind whether internal sections stand where they were
// never meant to: while the page can't be read, that is as it was.
func (d *decision) noteInternal() {
	switch {
	case !d.readByAll() || !d.ledger().Page.Private:
		d.next.InternalLeft = false
	case d.Page != "":
		d.next.InternalLeft = d.texts.HasInternal(d.Page)
	}
}

// openNotice is about a page that more people can read than it was made for:
// nothing that the app does takes back what they have read.
func (d *decision) openNotice() string {
	switch {
	case d.readByAll() && d.facts.Security:
		return "Everybody can read the post-mortem page, and this is a security incident by now: it is not kept up to date. " +
			"Delete the page in the wiki. Its history there keeps what it said, so change the secrets that it told."
	case d.next.InternalLeft:
		return "Everybody can read the post-mortem page by now, also its sections marked `<!-- internal -->`, which were written when that was not so. " +
			"Take these sections out of the page. Its history in the wiki keeps them, so change the secrets that they told."
	}
	return ""
}

// copyNotice is about what was published before the incident was marked as one
// of security.
func (d *decision) copyNotice() string {
	if c := d.ledger().Copy; !d.facts.Security || !c.made() || !c.of(d.facts.ID) || c.Want == Withdraw {
		return ""
	}
	return "A copy of the post-mortem page is published, and this is a security incident by now: `/postmortem unpublish` removes it. " +
		"The public wiki's history keeps what it said, so change the secrets that it told."
}
