package pages

import (
	"net/http"
	"slices"
	"strings"

	"hindsight/internal/playground"
)

// row is an issue in a list.
type row struct {
	Issue    playground.Issue
	Path     string
	Comments int
	Subs     progress
}

// progress counts sub-issues.
type progress struct{ Done, All int }

type list struct {
	Rows         []row
	Open, Closed int
	State        string // "open" or "closed"
	Label        string // shows only issues with this label; empty for all
	Path         string
	PullRequests bool
}

// issues lists a repository's issues, or its pull requests, newest first.
func (s *site) issues(r *http.Request, v visit) (screen, error) {
	l := list{State: "open", Label: r.URL.Query().Get("label"), Path: "/" + v.repo.FullName() + "/issues"}
	if strings.HasSuffix(r.URL.Path, "/pulls") {
		l.PullRequests, l.Path = true, "/"+v.repo.FullName()+"/pulls"
	}
	if r.URL.Query().Get("state") == "closed" {
		l.State = "closed"
	}
	for _, i := range s.g.Issues(v.repo.FullName()) {
		if i.PullRequest != l.PullRequests || l.Label != "" && !labelled(i, l.Label) {
			continue
		}
		if i.Closed {
			l.Closed++
		} else {
			l.Open++
		}
		if i.Closed == (l.State == "closed") {
			l.Rows = append(l.Rows, s.row(i))
		}
	}
	slices.Reverse(l.Rows)
	tab, title := "issues", "Issues"
	if l.PullRequests {
		tab, title = "pulls", "Pull requests"
	}
	return screen{view: "issues", title: title, tab: tab, body: l}, nil
}

func labelled(i playground.Issue, name string) bool {
	return slices.ContainsFunc(i.Labels, func(l playground.Label) bool { return strings.EqualFold(l.Name, name) })
}

// row counts nothing for an issue that was deleted meanwhile.
func (s *site) row(i playground.Issue) row {
	comments, _ := s.g.Comments(i.Repo, i.Number)
	subs, _ := s.g.SubIssues(i.Repo, i.Number)
	return row{Issue: i, Path: issuePath(i), Comments: len(comments), Subs: count(subs)}
}

func count(subs []playground.Issue) progress {
	p := progress{All: len(subs)}
	for _, i := range subs {
		if i.Closed {
			p.Done++
		}
	}
	return p
}

type newIssue struct {
	Title, Body string
	Labels      []playground.Label
	MayLabel    bool
}

const exampleTitle = "Checkout answers 502 for every tenth customer"

const exampleBody = `Since about 14:05 UTC every tenth checkout ends with *502 Bad Gateway*. The carts are kept; trying again mostly helps.

We rolled back v212 at 14:31, and the errors went away.

### Follow-ups
- [ ] Alert on the rate of 502 at checkout
- [ ] Put a health check in front of new versions
- [ ] Tell the support team how to see that carts are kept
`

// newIssue is the form, with an example in it if that is asked for.
func (s *site) newIssue(r *http.Request, v visit) (screen, error) {
	n := newIssue{Labels: s.g.Labels(v.repo.FullName()), MayLabel: v.role >= playground.Triage}
	if r.URL.Query().Has("example") {
		n.Title, n.Body = exampleTitle, exampleBody
	}
	return screen{view: "new", title: "New issue", tab: "issues", body: n}, nil
}

// openIssue takes the text as browsers send it, with CR LF at the ends of the
// lines: GitHub keeps them so, and apps must cope.
func (s *site) openIssue(r *http.Request, v visit) (string, error) {
	repo := v.repo.FullName()
	n, err := s.g.As(v.me.Login).OpenIssue(repo, r.PostForm.Get("title"), r.PostForm.Get("body"), r.PostForm["label"]...)
	if err != nil {
		return "", err
	}
	return issuePath(playground.Issue{Repo: repo, Number: n}), nil
}
