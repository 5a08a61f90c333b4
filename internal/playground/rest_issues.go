package playground

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// labelName takes the two forms in which clients name a label.
type labelName string

// UnmarshalJSON takes "bug" and {"name": "bug"}.
func (l *labelName) UnmarshalJSON(b []byte) error {
	var named struct {
		Name string `json:"name"`
	}
	if bytes.HasPrefix(b, []byte("{")) {
		if err := json.Unmarshal(b, &named); err != nil {
			return fmt.Errorf("label: %w", err)
		}
		*l = labelName(named.Name)
		return nil
	}
	return json.Unmarshal(b, (*string)(l))
}

func plain(names []labelName) []string {
	var all []string
	for _, n := range names {
		all = append(all, string(n))
	}
	return all
}

func getIssue(x *exchange) (reply, error) { return ok(x.g.fullIssueJSON(x.repo, x.issue)) }

func createIssue(x *exchange) (reply, error) {
	var in struct {
		Title     string      `json:"title"`
		Body      *string     `json:"body"`
		Labels    []labelName `json:"labels"`
		Assignee  string      `json:"assignee"`
		Assignees []string    `json:"assignees"`
	}
	if err := x.decode(&in); err != nil {
		return reply{}, err
	}
	o := opening{title: in.Title, labels: plain(in.Labels), assignees: in.Assignees}
	if in.Body != nil {
		o.body = *in.Body
	}
	if in.Assignee != "" {
		o.assignees = append(o.assignees, in.Assignee)
	}
	// GitHub's description: "assignees are silently dropped" for who can't push.
	if !x.token.may("contents", "write") {
		o.assignees = nil
	}
	i, err := x.g.openIssue(x.by, x.repo, o)
	if err != nil {
		return reply{}, err
	}
	return created(x.g.fullIssueJSON(x.repo, i))
}

func updateIssue(x *exchange) (reply, error) {
	var in struct {
		Title     *string      `json:"title"`
		Body      *string      `json:"body"`
		State     string       `json:"state"`
		Reason    string       `json:"state_reason"`
		Labels    *[]labelName `json:"labels"`
		Assignees *[]string    `json:"assignees"`
	}
	if err := x.decode(&in); err != nil {
		return reply{}, err
	}
	if !slices.Contains([]string{"", "open", "closed"}, in.State) {
		return reply{}, invalid("Issue", "state", "invalid", "")
	}
	if err := x.g.editIssue(x.by, x.repo, x.issue, in.Title, in.Body); err != nil {
		return reply{}, err
	}
	if in.Labels != nil {
		if err := x.g.setLabels(x.by, x.repo, x.issue, plain(*in.Labels)); err != nil {
			return reply{}, err
		}
	}
	if in.Assignees != nil {
		if err := x.g.setAssignees(x.by, x.repo, x.issue, *in.Assignees); err != nil {
			return reply{}, err
		}
	}
	switch in.State {
	case "closed":
		if err := x.g.closeIssue(x.by, x.repo, x.issue, in.Reason); err != nil {
			return reply{}, err
		}
	case "open":
		if err := x.g.reopenIssue(x.by, x.repo, x.issue); err != nil {
			return reply{}, err
		}
	}
	return ok(x.g.fullIssueJSON(x.repo, x.issue))
}

// listIssues lists pull requests too, as GitHub does.
func listIssues(x *exchange) (reply, error) {
	since, err := x.since()
	if err != nil {
		return reply{}, err
	}
	q := x.r.URL.Query()
	var all []*issue
	for _, i := range x.repo.issues {
		if i.here() && !i.UpdatedAt.Before(since) && wanted(i, q.Get) {
			all = append(all, i)
		}
	}
	sortIssues(all, q.Get("sort"), q.Get("direction"))
	return listed(x, all, func(i *issue) object { return x.g.issueJSON(x.repo, i) })
}

