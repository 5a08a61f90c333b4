package incident

// reach is the other repository in which people need a say to change the entry's
// follow-up; none for a ticket, where the operator's list of projects decides.
func (e Entry) reach() Repo {
	if e.Issue.Repo.Jira() {
		return ""
	}
	return e.Issue.Repo
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
	if c.Item.Source == FromPolicy {
		return Denied, "can't be opened there, since nobody answers there for standard follow-ups: they go to this repository, or to Jira."
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
