package incident

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// The page goes out by command only: its copy in a public wiki is written when
// somebody with write permission orders it, and what changes on the page later
// waits for the next order. What keeps a page back is looked at when it is
// ordered, when the answer is a reply; and once more when it is done, when the
// page may be another one: then the order waits, and the tracker says why.

// wordCheck and its like are what follows "/postmortem" in commands that others
// than their readers know of.
const (
	wordCheck     = "check"
	wordPublish   = "publish"
	wordUnpublish = "unpublish"
)

// An order that waits is looked at again, since no news may come of what has
// changed in another repository: often at first.
const (
	publishEvery = time.Hour
	publishFor   = 7 * 24 * time.Hour
	publishLater = 24 * time.Hour
)

// CheckCustomer is the check that goes by the list of customers' names.
const CheckCustomer = "customer"

// is whether an order is "/postmortem" and one of the words.
func (o order) is(words ...string) bool {
	return o.Name == namePostmortem && slices.Contains(words, o.word)
}

// writing is the line under which it is known whether who gave an order may
// write in the parent's repository.
func (o order) writing() ItemKey { return ItemKey(digest(string(o.key), "write")) }

// ShowcaseWanted is whether the rules have to know of the public wiki, and of
// the page's copy, before they decide: while something is ordered, and while a
// reply says why it can't be done.
func ShowcaseWanted(w World) bool {
	l := w.Record.Ledger
	ran, refused := set(l.Ran), set(l.Refused)
	return l.Copy.Want != "" || slices.ContainsFunc(w.given(), func(o order) bool {
		return o.is(wordPublish, wordUnpublish) && !ran[o.key] && !refused[o.key] && !refused[o.writing()]
	})
}

// readCheck has nothing to carry out: the answer is a reply, once it is known
// what stands on the page.
func readCheck(d *decision, o order) (func(), error) {
	err := o.alone()
	if err == nil {
		err = d.pageKnown()
	}
	if err != nil {
		return nil, err
	}
	return func() {}, nil
}

// pageKnown is nil when it is known what stands on the page, and what is wrong
// with it.
func (d *decision) pageKnown() error {
	switch {
	case !d.ledger().Page.Made():
		return errors.New("there is no post-mortem page yet: the tracker says why")
	case d.unread:
		return d.untilRead()
	case d.PageGone:
		return errors.New("the page is not there any more, or another one is in its place: put it back from the wiki's history")
	case d.Page == "", !d.Checked:
		return notYetError{checkEvery}
	}
	return nil
}

// readPublish orders the copy, if there is nothing that keeps the page back.
func readPublish(d *decision, o order) (func(), error) {
	err := o.alone()
	if err == nil {
		err = d.mayWrite(o)
	}
	if err == nil {
		err = d.publishable()
	}
	if err == nil {
		err = d.copyElsewhere()
	}
	if err != nil {
		return nil, err
	}
	return func() {
		c := &d.ledger().Copy
		if !c.made() || c.Repo != d.policy.Showcase || !c.of(d.facts.ID) {
			*c = Copy{Repo: d.policy.Showcase, Path: copyPath(d.facts)}
		}
		c.Want, c.Ordered, c.Words = Publish, d.now.UTC().Truncate(time.Second), d.publicWords()
	}, nil
}

// mayWrite is nil for somebody who may write in the parent's repository. Who
// edits another's comment has that permission.
func (d *decision) mayWrite(o order) error {
	if o.Author.Bot { // the configuration names it for triage
		return errors.New("an app can't publish: ask a person who has write permission here")
	}
	switch d.verdict(o.writing(), Item{Author: o.Author}) {
	case Allowed:
		return nil
	case Unknown:
		if slices.Contains(d.ledger().Failed, o.key) { // for another reason: nobody is asked again
			return nil
		}
		d.unanswered = true
		return notYetError{}
	case Denied:
		d.refuse(o.writing())
	}
	return errors.New("publishing needs write permission here: ask somebody who has it to write it in a new comment")
}

// publishable is why the page can't be published now, for people, or nil.
func (d *decision) publishable() error {
	if d.facts.Security {
		return errors.New("a security incident is not published")
	}
	err := d.showcaseUsable()
	if err == nil {
		err = d.pageKnown()
	}
	switch {
	case err != nil:
		return err
	case !d.texts.HasPublic(d.Page):
		return errors.New("no section of the page is marked as public, or those that are say nothing: " +
			"write «<!-- public -->» right under the headings of those that may go out")
	}
	return d.keptBackBy()
}

