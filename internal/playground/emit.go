package playground

import (
	"encoding/json"
	"slices"
	"strings"

	"hindsight/internal/playground/wire"
)

// appEvents are the events that the app has subscribed to.
func appEvents() []string {
	return []string{
		"deployment_status", "gollum", "issue_comment", "issues", "label", "pull_request", "release", "sub_issues",
	}
}

// eventNeeds are the permissions of which one must have been granted for an
// event to be sent.
func eventNeeds(event string) []string {
	switch event {
	case "deployment_status":
		return []string{"deployments"}
	case "gollum", "release":
		return []string{"contents"}
	case "pull_request":
		return []string{"pull_requests"}
	case "issue_comment":
		return []string{"issues", "pull_requests"}
	}
	return []string{"issues"}
}

// emit sends a webhook about a repository, if the app is installed there and may
// read what it is about. The payload is made now, under the lock, so that it shows this moment and its
// place in the queue is the order of events.
func (g *GitHub) emit(by actor, r *repository, event, action string, fields object) {
	in := g.installations[strings.ToLower(r.Owner)]
	granted := func(permission string) bool { return in.permissions[permission] != "" }
	if in == nil || in.suspended || !in.sees(r) || !slices.ContainsFunc(eventNeeds(event), granted) {
		return
	}
	payload := fields.with(object{"repository": g.repoJSON(r)})
	g.send(by, in, r.ID, event, action, payload)
}

// emitInstallation sends a webhook about the installation itself, to which
// no app needs to subscribe.
func (g *GitHub) emitInstallation(by actor, in *installation, action string) {
	var repos []object
	for _, r := range g.sortedRepos(in.sees) {
		repos = append(repos, object{
			"id": r.ID, "node_id": nodeID("Repository", r.ID),
			"name": r.Name, "full_name": r.FullName(), "private": r.Private,
		})
	}
	payload := object{"repositories": repos}
	g.send(by, in, 0, "installation", action, payload.with(object{"installation": g.installationJSON(in)}))
}

func (g *GitHub) send(by actor, in *installation, repoID int64, event, action string, payload object) {
	payload = object{
		"sender":       g.userJSON(by.user),
		"installation": object{"id": in.id, "node_id": nodeID("Installation", in.id)},
	}.with(payload)
	if owner := g.user(in.account); owner.Type == TypeOrganization {
		payload["organization"] = g.organizationJSON(*owner)
	}
	if action != "" {
		payload["action"] = action
	}
	body, err := json.Marshal(payload)
	if err != nil {
		g.log.Error("a webhook's payload can't be encoded", "event", event, "error", err)
		return
	}
	g.post.Submit(Delivery{
		Attempt: wire.Attempt{Event: event, Payload: body},
		GUID:    wire.NewGUID(), Action: action, InstallationID: in.id, RepositoryID: repoID,
	})
}

func (g *GitHub) emitIssue(by actor, r *repository, i *issue, action string, extra object) {
	if i.PullRequest {
		fields := object{"number": i.Number, "pull_request": g.pullJSON(r, i)}
		g.emit(by, r, "pull_request", action, fields.with(extra))
		return
	}
	g.emit(by, r, "issues", action, object{"issue": g.issueJSON(r, i)}.with(extra))
}

func (g *GitHub) emitComment(by actor, r *repository, i *issue, c *comment, action string, extra object) {
	fields := object{"issue": g.issueJSON(r, i), "comment": g.commentJSON(r, c)}
	g.emit(by, r, "issue_comment", action, fields.with(extra))
}
