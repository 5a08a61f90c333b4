package reconcile

import (
	"context"
	"fmt"
	"slices"

	"hindsight/internal/incident"
	"hindsight/internal/markdown"
)

// page is the post-mortem page, and what is proposed there.
type page struct {
	text   string
	items  []incident.Item
	unread bool // it is not known what stands there
	// why is what has to be mended before it can be read: neutral Markdown, or "".
	why  string
	gone bool // it is not there, or another one is in its place
}

// readPage reads the page, if it is this incident's. A wiki that does not
// answer holds up nothing else: the rules keep what they know of the page.
func (n *run) readPage(ctx context.Context, parent incident.Issue) error {
	wiki := n.wikiOf(parent)
	place, err := n.wikiPlace(ctx, wiki)
	if err != nil {
		return err
	}
	if err = n.rememberWiki(ctx, wiki, place); err != nil {
		return err
	}
	at := n.snapshot().Ledger.Page
	switch {
	case !at.Made():
		return nil
	case place.Repository.ID == 0: // nobody's that is known here
		n.keepPage(page{unread: true})
		return nil
	}
	text, err := n.readWiki(ctx, wiki, at.Path)
	switch {
	case err != nil:
		n.r.Log.WarnContext(ctx, "the page could not be read", "incident", n.key, "error", err)
		why, _ := whyUnknown(err)
		n.keepPage(page{unread: true, why: why})
	case !n.isMyPage(text):
		n.keepPage(page{gone: true})
	default:
		n.keepPage(page{}.saying(text))
	}
	return nil
}

// wikiOf is the repository in whose wiki the page is, or is to be.
func (n *run) wikiOf(parent incident.Issue) incident.Repo {
	return n.home(incident.WikiOf(n.policy(), incident.World{Parent: parent, Record: n.snapshot()}))
}

// rememberWiki keeps that news of another repository's wiki are news for the
// incident; and of any, that it has an index.
func (n *run) rememberWiki(ctx context.Context, wiki incident.Repo, place incident.Place) error {
	if n.dry {
		return nil
	}
	if wiki != n.key.Repo && wiki.Owner() == n.key.Repo.Owner() {
		if err := n.r.Memory.SaveWiki(ctx, n.key, wiki, true); err != nil {
			return fmt.Errorf("remember whose wiki the page of %s is in: %w", n.key, err)
		}
	}
	return n.rememberIndex(ctx, wiki, place.Repository.ID != 0 && n.hasRow())
}

// readWiki is what stands in a wiki at the path, "" for nothing; the tip is
// kept, so that a change that follows need not ask for it again.
func (n *run) readWiki(ctx context.Context, repo incident.Repo, path string) (string, error) {
	pages, tip, err := n.r.Wiki.Read(ctx, n.installation, repo, path)
	if err != nil {
		return "", fmt.Errorf("read %q in the wiki of %s: %w", path, repo, err)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.tips[repo] = tip
	return pages[path], nil
}

// isMyPage is whether a page carries this incident's marker. Which page is
// named is told by a ledger that people can edit: without the marker they could
// have any page read to them that the App can see.
func (n *run) isMyPage(text string) bool {
	of, ok := n.r.Texts.ReadPage(text)
	return ok && n.isMe(of)
}

// saying is the page with another text.
func (p page) saying(text string) page {
	p.text, p.items = text, nil
	for _, l := range markdown.Proposed(text) {
		p.items = append(p.items, incident.Item{
			Source: incident.FromPage, Text: l.Text, Ticked: l.Ticked, Linked: l.Linked,
		})
	}
	return p
}

func (n *run) keepPage(p page) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.page = p
}

func (n *run) proposed() page {
	n.mu.Lock()
	defer n.mu.Unlock()
	p := n.page
	p.items = slices.Clone(p.items)
	return p
}
