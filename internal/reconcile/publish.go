package reconcile

import (
	"context"
	"fmt"
	"strings"

	"hindsight/internal/incident"
	"hindsight/internal/markdown"
)

// publishPage writes the copy of the page, over the one that is there if that
// is as we wrote it.
func (n *run) publishPage(ctx context.Context, e incident.PublishPage) error {
	hidden := []incident.Repo{n.key.Repo}
	if at := n.home(n.snapshot().Ledger.Page.Repo); at != n.key.Repo {
		hidden = append(hidden, at)
	}
	return n.changeCopy(ctx, e.Repo, e.Path, "Publish a post-mortem", func(now string) (string, bool) {
		return n.r.Texts.Copy(now, e.Page, e.View, hidden)
	})
}

// withdrawPage removes the copy, if it is as we wrote it and there is nothing
// beside it.
func (n *run) withdrawPage(ctx context.Context, e incident.WithdrawPage) error {
	return n.changeCopy(ctx, e.Repo, e.Path, "Withdraw a post-mortem", func(now string) (string, bool) {
		emptied, ours := n.r.Texts.Copy(now, "", incident.PageView{}, nil)
		alone, _ := n.r.Texts.Copy("", "", incident.PageView{}, nil)
		return "", ours && strings.TrimSpace(emptied) == strings.TrimSpace(alone)
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
