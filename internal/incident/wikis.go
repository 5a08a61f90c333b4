package incident

import "fmt"

// WikiOf is the repository in whose wiki the page is, or is to be; empty for the
// parent's own. It is chosen with the page's path. While people have to mend
// something there before the page can be made, they may name another one
// instead: then nothing was made, and it is chosen anew.
func WikiOf(policy Policy, w World) Repo {
	page := w.Record.Ledger.Page
	if page.Made() || page.Path != "" && !w.Record.Problems[PagePart].mendable() {
		return page.Repo
	}
	return policy.wikiOf(w.Parent.Key.Repo)
}

// wikiOf is the repository in whose wiki the pages of another one belong.
func (p Policy) wikiOf(parent Repo) Repo {
	if p.Wiki == parent {
		return ""
	}
	return p.Wiki
}

// mendable is whether it waits for a person.
func (p Problem) mendable() bool { return p.Show && p.NotBefore.IsZero() && p.Attempts > 0 }

// place is whose wiki the page is in, or is to be. The parent's own is as
// readable as the parent, and needs no leave.
func (d *decision) place() Place {
	if d.home == "" {
		return Place{Repository: d.Repository, Accepts: true}
	}
	return d.Wiki
}

// openPage is whether everybody can read the page.
func (d *decision) openPage() bool { return !d.place().Repository.Private }

// asks is whether what is proposed on the page waits to be accepted. Strangers
// may be allowed to edit the wiki of a public repository, and who may edit
// another one's need not have a say here; git's authors prove nothing.
func (d *decision) asks() bool { return d.home != "" || d.openPage() }

// narrow is whether people may read the parent who may not read the page.
func (d *decision) narrow() bool { return d.home != "" && d.Wiki.Narrow }

// stayed is whether the page stayed behind in another repository's wiki when
// the parent was transferred: others may read it than the parent.
func (d *decision) stayed() bool {
	page := d.ledger().Page
	return page.Made() && page.Repo != "" && page.Repo != d.policy.Wiki && page.At.Before(d.ledger().Since)
}

// kept is whether the page is there, and may be told what is new.
func (d *decision) kept() bool {
	return d.ledger().Page.Made() && !d.stayed() && d.barred() == "" && (!d.facts.Security || !d.openPage())
}

// barred says why nothing may be written to the wiki of another repository,
// and the next step: neutral Markdown, or "" where it may.
func (d *decision) barred() string {
	if d.home == "" {
		return ""
	}
	wiki, parent := "`"+string(d.home)+"`", "`"+string(d.Parent.Key.Repo)+"`"
	switch r := d.Wiki.Repository; {
	case d.home.Owner() != d.Parent.Key.Repo.Owner():
		return fmt.Sprintf("%s belongs to another account. Name a repository of this one as `postmortem.wiki`.", wiki)
	case r.ID == 0 && d.Wiki.Why != "":
		return fmt.Sprintf("the repository %s can't be looked at. %s", wiki, d.Wiki.Why)
	case r.ID == 0:
		return fmt.Sprintf("there is no repository %s, or the app is not installed in it. Install it there, or correct `postmortem.wiki`.", wiki)
	case r.Archived:
		return fmt.Sprintf("%s is archived. Unarchive it, or name another repository as `postmortem.wiki`.", wiki)
	case !r.HasWiki:
		return switchedOff(wiki)
	case !d.Wiki.Accepts && d.Wiki.Misconfigured != "":
		return fmt.Sprintf("the configuration of %s can't be used, so that nobody else may write to its wiki: %s", wiki, d.Wiki.Misconfigured)
	case !d.Wiki.Accepts:
		return fmt.Sprintf("%s does not let this repository write to its wiki. Add %s to `wiki.accepts` in its configuration.", wiki, parent)
	case d.Wiki.Exposes:
		return d.exposing(wiki)
	}
	return ""
}

func switchedOff(wiki string) string {
	return fmt.Sprintf("the wiki of %s is switched off. Switch it on in that repository's settings.", wiki)
}

// exposing is about a wiki that more people may be able to read.
func (d *decision) exposing(wiki string) string {
	if d.Wiki.Why != "" {
		return fmt.Sprintf("it is not known whether everybody who can read the wiki of %s may read this. %s", wiki, d.Wiki.Why)
	}
	return fmt.Sprintf("people can read the wiki of %s who can't read this repository. "+
		"Take their access to it away, or name another repository as `postmortem.wiki`.", wiki)
}
