package reconcile

import (
	"context"
	"errors"
	"slices"
	"time"

	"hindsight/internal/incident"
)

const (
	// siteAnswers is how long a Jira site may take to answer a question: the page
	// and the follow-ups on GitHub wait for it, once in a run.
	siteAnswers = 10 * time.Second
	// siteSearches is how long all requests of a search may take. What came of one
	// that takes longer is not asked for again.
	siteSearches = time.Minute
)

// projects are those that the operator lets an owner's repositories use; none
// without Jira.
func (r *Reconciler) projects(owner string) []incident.Project {
	if r.Jira == nil {
		return nil
	}
	return r.Jira.Projects(owner)
}

func (n *run) projects() []incident.Project { return n.r.projects(n.key.Repo.Owner()) }

// sitesOf are the sites that have the projects.
func sitesOf(projects []incident.Project) []incident.Repo {
	var sites []incident.Repo
	for _, p := range projects {
		if !slices.Contains(sites, p.Site) {
			sites = append(sites, p.Site)
		}
	}
	return sites
}

// keysAt are the keys of a site's projects.
func keysAt(projects []incident.Project, site incident.Repo) []string {
	var keys []string
	for _, p := range projects {
		if p.Site == site {
			keys = append(keys, p.Key)
		}
	}
	return keys
}

// lagOf is how long the search at a site may not show a new ticket.
func lagOf(projects []incident.Project, site incident.Repo) time.Duration {
	var lag time.Duration
	for _, p := range projects {
		if p.Site == site {
			lag = max(lag, p.Lag)
		}
	}
	return lag
}

// mine is whether the operator lets the incident use any project of a site.
func (n *run) mine(site incident.Repo) bool { return slices.Contains(sitesOf(n.projects()), site) }

// asks is whether a site may be asked anything now. One that is in trouble is
// left alone for a while, and one that is written to is asked afterwards.
func (n *run) asks(site incident.Repo) bool {
	part := incident.JiraPart(site)
	n.mu.Lock()
	defer n.mu.Unlock()
	return !n.silent[site] && !n.running[part] && !n.record.Problems[part].NotBefore.After(n.r.Clock()) && n.mine(site)
}

// ask asks a site one question.
func (n *run) ask(ctx context.Context, site incident.Repo, question func(context.Context) error) (answered bool) {
	return n.askWithin(ctx, siteAnswers, site, question)
}

// askWithin asks a site. An error is the trouble of the site's part, and of nothing
// else: then it is not answered.
func (n *run) askWithin(
	ctx context.Context, limit time.Duration, site incident.Repo, question func(context.Context) error,
) (answered bool) {
	patient, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	err := question(patient)
	if err != nil {
		n.siteFailed(ctx, site, err)
	}
	return err == nil
}

// siteFailed records that a site did not answer: once in a run, however many
// questions it was asked.
func (n *run) siteFailed(ctx context.Context, site incident.Repo, err error) {
	blocked := new(incident.Blocked)
	n.silent[site] = !errors.As(err, &blocked) || blocked.Whole
	part := incident.JiraPart(site)
	if n.hasFailed(part) {
		n.r.Log.InfoContext(ctx, "a Jira site did not answer", "incident", n.key, "part", string(part), "error", err)
		return
	}
	n.fail(ctx, part, err)
}

// why logs Jira's reasons, if there are any: the tracker does not show them to
// everybody.
func (n *run) why(ctx context.Context, what, of, reason string) {
	if reason != "" {
		n.r.Log.InfoContext(ctx, "Jira has a reason", "incident", n.key, "what", what, "of", of, "reason", reason)
	}
}

func (n *run) hasFailed(part incident.Part) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.failed[part]
}
