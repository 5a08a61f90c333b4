package jira

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	gojira "github.com/andygrunwald/go-jira"

	"hindsight/internal/incident"
	"hindsight/internal/jira/markup"
	"hindsight/internal/markdown"
)

// Link links a ticket to what is elsewhere. What has the same id is written over.
func (j *Jira) Link(ctx context.Context, key incident.Key, links []incident.TicketLink) error {
	s, id, err := j.numbered(key)
	if err != nil {
		return err
	}
	for _, link := range links {
		_, _, err := s.api.Issue.AddRemoteLinkWithContext(ctx, id, &gojira.RemoteLink{
			GlobalID:    link.ID,
			Application: &gojira.RemoteLinkApplication{Type: "hindsight", Name: userAgent},
			Object:      &gojira.RemoteLinkObject{URL: link.URL, Title: link.Title},
		})
		if err != nil {
			return s.explainOf(ctx, err, "")
		}
	}
	return nil
}

// Comment writes Markdown as a comment.
func (j *Jira) Comment(ctx context.Context, key incident.Key, body string) error {
	s, id, err := j.numbered(key)
	if err != nil {
		return err
	}
	if _, _, err := s.api.Issue.AddCommentWithContext(ctx, id, &gojira.Comment{Body: markup.FromMarkdown(body)}); err != nil {
		return s.explainOf(ctx, err, "")
	}
	return nil
}

// explainOf explains an error of a ticket, called by a name or "", which may not be
// there any more.
func (s *site) explainOf(ctx context.Context, err error, name string) error {
	explained := s.explain(err, named(name, s))
	if missing(explained) {
		return s.gone(ctx, explained, name)
	}
	return explained
}

// comment is what is read of one.
type comment struct {
	Author  *gojira.User `json:"author"`
	Body    string       `json:"body"`
	Created gojira.Time  `json:"created"`
}

const (
	// commentPage is how many comments are read at once, and commentPages how many
	// pages of them, the newest first.
	commentPage  = 100
	commentPages = 10
)

// Explained is whether somebody else has commented since, or Hindsight has with
// the body.
func (j *Jira) Explained(ctx context.Context, key incident.Key, since time.Time, body string) (bool, error) {
	s, id, err := j.numbered(key)
	if err != nil {
		return false, err
	}
	me, err := s.myself(ctx)
	if err != nil {
		return false, err
	}
	ours := plainLines(markup.FromMarkdown(body))
	for n := range commentPages {
		page, err := s.comments(ctx, id, n*commentPage)
		if err != nil {
			return false, err
		}
		for _, c := range page {
			mine := same(c.Author, &me)
			if mine && plainLines(c.Body) == ours || !mine && human(c.Author) && !time.Time(c.Created).Before(since) {
				return true, nil
			}
		}
		if len(page) < commentPage {
			break
		}
	}
	return false, nil
}

// human is whether somebody is no app of Cloud's, such as its automation.
func human(user *gojira.User) bool { return user != nil && user.AccountType != "app" }

// comments are the newest first.
func (s *site) comments(ctx context.Context, id string, start int) ([]comment, error) {
	var answer struct {
		Comments []comment `json:"comments"`
	}
	query := url.Values{"orderBy": {"-created"}, "startAt": {strconv.Itoa(start)}, "maxResults": {strconv.Itoa(commentPage)}}
	if err := s.call(ctx, http.MethodGet, "rest/api/2/issue/"+id+"/comment", query, nil, &answer); err != nil {
		return nil, s.explainOf(ctx, err, "")
	}
	return answer.Comments, nil
}

// plainLines are a comment's words, however its lines end.
func plainLines(text string) string { return strings.Join(strings.Fields(text), " ") }

// CloseAsDuplicate closes the second of two. It is closed last: what is cut off
// before is done again, and written only once.
func (j *Jira) CloseAsDuplicate(ctx context.Context, in []string, e incident.CloseDuplicate) (incident.Ticket, error) {
	s, id, err := j.numbered(e.Issue)
	if err != nil {
		return incident.Ticket{}, err
	}
	_, t, err := s.look(ctx, id, e.Name)
	if err == nil {
		err = elsewhere(t, in)
	}
	if err != nil || isAs(t.State, incident.Done) {
		return t, err
	}
	if err = s.saySecond(ctx, j, e); err != nil {
		return t, err
	}
	if err = s.linkDuplicate(ctx, t, e); err != nil {
		return t, err
	}
	offered, err := s.transitions(ctx, id, t.Name)
	if err != nil {
		return t, err
	}
	aim := s.duplicateGoal()
	way, declined := aim.choose(offered, t)
	if declined == "" {
		t, declined, err = j.walk(ctx, s, t, incident.Done, aim.payload(way))
	}
	if err == nil && declined != "" {
		err = &incident.Blocked{Text: fmt.Sprintf("%s was opened twice, the other is %s, and can't be closed. %s",
			markdown.Text(t.Name), markdown.Text(e.OfName), declined)}
	}
	return t, err
}

// saySecond writes where the first is, once.
func (s *site) saySecond(ctx context.Context, j *Jira, e incident.CloseDuplicate) error {
	body := fmt.Sprintf("Hindsight opened this follow-up twice. It goes on in [%s](%s).", markdown.Text(e.OfName), e.OfURL)
	if e.OfURL == "" {
		body = fmt.Sprintf("Hindsight opened this follow-up twice. It goes on in %s.", markdown.Text(e.OfName))
	}
	page, err := s.comments(ctx, strconv.Itoa(e.Issue.Number), 0)
	if err != nil {
		return err
	}
	ours := plainLines(markup.FromMarkdown(body))
	if slices.ContainsFunc(page, func(c comment) bool { return plainLines(c.Body) == ours }) {
		return nil
	}
	return j.Comment(ctx, e.Issue, body)
}

// duplicateLink is the type of link that every new Jira has. Its inward issue is
// the one that "duplicates" the outward.
const duplicateLink = "Duplicate"

// linkDuplicate links the two, where both are tickets there, and the site still
// has the type. Jira takes the same link twice for one.
func (s *site) linkDuplicate(ctx context.Context, t incident.Ticket, e incident.CloseDuplicate) error {
	if e.Of.Repo != s.key || !ticketName.MatchString(e.OfName) {
		return nil
	}
	var types struct { // go-jira takes them for a bare list
		All []gojira.IssueLinkType `json:"issueLinkTypes"`
	}
	if err := s.get(ctx, "rest/api/2/issueLinkType", nil, &types, "the types of links"); err != nil {
		return err
	}
	for _, kind := range types.All {
		if !strings.EqualFold(kind.Name, duplicateLink) {
			continue
		}
		body := map[string]any{
			"type":         map[string]string{"name": kind.Name},
			"inwardIssue":  map[string]string{"key": t.Name},
			"outwardIssue": map[string]string{"key": e.OfName},
		}
		if err := s.call(ctx, http.MethodPost, "rest/api/2/issueLink", nil, body, nil); err != nil {
			explained := s.explain(err, markdown.Text(t.Name))
			if missing(explained) || refused(err) { // the first is gone, or links are switched off
				s.log.Warn("a ticket can't be linked to the one that it doubles", "ticket", t.Name, "error", explained)
				return nil
			}
			return explained
		}
	}
	return nil
}

// duplicateGoal is any closed status, best one that says what it is.
func (s *site) duplicateGoal() goal {
	return goal{
		words: "a closed status", categories: []string{"done"}, status: duplicateLink,
		not:        func(string) bool { return false },
		resolution: []string{"Duplicate", "Won't Do", "Won't Fix", "Declined", "Cancelled", "Canceled"}, any: true,
	}
}
