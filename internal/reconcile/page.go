package reconcile

import (
	"context"
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

// readPage reads what is proposed on the page. A wiki that does not answer
// holds up nothing else: what was proposed there is as it was.
func (n *run) readPage(ctx context.Context) error {
	at := n.snapshot().Ledger.Page
	if !at.Made() {
		return nil
	}
	var read page
	content, _, err := n.r.Wiki.Read(ctx, n.installation, n.home(at.Repo), at.Path)
	switch {
	case isMissing(err): // people removed it
	case err != nil:
		read.unread = true
		n.r.Log.WarnContext(ctx, "what is proposed on the page could not be read", "incident", n.key, "error", err)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.page = read.saying(content)
	return nil
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

func (n *run) proposed() page {
	n.mu.Lock()
	defer n.mu.Unlock()
	return page{n.page.text, slices.Clone(n.page.items), n.page.unread}
}

func (n *run) createPage(ctx context.Context, e incident.CreatePage) error {
	if err := n.r.Wiki.Create(ctx, n.installation, n.key.Repo, e); err != nil {
		return err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.page = n.page.saying(e.Content)
	return nil
}

// linkItem appends a link to a line on the page, wherever the line stands by
// now. One that is not there any more needs none.
func (n *run) linkItem(ctx context.Context, e incident.LinkItem) error {
	return n.editPage(ctx, n.home(e.Repo), e.Path, "Link "+e.Name, func(now string) (string, bool) {
		return markdown.Link(now, func(text string) bool { return text == e.Text }, e.Name, e.URL)
	})
}

func (n *run) updatePage(ctx context.Context, e incident.UpdatePage) error {
	return n.editPage(ctx, n.key.Repo, e.Path, "Bring the facts up to date", func(now string) (string, bool) {
		return n.r.Texts.RefreshPage(now, e.View)
	})
}

// editPage changes what is there by now, and keeps what is there then. A page
// that people removed stays removed.
func (n *run) editPage(
	ctx context.Context, repo incident.Repo, path, message string, change func(string) (string, bool),
) error {
	last := ""
	err := n.r.Wiki.Edit(ctx, n.installation, repo, path, message, func(now string) (string, bool) {
		text, changed := change(now)
		last = text
		return text, changed
	})
	if err = unlessMissing(err); err != nil {
		return err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.page = n.page.saying(last)
	return nil
}
