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
}

// readPage reads the page, if it is this incident's. A wiki that does not
// answer holds up nothing else: what was proposed there is as it was.
func (n *run) readPage(ctx context.Context) error {
	at := n.snapshot().Ledger.Page
	if !at.Made() {
		return nil
	}
	var read page
	text, err := n.readWiki(ctx, n.home(at.Repo), at.Path)
	if err != nil {
		read.unread = true
		n.r.Log.WarnContext(ctx, "the page could not be read", "incident", n.key, "error", err)
	}
	if !n.isMyPage(text) {
		text = ""
	}
	n.keepPage(read.saying(text))
	return nil
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
	return page{n.page.text, slices.Clone(n.page.items), n.page.unread}
}
