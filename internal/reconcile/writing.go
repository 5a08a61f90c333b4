package reconcile

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"hindsight/internal/incident"
	"hindsight/internal/markdown"
)

// writing is one commit on the page and on the index that lists it.
type writing struct {
	repo incident.Repo // whose wiki
	path string
	// page is what the page is to say, and what the commit is about. It says ""
	// where there is nothing to be written to.
	page func(now string) (text, message string, err error)
	row  *incident.IndexRow // nil leaves the index
	// fills is whether the index is known to be empty, and to be filled anew.
	fills bool
}

// createPage writes the page, unless it is there: then only the record did not
// know. What is there of somebody else's is left alone.
func (n *run) createPage(ctx context.Context, e incident.CreatePage) (incident.Outcome, error) {
	w := writing{repo: n.home(e.Repo), path: e.Path, row: &e.Index}
	w.page = func(now string) (string, string, error) {
		switch {
		case now == "":
			return e.Content, fmt.Sprintf("Create the post-mortem of %s", n.key), nil
		case n.isMyPage(now):
			return now, fmt.Sprintf("List the post-mortem of %s", n.key), nil
		}
		return "", "", &incident.Blocked{Text: fmt.Sprintf(
			"The wiki has a page %s that is not this incident's: rename or remove it, and the post-mortem is made.",
			markdown.Code(strings.TrimSuffix(e.Path, ".md")))}
	}
	return n.write(ctx, w)
}

// updatePage changes what is there by now, and keeps what is there then. A page
// that people removed, or whose marker they took away, stays as it is.
func (n *run) updatePage(ctx context.Context, e incident.UpdatePage) (incident.Outcome, error) {
	w := writing{repo: n.home(e.Repo), path: e.Path}
	if e.IndexToo {
		w.row = &e.Index
	}
	var linked []incident.ItemKey // by the last try
	w.page = func(now string) (string, string, error) {
		if linked = nil; !n.isMyPage(now) {
			return "", "", nil
		}
		refreshed := n.r.Texts.RefreshPage(now, e.View)
		text, names := refreshed.Text, []string(nil)
		for _, l := range e.Links {
			var found bool
			if text, found = markdown.Link(text, func(line string) bool { return line == l.Text }, l.Name, l.URL); found {
				linked, names = append(linked, l.Item), append(names, l.Name)
			}
		}
		return text, message(refreshed.Changed, names), nil
	}
	out, err := n.write(ctx, w)
	out.Linked = linked
	return out, err
}

// message says what a commit changes, in our own words.
func message(blocks, links []string) string {
	var did []string
	if len(blocks) > 0 {
		did = append(did, "update "+list(blocks))
	}
	if len(links) > 0 {
		did = append(did, "link "+list(links))
	}
	if len(did) == 0 {
		did = append(did, "update the index")
	}
	all := strings.Join(did, "; ")
	return strings.ToUpper(all[:1]) + all[1:]
}

// list names things as in "a, b and c".
func list(names []string) string {
	last := len(names) - 1
	if last == 0 {
		return names[0]
	}
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

// write makes the commit. A wiki may have a page of the team's with the name of
// the index, spelled otherwise: that keeps the index back, not the page.
func (n *run) write(ctx context.Context, w writing) (incident.Outcome, error) {
	out, made, err := n.commit(ctx, w)
	if errors.Is(err, errEmptied) {
		w.fills = true
		out, made, err = n.commit(ctx, w)
	}
	if blocked := new(incident.Blocked); made && errors.As(err, &blocked) {
		since := out.IndexedSince
		w.row = nil
		out, _, err = n.commit(ctx, w)
		out.IndexLeft, out.IndexedSince = true, since
	}
	return out, err
}

// commit makes the commit; indexes is whether it was to make the index too.
func (n *run) commit(ctx context.Context, w writing) (out incident.Outcome, indexes bool, err error) {
	ix, err := n.index(ctx, w)
	if err != nil {
		return out, false, err
	}
	out.IndexedSince = ix.since
	var last string
	err = n.changeWiki(ctx, w.repo, PagesChange{
		Paths: append([]string{w.path}, ix.paths()...),
		Edit: func(now map[string]string) (map[string]string, string, error) {
			text, message, failed := w.page(now[w.path])
			if last = text; failed != nil || text == "" {
				return nil, "", failed
			}
			anew := map[string]string{}
			put(anew, now, w.path, text)
			return anew, message, ix.list(anew, now)
		},
	})
	if err != nil {
		return out, ix.made, err
	}
	n.keepPage(page{gone: last == ""}.saying(last))
	out.Indexed, out.IndexLeft = last != "", ix.left
	return out, ix.made, n.noteIndex(ctx, w.repo, ix)
}

// changeWiki makes a change on the tip that was read in this run. That counts
// once: after a change it is another.
func (n *run) changeWiki(ctx context.Context, repo incident.Repo, change PagesChange) error {
	n.mu.Lock()
	change.Base = n.tips[repo]
	delete(n.tips, repo)
	n.mu.Unlock()
	return n.r.Wiki.Change(ctx, n.installation, repo, change)
}

// put takes in what is to be there, if it is not.
func put(anew, now map[string]string, path, text string) {
	if now[path] != text {
		anew[path] = text
	}
}