// showcaseUsable is nil when copies can be written to the wiki that the
// configuration names. Whether everybody can read it is the team's to know.
func (d *decision) showcaseUsable() error {
	in, at := d.policy.Showcase, d.Showcase.Repository
	switch {
	case in == "":
		return errors.New("no public wiki is named: name its repository in the configuration, under «postmortem.publish_to»")
	case d.Busy[PublishPart]: // it is not known, or a copy is being written
		return notYetError{}
	case at.ID == 0:
		return fmt.Errorf("«%s», which the configuration names, can't be seen: correct the name to one of the same owner, "+
			"or install the app there", in)
	case at.Archived:
		return fmt.Errorf("«%s», whose wiki the configuration names, is archived: name another repository", in)
	case !at.HasWiki:
		return fmt.Errorf("«%s», which the configuration names, has no wiki: switch it on in its settings", in)
	case !d.Showcase.Accepts:
		return fmt.Errorf("«%s» does not accept pages from here: list «%s» in its configuration, under «wiki.accepts»",
			in, d.Parent.Key.Repo)
	}
	return nil
}

// findingsNamed is how many findings a sentence names.
const findingsNamed = 5

// keptBackBy are the serious findings in what would go out. They say where, and
// never what stands there.
func (d *decision) keptBackBy() error {
	var places []string
	found := 0
	for _, f := range d.Findings {
		if !f.Serious || !f.Public {
			continue
		}
		found++
		place := fmt.Sprintf("line %d («%s»)", f.Line, f.Rule)
		if d.narrow() || d.tells(f) {
			place = fmt.Sprintf("«%s»", f.Rule)
		}
		places = union(places, []string{place})
	}
	more := len(places) - findingsNamed
	switch {
	case found == 0:
		return d.copyKeptBackBy()
	case more > 0:
		places = append(places[:findingsNamed], fmt.Sprintf("and %d more", more))
	}
	what := "serious findings stand"
	if found == 1 {
		what = "serious finding stands"
	}
	return fmt.Errorf("%d %s in public sections, in %s: mend what stands there, or mark the section «<!-- internal -->»",
		found, what, strings.Join(places, ", "))
}

// copyKeptBackBy are the serious findings that only show when the page's
// comments and markup are gone.
func (d *decision) copyKeptBackBy() error {
	var rules []string
	for _, f := range d.CopyFindings {
		rules = append(rules, "«"+f.Rule+"»")
	}
	switch len(rules) {
	case 0:
		return nil
	case 1:
		rules[0] = "the serious finding " + rules[0] + " appears"
	default:
		rules[0] = "the serious findings " + rules[0]
		rules[len(rules)-1] += " appear"
	}
	return fmt.Errorf("%s in what would be published: it is put together from what comments, tags, escapes or links "+
		"take apart in a public section: write that anew, or mark the section «<!-- internal -->»", strings.Join(rules, ", "))
}

// copyElsewhere is an error while a copy is out that would be left behind.
func (d *decision) copyElsewhere() error {
	switch c := d.ledger().Copy; {
	case !c.made() || d.Shown == "":
		return nil
	case !c.of(d.facts.ID):
		return c.leftBehind()
	case c.Repo != d.policy.Showcase:
		return fmt.Errorf("its copy is still in the wiki of «%s», which the configuration named before: "+
			"withdraw it by «/postmortem unpublish» first", c.Repo)
	}
	return nil
}

// readUnpublish orders that the copy be removed. One that is being written, or
// perhaps was, is removed as well.
func readUnpublish(d *decision, o order) (func(), error) {
	if err := o.alone(); err != nil {
		return nil, err
	}
	c, nothing := d.ledger().Copy, errors.New("there is no copy of the page in a public wiki: nothing was done")
	switch {
	case c.Path == "":
		return nil, nothing
	case c.of(d.facts.ID):
		return func() {
			c := &d.ledger().Copy
			c.Want, c.Ordered, c.Words = Withdraw, time.Time{}, ""
		}, nil
	case d.Busy[PublishPart]: // what is there is not known
		return nil, notYetError{}
	case d.Shown == "":
		return func() { d.ledger().Copy = Copy{} }, nothing
	}
	return nil, c.leftBehind()
}

