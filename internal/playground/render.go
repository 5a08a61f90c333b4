package playground

import (
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// object is a JSON object, in GitHub's words.
type object map[string]any

func (o object) with(more object) object {
	all := maps.Clone(o)
	maps.Copy(all, more)
	return all
}

// Everything below renders as the REST API and the webhooks do. The caller
// holds g.mu.

func (g *GitHub) apiURL(format string, args ...any) string {
	return g.url + "/api/v3" + fmt.Sprintf(format, args...)
}

func nodeID(kind string, id int64) string {
	return base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "%s%d", kind, id))
}

// moment is null for the zero time.
func moment(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format(time.RFC3339)
}

func (g *GitHub) userJSON(u User) object {
	api := g.apiURL("/users/%s", strings.ReplaceAll(u.Login, "[bot]", "%5Bbot%5D"))
	page := g.url + "/" + u.Login
	if u.Type == TypeBot {
		page = g.url + "/apps/" + strings.TrimSuffix(u.Login, "[bot]")
	}
	return object{
		"login": u.Login, "id": u.ID, "node_id": nodeID("User", u.ID), "type": u.Type, "site_admin": false,
		"avatar_url": fmt.Sprintf("%s/avatars/u/%d", g.url, u.ID), "gravatar_id": "",
		"url": api, "html_url": page,
		"followers_url": api + "/followers", "following_url": api + "/following{/other_user}",
		"gists_url": api + "/gists{/gist_id}", "starred_url": api + "/starred{/owner}{/repo}",
		"subscriptions_url": api + "/subscriptions", "organizations_url": api + "/orgs",
		"repos_url": api + "/repos", "events_url": api + "/events{/privacy}",
		"received_events_url": api + "/received_events",
	}
}

// organizationJSON is an organisation in webhooks.
func (g *GitHub) organizationJSON(u User) object {
	api := g.apiURL("/orgs/%s", u.Login)
	return object{
		"login": u.Login, "id": u.ID, "node_id": nodeID("Organization", u.ID), "description": nil,
		"url": api, "repos_url": api + "/repos", "events_url": api + "/events", "hooks_url": api + "/hooks",
		"issues_url": api + "/issues", "members_url": api + "/members{/member}",
		"public_members_url": api + "/public_members{/member}",
		"avatar_url":         fmt.Sprintf("%s/avatars/u/%d", g.url, u.ID),
	}
}

func (g *GitHub) userOrNull(u *User) any {
	if u == nil {
		return nil
	}
	return g.userJSON(*u)
}

func (g *GitHub) labelJSON(r *repository, l Label) object {
	return object{
		"id": l.ID, "node_id": nodeID("Label", l.ID), "name": l.Name, "color": l.Color,
		"url":     g.apiURL("/repos/%s/labels/%s", r.FullName(), escape(l.Name)),
		"default": false, "description": textOrNull(l.Description),
	}
}

func (g *GitHub) labelsJSON(r *repository, labels []Label) []object {
	all := make([]object, 0, len(labels))
	for _, l := range labels {
		all = append(all, g.labelJSON(r, l))
	}
	return all
}

// viaApp is what "performed_via_github_app" says: the app, or null.
func (g *GitHub) viaApp(byApp bool) any {
	if !byApp {
		return nil
	}
	return g.appJSON()
}

func (g *GitHub) appJSON() object {
	return object{
		"id": g.app.ID, "slug": g.app.Slug, "node_id": nodeID("Integration", g.app.ID),
		"client_id": "Iv1.playground", "owner": g.userJSON(*g.user("hindsight-operators")),
		"name": "Hindsight", "description": nil,
		"external_url": g.url, "html_url": g.url + "/apps/" + g.app.Slug,
		"created_at": moment(appCreated()), "updated_at": moment(appCreated()),
		"permissions": grantable(), "events": appEvents(), "installations_count": len(g.installations),
	}
}

func appCreated() time.Time { return time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC) }

func (g *GitHub) association(r *repository, u User) string {
	role := r.roles[strings.ToLower(u.Login)]
	owner := g.users[strings.ToLower(r.Owner)]
	switch {
	case strings.EqualFold(u.Login, r.Owner):
		return "OWNER"
	case role == None:
		return "NONE"
	case owner != nil && owner.Type == TypeOrganization:
		return "MEMBER"
	}
	return "COLLABORATOR"
}

func (g *GitHub) reactionsJSON(url string, all []Reaction) object {
	o := object{"url": url, "total_count": len(all)}
	for _, content := range []string{"+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes"} {
		n := 0
		for _, r := range all {
			if r.Content == content {
				n++
			}
		}
		o[content] = n
	}
	return o
}

func (g *GitHub) reactionJSON(r Reaction) object {
	return object{
		"id": r.ID, "node_id": nodeID("Reaction", r.ID), "user": g.userJSON(r.User),
		"content": r.Content, "created_at": moment(r.At),
	}
}

