package reconcile

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"hindsight/internal/incident"
	"hindsight/internal/markdown"
)

// publishPage writes the copy of the page, over the one that is there if that
// is as we wrote it. It is looked through once more as it goes out.
func (n *run) publishPage(ctx context.Context, e incident.PublishPage) error {
	links := n.copyLinks(e.Repo)
	text, _ := n.r.Texts.Copy("", e.Page, e.View, links)
	if found := n.checkCopy(text); len(found) > 0 {
		return &incident.Blocked{Text: "The page was not published: what would go out has a serious finding of the check " +
			markdown.Code(found[0].Rule) + ". Mend its public sections."}
	}
	return n.changeCopy(ctx, e.Repo, e.Path, "Publish a post-mortem", func(now string) (string, bool) {
		return n.r.Texts.Copy(now, e.Page, e.View, links)
	})
}

// copyLinks are the links that a copy in the repository's wiki keeps.
func (n *run) copyLinks(showcase incident.Repo) incident.CopyLinks {
	links := incident.CopyLinks{
		Showcase: showcase, Hidden: []incident.Repo{n.key.Repo}, Sites: n.snapshot().Ledger.HiddenSites(n.projects()),
	}
	if at := n.home(n.snapshot().Ledger.Page.Repo); at != n.key.Repo {
		links.Hidden = append(links.Hidden, at)
	}
	if u, err := url.Parse(n.repository.URL); err == nil { // else none is kept
		links.Host = u.Hostname()
	}
	return links
}

// withdrawPage removes the copy, if it is as we wrote it; what people wrote beside
// it stays, and with it the page.
func (n *run) withdrawPage(ctx context.Context, e incident.WithdrawPage) error {
	return n.changeCopy(ctx, e.Repo, e.Path, "Withdraw a post-mortem", func(now string) (string, bool) {
		emptied, ours := n.r.Texts.Copy(now, "", incident.PageView{}, incident.CopyLinks{})
		alone, _ := n.r.Texts.Copy("", "", incident.PageView{}, incident.CopyLinks{})
		if strings.TrimSpace(emptied) == strings.TrimSpace(alone) {
			return "", ours
		}
		return emptied, ours
	})
}

func (n *run) changeCopy(
	ctx context.Context, repo incident.Repo, path, message string, change func(now string) (string, bool),
) error {
	return n.changeWiki(ctx, repo, PagesChange{
		Paths: []string{path},
		Edit: func(now map[string]string) (map[string]string, string, error) {
			text, ours := change(now[path])
			if !ours {
				return nil, "", &incident.Blocked{Text: fmt.Sprintf(
					"The page's copy %s in the wiki of %s has been edited by people and is left as it is: "+
						"edit or remove it there by hand.",
					markdown.Code(strings.TrimSuffix(path, ".md")), markdown.Code(string(repo)))}
			}
			anew := map[string]string{}
			put(anew, now, path, text)
			return anew, message, nil
		},
	})
}