// copyPending is whether an order about the copy is not carried out yet. One
// that a later order takes the place of is not waited for.
func copyPending(want CopyOrder) func(*decision, order) bool {
	return func(d *decision, _ order) bool { return d.ledger().Copy.Want == want }
}

// publish carries out what was ordered of the copy. The page comes first: what
// goes out is to be up to date.
func (d *decision) publish() {
	c := &d.ledger().Copy
	switch {
	case c.Want != "" && (!c.of(d.facts.ID) || c.Repo.Owner() != d.Parent.Key.Repo.Owner()): // by no order that was given here
		c.Want, c.Ordered, c.Words = "", time.Time{}, ""
	case c.Want == Withdraw:
		d.plan(WithdrawPage{Repo: c.Repo, Path: c.Path})
	case c.Want == Publish:
		d.atLatest(d.publishAgain())
		if d.keptBack() == nil && !d.underWay(PagePart) {
			d.plan(PublishPage{Repo: c.Repo, Path: c.Path, Page: d.Page, View: d.pageView(nil)})
		}
	}
}

// publishAgain is when an order that waits is looked at without news.
func (d *decision) publishAgain() time.Time {
	if d.now.Before(d.ledger().Copy.Ordered.Add(publishFor)) {
		return d.now.Add(publishEvery)
	}
	return d.now.Add(publishLater)
}

// keptBack is why an order to publish waits, or nil.
func (d *decision) keptBack() error {
	if err := d.publishable(); err != nil {
		return err
	}
	if d.ledger().Copy.Repo != d.policy.Showcase {
		return errors.New("the configuration names another wiki than when it was ordered: write «/postmortem publish» again")
	}
	if d.ledger().Copy.Words != d.publicWords() {
		return errors.New("what would go out has changed since it was ordered: read it, and write «/postmortem publish» again")
	}
	return nil
}

// publicWords is a digest of what people wrote that would go out.
func (d *decision) publicWords() string { return digest("public", d.texts.PublicWords(d.Page)) }

// publishNotices say why an order to publish waits: mostly people can mend it.
func (d *decision) publishNotices() []string {
	if d.ledger().Copy.Want != Publish || !d.labelled() {
		return nil
	}
	why := d.publishWaits()
	if why == "" {
		return nil
	}
	return []string{"Publishing the page waits: " + why + ". It goes on by itself; `/postmortem unpublish` takes the order back."}
}

// publishWaits is what an order to publish waits for: neutral Markdown, or ""
// where it goes out in a moment, or the trouble is the public wiki's, which is
// told anyway.
func (d *decision) publishWaits() string {
	err := d.keptBack()
	switch {
	case err == nil, d.Busy[PublishPart]:
		return ""
	case !errors.As(err, new(notYetError)):
		// What is quoted are names of repositories and our own words: neutral as code.
		return strings.NewReplacer("«", "`", "»", "`").Replace(err.Error())
	case d.Page == "":
		return "the page can't be read just now"
	}
	return "the page can't be checked just now, since the list of customers' names can't be read"
}

// exposed counts what should not stand on a page that everybody can read. What
// is merely unfinished is for whoever asks: each draft is.
func (d *decision) exposed() (serious int) {
	if !d.openPage() || d.pageKnown() != nil {
		return 0
	}
	for _, f := range d.Findings {
		if f.Serious && !d.tells(f) {
			serious++
		}
	}
	return serious
}

// tells is whether a finding would tell everybody that somebody is a customer:
// who may edit a public page could find out so who is on the list.
func (d *decision) tells(f Finding) bool { return f.Rule == CheckCustomer && !d.Repository.Private }

// checkView is what may be said of the page where the parent is read. Of a page
// that fewer people may read, that is how much was found, and nothing more.
func (d *decision) checkView() *CheckView {
	v := &CheckView{PageLink: d.facts.PageLink, Counts: d.narrow(), Unnamed: !d.Repository.Private}
	for _, f := range d.Findings {
		if !d.tells(f) {
			v.Findings = append(v.Findings, f)
		}
	}
	return v
}