// wanted is whether the issue passes the filters of the query.
func wanted(i *issue, query func(string) string) bool {
	switch query("state") {
	case "", "open":
		if i.Closed {
			return false
		}
	case "closed":
		if !i.Closed {
			return false
		}
	}
	if creator := query("creator"); creator != "" && !strings.EqualFold(creator, i.Author.Login) {
		return false
	}
	for name := range strings.SplitSeq(query("labels"), ",") {
		if name = strings.TrimSpace(name); name != "" && !i.labelled(name) {
			return false
		}
	}
	return true
}

func sortIssues(all []*issue, by, direction string) {
	slices.SortFunc(all, func(a, b *issue) int {
		order := 0
		switch by {
		case "updated":
			order = a.UpdatedAt.Compare(b.UpdatedAt)
		case "comments":
			order = cmp.Compare(len(a.comments), len(b.comments))
		}
		order = cmp.Or(order, cmp.Compare(a.Number, b.Number))
		if direction != "asc" {
			order = -order
		}
		return order
	})
}

// listEvents leaves out mentions: only the timeline has them.
func listEvents(x *exchange) (reply, error) {
	own := slices.DeleteFunc(slices.Clone(x.issue.events), func(e Event) bool { return e.Source != 0 })
	return listed(x, own, func(e Event) object { return x.g.eventJSON(x.repo, e) })
}

// listTimeline is the events and the comments, by time.
func listTimeline(x *exchange) (reply, error) {
	type entry struct {
		at   time.Time
		id   int64
		json object
	}
	var all []entry
	for _, e := range x.issue.events {
		if e.Source == 0 {
			all = append(all, entry{e.At, e.ID, x.g.eventJSON(x.repo, e)})
		} else if r, i := x.visible(e.Source); i != nil {
			all = append(all, entry{e.At, e.ID, x.crossReferenceJSON(e, r, i)})
		}
	}
	for _, c := range x.issue.comments {
		o := x.g.commentJSON(x.repo, c).with(object{"event": "commented", "actor": x.g.userJSON(c.Author)})
		all = append(all, entry{c.CreatedAt, c.ID, o})
	}
	slices.SortFunc(all, func(a, b entry) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.id, b.id)) })
	return listed(x, all, func(e entry) object { return e.json })
}

func listLabels(x *exchange) (reply, error) {
	return listed(x, x.issue.Labels, func(l Label) object { return x.g.labelJSON(x.repo, l) })
}

// addLabels takes {"labels": […]}, and the bare array that clients send.
func addLabels(x *exchange) (reply, error) {
	var in struct {
		Labels []labelName `json:"labels"`
	}
	var into any = &in
	if bytes.HasPrefix(bytes.TrimSpace(x.body), []byte("[")) {
		into = &in.Labels
	}
	if err := x.decode(into); err != nil {
		return reply{}, err
	}
	if err := x.g.addLabels(x.by, x.repo, x.issue, plain(in.Labels)); err != nil {
		return reply{}, err
	}
	return ok(x.g.labelsJSON(x.repo, x.issue.Labels))
}

func removeLabel(x *exchange) (reply, error) {
	if err := x.g.removeLabel(x.by, x.repo, x.issue, x.vars["name"]); err != nil {
		return reply{}, err
	}
	return ok(x.g.labelsJSON(x.repo, x.issue.Labels))
}

func reactToIssue(x *exchange) (reply, error) { return react(x, x.issue, &x.issue.Reactions) }

// react answers 201 for a new reaction and 200 for one that was there.
func react(x *exchange, i *issue, to *[]Reaction) (reply, error) {
	var in struct {
		Content string `json:"content"`
	}
	if err := x.decode(&in); err != nil {
		return reply{}, err
	}
	r, isNew, err := x.g.react(x.by, i, to, in.Content)
	if err != nil {
		return reply{}, err
	}
	rep := reply{status: http.StatusOK, body: x.g.reactionJSON(r)}
	if isNew {
		rep.status = http.StatusCreated
	}
	return rep, nil
}
