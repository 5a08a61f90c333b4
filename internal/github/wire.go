package github

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"hindsight/internal/incident"
)

// The shapes that GitHub sends, as far as they are used. go-github has no
// performed_via_github_app on issues and comments, and decoding its full
// types costs several times as much.

type wireUser struct {
	Login string `json:"login"`
	Type  string `json:"type"` // "User", "Bot", "Organization", "Mannequin"
}

// actor is empty for an account that was deleted (null).
func (u wireUser) actor() incident.Actor {
	return incident.Actor{Login: u.Login, Bot: u.bot()}
}

func (u wireUser) bot() bool { return u.Type == "Bot" }

type wireApp struct {
	ID int64 `json:"id"`
}

type wireIssue struct {
	ID            int64      `json:"id"`
	Node          string     `json:"node_id"`
	Number        int        `json:"number"`
	HTMLURL       string     `json:"html_url"`
	RepositoryURL string     `json:"repository_url"`
	Title         string     `json:"title"`
	Body          string     `json:"body"`
	State         string     `json:"state"`
	StateReason   string     `json:"state_reason"`
	User          wireUser   `json:"user"`
	Assignees     []wireUser `json:"assignees"`
	Labels        []struct {
		Name string `json:"name"`
	} `json:"labels"`
	PullRequest *wirePull `json:"pull_request"`
	Via         *wireApp  `json:"performed_via_github_app"`
	Locked      bool      `json:"locked"`
	Comments    int       `json:"comments"`
	CreatedAt   time.Time `json:"created_at"`
	UpdatedAt   time.Time `json:"updated_at"`
	ClosedAt    time.Time `json:"closed_at"`
}

// wirePull is what an issue says of the pull request that it is.
type wirePull struct {
	MergedAt time.Time `json:"merged_at"`
}

// key is read from the answer, not from the question: the answer may be of
// another repository, after a transfer.
func (w *wireIssue) key() incident.Key {
	owner, name := lastTwo(w.RepositoryURL)
	return incident.NewKey(owner, name, w.Number)
}

// state counts what was closed before there were reasons as done. Pull
// requests have no reasons: what counts is whether they were merged.
func (w *wireIssue) state() incident.State {
	switch {
	case w.State != "closed":
		return incident.Open
	case w.PullRequest != nil && w.PullRequest.MergedAt.IsZero():
		return incident.Dropped
	case w.StateReason == "not_planned", w.StateReason == "duplicate":
		return incident.Dropped
	}
	return incident.Done
}

func (w *wireIssue) issue(appID int64) incident.Issue {
	i := incident.Issue{
		Key: w.key(), ID: w.ID, Node: w.Node, URL: w.HTMLURL, Title: w.Title, Body: w.Body,
		Author: w.User.actor(), AppID: appID,
		PullRequest: w.PullRequest != nil, State: w.state(),
		Reopened: w.State != "closed" && w.StateReason == "reopened",
		Locked:   w.Locked, Comments: w.Comments,
		CreatedAt: w.CreatedAt, UpdatedAt: w.UpdatedAt, ClosedAt: w.ClosedAt,
	}
	for _, l := range w.Labels {
		i.Labels = append(i.Labels, l.Name)
	}
	for _, a := range w.Assignees {
		i.Assignees = append(i.Assignees, a.Login)
	}
	return i
}

type wireComment struct {
	ID        int64     `json:"id"`
	Node      string    `json:"node_id"`
	HTMLURL   string    `json:"html_url"`
	IssueURL  string    `json:"issue_url"`
	Body      string    `json:"body"`
	User      wireUser  `json:"user"`
	Via       *wireApp  `json:"performed_via_github_app"`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

// key is the issue or pull request; the zero value if the address names none.
func (w *wireComment) key() incident.Key {
	rest, number, ok := cutLast(w.IssueURL)
	n, err := strconv.Atoi(number)
	if !ok || err != nil {
		return incident.Key{}
	}
	owner, name := lastTwo(strings.TrimSuffix(rest, "/issues"))
	return incident.NewKey(owner, name, n)
}

func (w *wireComment) comment(ours bool) incident.Comment {
	return incident.Comment{
		ID: w.ID, Node: w.Node, URL: w.HTMLURL, Body: w.Body,
		Author: w.User.actor(), Ours: ours, CreatedAt: w.CreatedAt, UpdatedAt: w.UpdatedAt,
	}
}

// wireMention is an event of a timeline, of which only mentions are read.
type wireMention struct {
	Event  string `json:"event"`
	Source struct {
		Issue *wireIssue `json:"issue"`
	} `json:"source"`
}

// pull is the pull request that mentions; false for any other event.
func (w *wireMention) pull() (incident.Key, bool) {
	from := w.Source.Issue
	if w.Event != "cross-referenced" || from == nil || from.PullRequest == nil {
		return incident.Key{}, false
	}
	return from.key(), true
}

type wirePermission struct {
	Permission string `json:"permission"`
	RoleName   string `json:"role_name"`
	User       struct {
		Permissions map[string]bool `json:"permissions"`
	} `json:"user"`
}

// permission is what the answer lets the person do. The permissions of the user
// are what counts: the role may be one that an organisation made up. Older hosts
// leave nothing but the role, or a coarse permission.
func (w *wirePermission) permission() incident.Permission {
	has := w.User.Permissions
	if len(has) == 0 {
		has = map[string]bool{w.RoleName: true, w.Permission: true}
	}
	for _, level := range []struct {
		means incident.Permission
		names []string
	}{
		{incident.MayWrite, []string{"push", "write", "maintain", "admin"}},
		{incident.MayTriage, []string{"triage"}},
		{incident.MayRead, []string{"pull", "read"}},
	} {
		if slices.ContainsFunc(level.names, func(name string) bool { return has[name] }) {
			return level.means
		}
	}
	return incident.NoPermission
}

// lastTwo are the owner and name that a repository's API address ends with.
func lastTwo(address string) (owner, name string) {
	rest, name, _ := cutLast(address)
	_, owner, _ = cutLast(rest)
	return owner, name
}

// cutLast takes the last segment off an address.
func cutLast(address string) (rest, last string, ok bool) {
	i := strings.LastIndexByte(address, '/')
	if i < 0 {
		return "", address, false
	}
	last, err := url.PathUnescape(address[i+1:])
	return address[:i], last, err == nil
}
