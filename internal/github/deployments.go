package github

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"hindsight/internal/incident"
)

const (
	// deploymentsMost are looked through, the newest, and of so many of those that
	// count the outcome is asked for: each costs a request.
	deploymentsMost = 300
	outcomesMost    = 60
	// longestDeployment is how long before the window one may have begun that
	// ends in it.
	longestDeployment = time.Hour

	readsDeployments = "deployments: read"
)

type wireDeployment struct {
	ID          int64     `json:"id"`
	SHA         string    `json:"sha"`
	Ref         string    `json:"ref"` // a branch, a tag, or the commit again
	Environment string    `json:"environment"`
	Transient   bool      `json:"transient_environment"` // will be gone, like a preview
	Creator     wireUser  `json:"creator"`
	CreatedAt   time.Time `json:"created_at"`
}

// what names what was deployed, a commit in short.
func (d *wireDeployment) what() string {
	const short = 7
	if d.Ref == d.SHA && len(d.SHA) > short {
		return d.SHA[:short]
	}
	return d.Ref
}

type wireOutcome struct {
	State     string    `json:"state"`
	Log       string    `json:"log_url"`
	CreatedAt time.Time `json:"created_at"`
}

// kind is how it ended; false while it has not. "inactive" is no end: another
// deployment has taken its place, and how this one ended was said before.
func (o *wireOutcome) kind() (incident.EventKind, bool) {
	switch o.State {
	case "success":
		return incident.EventDeployed, true
	case "failure", "error":
		return incident.EventFailed, true
	}
	return "", false
}

// deployments are those that ended in the window. An environment that will be
// gone, such as a preview, is nothing that customers see.
func (f *forge) deployments(ctx context.Context, repo incident.Repo, w window) ([]incident.Event, error) {
	begun := window{w.from.Add(-longestDeployment), w.to}
	found, more, err := newestFirst(ctx, f.client, call{
		route: "GET /repos/{owner}/{repo}/deployments", args: onRepo(repo), query: url.Values{},
		about: "the deployments of " + string(repo), needs: readsDeployments,
	}, deploymentsMost, begun, func(d wireDeployment) time.Time { return d.CreatedAt })
	if err != nil {
		return nil, fmt.Errorf("list the deployments of %s: %w", repo, err)
	}
	found = slices.DeleteFunc(found, func(d wireDeployment) bool { return d.Transient })
	if len(found) > outcomesMost {
		found, more = found[:outcomesMost], true
	}
	var events []incident.Event
	for i := range found {
		event, ended, err := f.deployment(ctx, repo, &found[i])
		if err != nil {
			return nil, err
		}
		if ended && w.holds(event.At) {
			events = append(events, event)
		}
	}
	if more {
		events = append(events, incident.Event{
			Key: "more-deployments", Kind: incident.EventMoreDeployments, At: w.from, URL: f.page(repo, "deployments"),
		})
	}
	return events, nil
}

// deployment is how one ended; false if it has not, or is gone by now. An end
// is named by what it was: saying the same again, as some tools do, is no news.
func (f *forge) deployment(ctx context.Context, repo incident.Repo, d *wireDeployment) (incident.Event, bool, error) {
	o, err := f.outcome(ctx, repo, d.ID)
	if err != nil {
		return incident.Event{}, false, fmt.Errorf("find out how deployment %d of %s ended: %w", d.ID, repo, err)
	}
	kind, ended := o.kind()
	if !ended {
		return incident.Event{}, false, nil
	}
	return incident.Event{
		Key: fmt.Sprintf("deployment-%d-%s", d.ID, kind), Kind: kind, At: o.CreatedAt,
		By: d.Creator.actor(), What: d.what(), Where: d.Environment, URL: f.deploymentPage(repo, d, o),
	}, true, nil
}

// outcome is the newest status that is an end, the zero value for none.
func (f *forge) outcome(ctx context.Context, repo incident.Repo, deployment int64) (wireOutcome, error) {
	id := strconv.FormatInt(deployment, 10)
	var found []wireOutcome
	_, err := f.client.do(ctx, call{
		route: "GET /repos/{owner}/{repo}/deployments/{deployment_id}/statuses", args: onRepo(repo, id),
		query: url.Values{"per_page": {strconv.Itoa(pageSize)}},
		about: "deployment " + id + " of " + string(repo), needs: readsDeployments,
	}, &found)
	var newest wireOutcome
	for _, o := range found { // the newest first
		if _, ended := o.kind(); ended && o.CreatedAt.After(newest.CreatedAt) {
			newest = o
		}
	}
	return newest, unlessMissing(err)
}

// runForm is the address of a run of GitHub's own Actions, below a repository.
var runForm = regexp.MustCompile(`^/actions/runs/[0-9]+(/job/[0-9]+)?$`)

// deploymentPage is the log of the run that deployed, or else the page of the
// environment. A log may be said to be anywhere: only one of this repository is
// a page that its readers can open, and that nobody else has made.
func (f *forge) deploymentPage(repo incident.Repo, d *wireDeployment, o wireOutcome) string {
	home := f.page(repo)
	if len(o.Log) > len(home) && strings.EqualFold(o.Log[:len(home)], home) && runForm.MatchString(o.Log[len(home):]) {
		return o.Log
	}
	return f.page(repo, "deployments", d.Environment)
}
