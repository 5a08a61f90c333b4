package pages

import (
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"hindsight/internal/playground"
)

// tick ticks or unticks a box of the body, or of a comment: the one that was
// clicked, unless the text has changed since it was shown.
func (s *site) tick(r *http.Request, v visit) (string, error) {
	i, err := s.issueOf(r, v)
	if err != nil {
		return "", err
	}
	body, me := i.Body, s.g.As(v.me.Login)
	to := fmt.Sprintf("%s#issue-%d", issuePath(i), i.ID)
	set := func(index int, ticked bool) error { return me.TickBody(i.Repo, i.Number, index, ticked) }
	if r.PathValue("id") != "" {
		c, refused := s.commentOf(r, i)
		if refused != nil {
			return "", refused
		}
		body, to = c.Body, fmt.Sprintf("%s#issuecomment-%d", issuePath(i), c.ID)
		set = func(index int, ticked bool) error { return me.TickComment(i.Repo, c.ID, index, ticked) }
	}
	if r.PostForm.Get("seen") != digest(body) {
		return "", errInvalid("The text has been changed since you saw it. Go back, and look again before you tick.")
	}
	value, ticked := r.PostForm.Get("tick"), true
	if value == "" {
		value, ticked = r.PostForm.Get("untick"), false
	}
	index, err := strconv.Atoi(value)
	if err != nil {
		return "", errInvalid("There is no such box.")
	}
	return to, set(index, ticked)
}

// move does what the buttons beside an issue say: "lock", "unlock",
// "discussion", "transfer", "merge".
func (s *site) move(r *http.Request, v visit) (string, error) {
	i, err := s.issueOf(r, v)
	if err != nil {
		return "", err
	}
	me, to := s.g.As(v.me.Login), issuePath(i)
	switch r.PostForm.Get("do") {
	case "lock":
		err = me.Lock(i.Repo, i.Number)
	case "unlock":
		err = me.Unlock(i.Repo, i.Number)
	case "discussion":
		err = me.ConvertToDiscussion(i.Repo, i.Number)
	case "merge":
		err = me.Merge(i.Repo, i.Number)
	case "transfer":
		anew := playground.Issue{Repo: r.PostForm.Get("to")}
		anew.Number, err = me.Transfer(i.Repo, i.Number, anew.Repo)
		to = issuePath(anew)
	default:
		err = errInvalid("There is no such button.")
	}
	return to, err
}

var named = regexp.MustCompile(`^(?:https?://[^/]+/)?(?:([\w-]+/[\w.-]+))?(?:#|/issues/)?(\d{1,9})$`)

// subIssue attaches another issue, or detaches one.
func (s *site) subIssue(r *http.Request, v visit) (string, error) {
	i, err := s.issueOf(r, v)
	if err != nil {
		return "", err
	}
	name, change := r.PostForm.Get("on"), s.g.As(v.me.Login).AttachSubIssue
	if name == "" {
		name, change = r.PostForm.Get("off"), s.g.As(v.me.Login).DetachSubIssue
	}
	m := named.FindStringSubmatch(strings.TrimSpace(name))
	if m == nil {
		return "", errInvalid("Name an issue as #12, as owner/repository#12, or by its address.")
	}
	repo := m[1]
	if repo == "" {
		repo = i.Repo
	}
	n, err := strconv.Atoi(m[2])
	if err != nil {
		return "", errInvalid("That is no issue's number.")
	}
	return issuePath(i), change(i.Repo, i.Number, repo, n)
}

type newPull struct{ Title, Body string }

// newPull is the form for a pull request, prepared for an incident if that is
// asked for.
func (s *site) newPull(r *http.Request, _ visit) (screen, error) {
	var n newPull
	if incident, err := strconv.Atoi(r.URL.Query().Get("incident")); err == nil {
		n.Title = "Roll back to v211"
		n.Body = fmt.Sprintf("Incident: #%d\n\n### Follow-ups\n- [ ] Test v212 against the old cart format\n", incident)
	}
	return screen{view: "new_pull", title: "New pull request", tab: "pulls", body: n}, nil
}

func (s *site) openPull(r *http.Request, v visit) (string, error) {
	repo := v.repo.FullName()
	n, err := s.g.As(v.me.Login).OpenPullRequest(repo, r.PostForm.Get("title"), r.PostForm.Get("body"))
	if err != nil {
		return "", err
	}
	return issuePath(playground.Issue{Repo: repo, Number: n, PullRequest: true}), nil
}
