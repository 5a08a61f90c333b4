package jira

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Permission is what one can be allowed in a project, by Jira's key for it.
type Permission string

// The permissions that are told apart.
const (
	Browse     Permission = "BROWSE_PROJECTS"
	Create     Permission = "CREATE_ISSUES"
	EditIssues Permission = "EDIT_ISSUES"
	Transit    Permission = "TRANSITION_ISSUES"
	Assign     Permission = "ASSIGN_ISSUES"
	Assignable Permission = "ASSIGNABLE_USER"
	AddComment Permission = "ADD_COMMENTS"
	LinkIssues Permission = "LINK_ISSUES"
	DeleteAny  Permission = "DELETE_ISSUES"
	MoveIssues Permission = "MOVE_ISSUES"
)

// permissions are all of them with the names that people see.
func permissions() map[Permission]string {
	return map[Permission]string{
		Browse: "Browse Projects", Create: "Create Issues", EditIssues: "Edit Issues", Transit: "Transition Issues",
		Assign: "Assign Issues", Assignable: "Assignable User", AddComment: "Add Comments",
		LinkIssues: "Link Issues", DeleteAny: "Delete Issues", MoveIssues: "Move Issues",
	}
}

// Kind is what a custom field holds.
type Kind int

// The kinds. The system fields have theirs by themselves.
const (
	Text Kind = iota
	Paragraph
	Number
	Date
	Select
	MultiSelect
	Labels
	User
)

// Field is a field that an issue type, or a transition, has on its screen.
type Field struct {
	// ID is "duedate" and the like, or "customfield_10042".
	ID string
	// Name and Kind are those of custom fields.
	Name string
	Kind Kind
	// Required must be filled in, when the ticket is created and ever after.
	Required bool
	// Allowed are a Select's or MultiSelect's options, or fewer priorities than
	// the site has.
	Allowed []string
	// Default is filled in by itself where nothing else is.
	Default string
}

// Type is an issue type in a project.
type Type struct {
	Name string
	// Fields are on the screens that create and edit, beside the summary.
	Fields []Field
	// Subtask can't be created without a parent.
	Subtask bool

	id int64
}

// DefaultFields are what most projects have on their screens.
func DefaultFields() []Field {
	return []Field{
		{ID: fieldDescription},
		{ID: fieldPriority, Default: "Medium"},
		{ID: fieldLabels},
		{ID: fieldAssignee},
		{ID: fieldReporter, Required: true}, // defaults to who creates it
		{ID: fieldDue},
		{ID: fieldComponents},
	}
}

// Without are the fields but for those with the ids.
func Without(fields []Field, ids ...string) []Field {
	return slices.DeleteFunc(slices.Clone(fields), func(f Field) bool { return slices.Contains(ids, f.ID) })
}

// ProjectOptions say how a project is set up. What is empty is as most have it.
type ProjectOptions struct {
	Name       string // the key if empty
	Types      []Type // Task and Bug with [DefaultFields], and Sub-task
	Workflow   Workflow
	Components []string
	// Hidden can be seen by nobody who is not allowed to by [Jira.Allow].
	Hidden bool
}

type project struct {
	id         int64
	key        string
	name       string
	types      []Type
	workflow   Workflow
	components []component
	hidden     bool
	last       int // number of the newest ticket
	granted    map[string]map[Permission]bool
}

type component struct {
	id   int64
	name string
}

var projectKey = regexp.MustCompile(`^[A-Z][A-Z0-9_]{1,9}$`)

// AddProject adds a project. It panics when the key is taken or none, and when
// a workflow leads to a status that it does not have.
func (j *Jira) AddProject(key string, o ProjectOptions) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if !projectKey.MatchString(key) || j.project(key) != nil {
		panic(fmt.Sprintf("jira: %q can't be the key of a project", key))
	}
	if len(o.Workflow.Statuses) == 0 {
		o.Workflow = Simple()
	}
	p := &project{
		id: j.newID(), key: key, name: cmp.Or(o.Name, key),
		workflow: o.Workflow, hidden: o.Hidden,
		granted: map[string]map[Permission]bool{},
	}
	for _, name := range o.Components {
		p.components = append(p.components, component{id: j.newID(), name: name})
	}
	if len(o.Types) == 0 {
		o.Types = []Type{
			{Name: "Task", Fields: DefaultFields()},
			{Name: "Bug", Fields: DefaultFields()},
			{Name: "Sub-task", Fields: DefaultFields(), Subtask: true},
		}
	}
	for _, t := range o.Types {
		t.id = j.newID()
		p.types = append(p.types, t)
	}
	j.register(&p.workflow)
	j.projects = append(j.projects, p)
}