func (g *GitHub) issuePage(r *repository, i *issue) string {
	kind := "issues"
	if i.PullRequest {
		kind = "pull"
	}
	return fmt.Sprintf("%s/%s/%s/%d", g.url, r.FullName(), kind, i.Number)
}

func (g *GitHub) issueJSON(r *repository, i *issue) object {
	api := g.apiURL("/repos/%s/issues/%d", r.FullName(), i.Number)
	assignees := make([]object, 0, len(i.Assignees))
	for _, u := range i.Assignees {
		assignees = append(assignees, g.userJSON(u))
	}
	o := object{
		"id": i.ID, "node_id": nodeID("Issue", i.ID), "number": i.Number,
		"url": api, "html_url": g.issuePage(r, i), "repository_url": g.apiURL("/repos/%s", r.FullName()),
		"labels_url": api + "/labels{/name}", "comments_url": api + "/comments",
		"events_url": api + "/events", "timeline_url": api + "/timeline",
		"title": i.Title, "body": i.Body, "user": g.userJSON(i.Author),
		"labels": g.labelsJSON(r, i.Labels), "assignee": nil, "assignees": assignees,
		"milestone": nil, "comments": len(i.comments), "locked": i.Locked, "active_lock_reason": nil,
		"state": "open", "state_reason": textOrNull(i.Reason),
		"created_at": moment(i.CreatedAt), "updated_at": moment(i.UpdatedAt), "closed_at": moment(i.ClosedAt),
		"author_association":       g.association(r, i.Author),
		"performed_via_github_app": g.viaApp(i.ByApp),
		"reactions":                g.reactionsJSON(api+"/reactions", i.Reactions),
		"sub_issues_summary":       i.summary(),
	}
	if i.Closed {
		o["state"] = "closed"
	}
	if len(assignees) > 0 {
		o["assignee"] = assignees[0]
	}
	if i.PullRequest {
		page := g.issuePage(r, i)
		o["draft"] = false
		o["pull_request"] = object{
			"url": g.apiURL("/repos/%s/pulls/%d", r.FullName(), i.Number), "html_url": page,
			"diff_url": page + ".diff", "patch_url": page + ".patch", "merged_at": moment(i.MergedAt),
		}
	}
	return o
}

// fullIssueJSON is for one issue; lists leave out who closed it.
func (g *GitHub) fullIssueJSON(r *repository, i *issue) object {
	return g.issueJSON(r, i).with(object{"closed_by": g.userOrNull(i.ClosedBy)})
}

func (i *issue) summary() object {
	done := 0
	for _, s := range i.subs {
		if s.Closed {
			done++
		}
	}
	return object{
		"total": len(i.subs), "completed": done,
		"percent_completed": done * 100 / max(1, len(i.subs)),
	}
}

func textOrNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func (g *GitHub) commentJSON(r *repository, c *comment) object {
	api := g.apiURL("/repos/%s/issues/comments/%d", r.FullName(), c.ID)
	return object{
		"id": c.ID, "node_id": nodeID("IssueComment", c.ID), "url": api,
		"html_url":  fmt.Sprintf("%s#issuecomment-%d", g.issuePage(r, r.issues[c.Issue-1]), c.ID),
		"issue_url": g.apiURL("/repos/%s/issues/%d", r.FullName(), c.Issue),
		"body":      c.Body, "user": g.userJSON(c.Author),
		"created_at": moment(c.CreatedAt), "updated_at": moment(c.UpdatedAt),
		"author_association":       g.association(r, c.Author),
		"performed_via_github_app": g.viaApp(c.ByApp),
		"reactions":                g.reactionsJSON(api+"/reactions", c.Reactions),
	}
}

func (g *GitHub) eventJSON(r *repository, e Event) object {
	o := object{
		"id": e.ID, "node_id": nodeID("Event", e.ID),
		"url":   g.apiURL("/repos/%s/issues/events/%d", r.FullName(), e.ID),
		"event": e.Event, "actor": g.userJSON(e.Actor), "created_at": moment(e.At),
		"commit_id": nil, "commit_url": nil, "performed_via_github_app": g.viaApp(e.ByApp),
	}
	switch {
	case e.Label != nil:
		o["label"] = object{"name": e.Label.Name, "color": e.Label.Color}
	case e.Assignee != nil:
		o["assignee"], o["assigner"] = g.userJSON(*e.Assignee), g.userJSON(e.Actor)
	case e.Event == "closed":
		o["state_reason"] = textOrNull(e.Reason)
	case e.Event == "renamed":
		o["rename"] = object{"from": e.From, "to": e.To}
	case slices.Contains([]string{"locked", "unlocked"}, e.Event):
		o["lock_reason"] = nil
	case strings.HasPrefix(e.Event, "sub_issue"):
		o["sub_issue"] = nil
	case strings.HasPrefix(e.Event, "parent_issue"):
		o["parent_issue"] = nil
	}
	return o
}
