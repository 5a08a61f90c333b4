package pages

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"hindsight/internal/playground"
)

// comment writes what is in the box, and does what the button says: "comment",
// "completed", "not_planned", "duplicate" or "reopen".
func (s *site) comment(r *http.Request, v visit) (string, error) {
	i, err := s.issueOf(r, v)
	if err != nil {
		return "", err
	}
	me, to := s.g.As(v.me.Login), issuePath(i)
	do := r.PostForm.Get("do")
	if body := r.PostForm.Get("body"); do == "comment" || strings.TrimSpace(body) != "" {
		c, refused := me.Comment(i.Repo, i.Number, body)
		if refused != nil {
			return "", refused
		}
		to = fmt.Sprintf("%s#issuecomment-%d", to, c.ID)
	}
	switch do {
	case "completed", "not_planned", "duplicate":
		err = me.Close(i.Repo, i.Number, do)
	case "reopen":
		err = me.Reopen(i.Repo, i.Number)
	}
	return to, err
}

// label puts a label on, or takes one off.
func (s *site) label(r *http.Request, v visit) (string, error) {
	i, err := s.issueOf(r, v)
	if err != nil {
		return "", err
	}
	me := s.g.As(v.me.Login)
	if off := r.PostForm.Get("off"); off != "" {
		return issuePath(i), me.Unlabel(i.Repo, i.Number, off)
	}
	on := strings.TrimSpace(r.PostForm.Get("on"))
	if on == "" {
		return "", errInvalid("A label needs a name.")
	}
	return issuePath(i), me.Label(i.Repo, i.Number, on)
}

// assign adds somebody to the assignees, or takes somebody off.
func (s *site) assign(r *http.Request, v visit) (string, error) {
	i, err := s.issueOf(r, v)
	if err != nil {
		return "", err
	}
	var logins []string
	for _, u := range i.Assignees {
		logins = append(logins, u.Login)
	}
	if p, known := s.person(r.PostForm.Get("on")); known && !slices.Contains(logins, p.Login) {
		logins = append(logins, p.Login)
	}
	off := r.PostForm.Get("off")
	logins = slices.DeleteFunc(logins, func(login string) bool { return login == off })
	return issuePath(i), s.g.As(v.me.Login).Assign(i.Repo, i.Number, logins...)
}

func (s *site) deleteIssue(r *http.Request, v visit) (string, error) {
	i, err := s.issueOf(r, v)
	if err != nil {
		return "", err
	}
	return "/" + i.Repo + "/issues", s.g.As(v.me.Login).DeleteIssue(i.Repo, i.Number)
}

// draft is a text that is being edited.
type draft struct {
	Heading string
	Title   *string // of an issue; nil for a comment
	Body    string
	Back    string
}

// editor shows an issue's or a comment's source, hidden parts included.
func (s *site) editor(r *http.Request, v visit) (screen, error) {
	i, err := s.issueOf(r, v)
	if err != nil {
		return screen{}, err
	}
	d := draft{Heading: fmt.Sprintf("Edit #%d", i.Number), Title: &i.Title, Body: i.Body, Back: issuePath(i)}
	if r.PathValue("id") != "" {
		c, err := s.commentOf(r, i)
		if err != nil {
			return screen{}, err
		}
		d.Heading, d.Title, d.Body = "Edit "+c.Author.Login+"’s comment", nil, c.Body
		d.Back = fmt.Sprintf("%s#issuecomment-%d", d.Back, c.ID)
	}
	return screen{view: "edit", title: d.Heading, tab: "issues", body: d}, nil
}

func (s *site) commentOf(r *http.Request, i playground.Issue) (playground.Comment, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return playground.Comment{}, errNowhere()
	}
	all, err := s.g.Comments(i.Repo, i.Number)
	at := slices.IndexFunc(all, func(c playground.Comment) bool { return c.ID == id })
	if err != nil || at < 0 {
		return playground.Comment{}, errNowhere()
	}
	return all[at], nil
}

func (s *site) editIssue(r *http.Request, v visit) (string, error) {
	i, err := s.issueOf(r, v)
	if err != nil {
		return "", err
	}
	title, body := r.PostForm.Get("title"), r.PostForm.Get("body")
	return issuePath(i), s.g.As(v.me.Login).EditIssue(i.Repo, i.Number, &title, &body)
}

func (s *site) editComment(r *http.Request, v visit) (string, error) {
	i, err := s.issueOf(r, v)
	if err != nil {
		return "", err
	}
	c, err := s.commentOf(r, i)
	if err != nil {
		return "", err
	}
	to := fmt.Sprintf("%s#issuecomment-%d", issuePath(i), c.ID)
	return to, s.g.As(v.me.Login).EditComment(i.Repo, c.ID, r.PostForm.Get("body"))
}

func (s *site) deleteComment(r *http.Request, v visit) (string, error) {
	i, err := s.issueOf(r, v)
	if err != nil {
		return "", err
	}
	c, err := s.commentOf(r, i)
	if err != nil {
		return "", err
	}
	return issuePath(i), s.g.As(v.me.Login).DeleteComment(i.Repo, c.ID)
}
