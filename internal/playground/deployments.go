package playground

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Deployment is a deployment as it was at one moment.
type Deployment struct {
	ID          int64
	Ref, SHA    string
	Environment string
	Transient   bool // the environment will be gone, like a preview
	Creator     User
	CreatedAt   time.Time
	Statuses    []DeploymentStatus // oldest first
}

// State is what the deployment's newest status says; "pending" without one.
func (d Deployment) State() string {
	if len(d.Statuses) == 0 {
		return "pending"
	}
	return d.Statuses[len(d.Statuses)-1].State
}

// DeploymentStatus is how far a deployment has got.
type DeploymentStatus struct {
	ID      int64
	State   string // "queued", "in_progress", "success", "failure", "error", "inactive", …
	LogURL  string
	Creator User
	At      time.Time
}

// NewDeployment is a deployment that is to begin.
type NewDeployment struct {
	Ref         string // a branch, a tag or a commit
	Environment string // "" for production
	Transient   bool
}

// commitForm is a commit in full.
var commitForm = regexp.MustCompile(`^[0-9a-f]{40}$`)

// Deploy begins a deployment. What it deploys is made up: there is no code here.
func (p Person) Deploy(repo string, n NewDeployment) (int64, error) {
	var id int64
	err := p.in(repo, Write, "deploy "+n.Ref, func(by actor, r *repository) error {
		if strings.TrimSpace(n.Ref) == "" {
			return invalid("Deployment", "ref", "missing_field", "")
		}
		if n.Environment == "" {
			n.Environment = "production"
		}
		d := &Deployment{
			ID: p.g.newID(), Ref: n.Ref, SHA: n.Ref, Environment: n.Environment, Transient: n.Transient,
			Creator: by.user, CreatedAt: p.g.now(),
		}
		if !commitForm.MatchString(n.Ref) {
			d.SHA = commitOf(r.ID, n.Ref)
		}
		r.deployments = append(r.deployments, d)
		id = d.ID
		return nil
	})
	return id, err
}

// SetDeployment says how far a deployment has got, and where its log is. One
// that works takes the place of the others in its environment.
func (p Person) SetDeployment(repo string, id int64, state, logURL string) error {
	return p.in(repo, Write, "say how a deployment goes", func(by actor, r *repository) error {
		d, err := r.deployment(id)
		if err != nil {
			return err
		}
		if !slices.Contains([]string{"queued", "pending", "in_progress", "success", "failure", "error", "inactive"}, state) {
			return invalid("DeploymentStatus", "state", "invalid", "")
		}
		p.g.setStatus(by, r, d, state, logURL)
		if state == "success" && !d.Transient {
			p.g.retire(by, r, d)
		}
		return nil
	})
}

// retire makes inactive what worked in the environment before.
func (g *GitHub) retire(by actor, r *repository, anew *Deployment) {
	for _, d := range r.deployments {
		if d != anew && !d.Transient && d.Environment == anew.Environment && d.State() == "success" {
			g.setStatus(by, r, d, "inactive", "")
		}
	}
}

// setStatus tells of every status but of "inactive", as GitHub does.
func (g *GitHub) setStatus(by actor, r *repository, d *Deployment, state, logURL string) {
	s := DeploymentStatus{ID: g.newID(), State: state, LogURL: logURL, Creator: by.user, At: g.now()}
	d.Statuses = append(slices.Clip(d.Statuses), s)
	if state == "inactive" {
		return
	}
	g.emit(by, r, "deployment_status", "created", object{
		"deployment": g.deploymentJSON(r, d), "deployment_status": g.statusJSON(r, d, s),
	})
}

func (r *repository) deployment(id int64) (*Deployment, error) {
	for _, d := range r.deployments {
		if d.ID == id {
			return d, nil
		}
	}
	return nil, notFound()
}

// Deployments are a repository's deployments, the newest first.
func (g *GitHub) Deployments(repo string) []Deployment {
	g.mu.Lock()
	defer g.mu.Unlock()
	r, err := g.find(repo)
	if err != nil {
		return nil
	}
	var all []Deployment
	for _, d := range slices.Backward(r.deployments) {
		all = append(all, *d)
	}
	return all
}

func (g *GitHub) deploymentJSON(r *repository, d *Deployment) object {
	repo := g.apiURL("/repos/%s", r.FullName())
	api := fmt.Sprintf("%s/deployments/%d", repo, d.ID)
	changed := d.CreatedAt
	if n := len(d.Statuses); n > 0 {
		changed = d.Statuses[n-1].At
	}
	return object{
		"id": d.ID, "node_id": nodeID("Deployment", d.ID), "url": api, "statuses_url": api + "/statuses", "repository_url": repo,
		"sha": d.SHA, "ref": d.Ref, "task": "deploy", "payload": object{}, "description": nil,
		"environment": d.Environment, "original_environment": d.Environment,
		"transient_environment": d.Transient, "production_environment": d.Environment == "production",
		"creator": g.userJSON(d.Creator), "performed_via_github_app": nil,
		"created_at": moment(d.CreatedAt), "updated_at": moment(changed),
	}
}

func (g *GitHub) statusJSON(r *repository, d *Deployment, s DeploymentStatus) object {
	repo := g.apiURL("/repos/%s", r.FullName())
	api := fmt.Sprintf("%s/deployments/%d", repo, d.ID)
	return object{
		"id": s.ID, "node_id": nodeID("DeploymentStatus", s.ID), "url": fmt.Sprintf("%s/statuses/%d", api, s.ID),
		"deployment_url": api, "repository_url": repo, "state": s.State, "description": "", "environment": d.Environment,
		"target_url": s.LogURL, "log_url": s.LogURL, "environment_url": "",
		"creator": g.userJSON(s.Creator), "performed_via_github_app": nil,
		"created_at": moment(s.At), "updated_at": moment(s.At),
	}
}

// listDeployments knows the filters of GitHub's API.
func listDeployments(x *exchange) (reply, error) {
	asked := func(name, has string) bool {
		want := x.r.URL.Query().Get(name)
		return want == "" || want == has
	}
	var some []*Deployment
	for _, d := range slices.Backward(x.repo.deployments) {
		if asked("ref", d.Ref) && asked("sha", d.SHA) && asked("environment", d.Environment) && asked("task", "deploy") {
			some = append(some, d)
		}
	}
	return listed(x, some, func(d *Deployment) object { return x.g.deploymentJSON(x.repo, d) })
}

// listStatuses shows the newest first.
func listStatuses(x *exchange) (reply, error) {
	id, err := strconv.ParseInt(x.vars["deployment_id"], 10, 64)
	if err != nil {
		return reply{}, notFound()
	}
	d, err := x.repo.deployment(id)
	if err != nil {
		return reply{}, err
	}
	var newest []DeploymentStatus
	for _, s := range slices.Backward(d.Statuses) {
		newest = append(newest, s)
	}
	return listed(x, newest, func(s DeploymentStatus) object { return x.g.statusJSON(x.repo, d, s) })
}