// register gives a workflow's statuses their ids.
func (j *Jira) register(w *Workflow) {
	w.Statuses = slices.Clone(w.Statuses)
	for n, s := range w.Statuses {
		at := slices.IndexFunc(j.statuses, func(known Status) bool { return known.Name == s.Name && known.Category == s.Category })
		if at < 0 {
			s.ID = j.newID()
			j.statuses = append(j.statuses, s)
			at = len(j.statuses) - 1
		}
		w.Statuses[n] = j.statuses[at]
	}
	for _, t := range w.Transitions {
		for _, name := range append([]string{t.To}, t.From...) {
			if _, known := w.status(name); !known {
				panic(fmt.Sprintf("jira: workflow %s has no status %s", w.Name, name))
			}
		}
	}
}

// SetWorkflow gives a project another workflow. Tickets whose status it does
// not have get its first.
func (j *Jira) SetWorkflow(key string, w Workflow) error {
	return j.changeProject(key, func(p *project) {
		j.register(&w)
		p.workflow = w
		for _, t := range j.tickets {
			if t.project == p {
				t.Status = p.status(t.Status.Name)
				j.reindex(t)
			}
		}
	})
}

// SetTypes gives a project other issue types, or the same with other fields.
// Types of the same name keep their ids.
func (j *Jira) SetTypes(key string, types ...Type) error {
	return j.changeProject(key, func(p *project) {
		was := p.types
		p.types = nil
		for _, t := range types {
			if at := slices.IndexFunc(was, func(o Type) bool { return o.Name == t.Name }); at >= 0 {
				t.id = was[at].id
			} else {
				t.id = j.newID()
			}
			p.types = append(p.types, t)
		}
	})
}

// Deny takes permissions in a project from an account, by its id; without any, all. Who
// may not [Browse] can't do anything else either.
func (j *Jira) Deny(project, account string, ps ...Permission) error {
	return j.grant(project, account, false, ps)
}

// Allow gives permissions in a project to an account, by its id; without any, all.
func (j *Jira) Allow(project, account string, ps ...Permission) error {
	return j.grant(project, account, true, ps)
}

func (j *Jira) grant(key, account string, yes bool, ps []Permission) error {
	if len(ps) == 0 {
		ps = slices.Collect(maps.Keys(permissions()))
	}
	return j.changeProject(key, func(p *project) {
		if p.granted[account] == nil {
			p.granted[account] = map[Permission]bool{}
		}
		for _, one := range ps {
			p.granted[account][one] = yes
		}
	})
}

func (j *Jira) changeProject(key string, change func(*project)) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	p := j.project(key)
	if p == nil {
		return noProject(key)
	}
	change(p)
	return nil
}

// may is whether an account has a permission in the project.
func (p *project) may(a *account, want Permission) bool {
	allowed := func(one Permission) bool {
		said, is := p.granted[a.ID][one]
		return said || !is && !p.hidden
	}
	return allowed(Browse) && allowed(want)
}

// project finds one by key, or id.
func (j *Jira) project(keyOrID string) *project {
	at := slices.IndexFunc(j.projects, func(p *project) bool {
		return strings.EqualFold(p.key, keyOrID) || fmt.Sprint(p.id) == keyOrID
	})
	if at < 0 {
		return nil
	}
	return j.projects[at]
}

// status is the one with the name, else the first.
func (p *project) status(name string) Status {
	if s, known := p.workflow.status(name); known {
		return s
	}
	return p.workflow.Statuses[0]
}

// issueType finds one by name or id; false if the project has none such.
func (p *project) issueType(nameOrID string) (Type, bool) {
	at := slices.IndexFunc(p.types, func(t Type) bool { return t.Name == nameOrID || fmt.Sprint(t.id) == nameOrID })
	if at < 0 {
		return Type{}, false
	}
	return p.types[at], true
}
