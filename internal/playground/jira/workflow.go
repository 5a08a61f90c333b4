package jira

import "slices"

// Category is what kind of status a status is, by Jira's key for it.
type Category string

// The categories. Undefined is what Jira says where it does not know.
const (
	Undefined  Category = "undefined"
	ToDo       Category = "new"
	InProgress Category = "indeterminate"
	Complete   Category = "done"
)

// Status is one of a workflow's.
type Status struct {
	ID       int64 // given by the site: one name has one id in all projects
	Name     string
	Category Category
}

// Workflow is which statuses there are, and how one gets from one to another.
type Workflow struct {
	Name string
	// Statuses in the order of a board's columns; new tickets have the first.
	Statuses []Status
	// Transitions in the order in which they are offered. Their ids are 11,
	// 21, 31 and so on.
	Transitions []Transition
}

// Transition is a way from one status to another.
type Transition struct {
	Name string
	// From are the statuses that it leads from; none for all others.
	From []string
	To   string
	// Screen is what is asked on the way. Fields with the id "resolution" ask
	// for one of [Resolutions].
	Screen []Field
	// Resolution is what the way sets by itself where it leads into [Complete].
	// A way that leads elsewhere always clears it.
	Resolution string
}

// Resolutions are those of every site.
func Resolutions() []string {
	return []string{"Done", "Won't Do", "Duplicate", "Cannot Reproduce", "Declined"}
}

// Simple lets everything go everywhere, as Jira's own simplified workflow does.
func Simple() Workflow {
	return Workflow{
		Name:     "Simple",
		Statuses: []Status{{Name: "To Do", Category: ToDo}, {Name: "In Progress", Category: InProgress}, {Name: "Done", Category: Complete}},
		Transitions: []Transition{
			{Name: "To Do", To: "To Do"},
			{Name: "In Progress", To: "In Progress"},
			{Name: "Done", To: "Done", Resolution: "Done"},
		},
	}
}

// Strict has no straight way: what is done was reviewed. The only closed status
// that can be reached from every other is the one for what is not done.
func Strict() Workflow {
	return Workflow{
		Name: "Strict",
		Statuses: []Status{
			{Name: "To Do", Category: ToDo},
			{Name: "In Progress", Category: InProgress},
			{Name: "In Review", Category: InProgress},
			{Name: "Done", Category: Complete},
			{Name: "Won't Do", Category: Complete},
		},
		Transitions: []Transition{
			{Name: "Start progress", From: []string{"To Do"}, To: "In Progress"},
			{Name: "Ask for review", From: []string{"In Progress"}, To: "In Review"},
			{Name: "Approve", From: []string{"In Review"}, To: "Done", Resolution: "Done"},
			{Name: "Send back", From: []string{"In Review"}, To: "In Progress"},
			{Name: "Won't do", From: []string{"To Do", "In Progress", "In Review"}, To: "Won't Do", Resolution: "Won't Do"},
			{Name: "Reopen", From: []string{"Done", "Won't Do"}, To: "To Do"},
		},
	}
}

// RootCause is a field that workflows ask for.
const RootCause = "customfield_10042"

// Asking is the workflow with a screen on the transitions of a name. One that asks
// for the resolution sets none by itself.
func (w Workflow) Asking(transition string, screen ...Field) Workflow {
	w.Transitions = slices.Clone(w.Transitions)
	for n, t := range w.Transitions {
		if t.Name != transition {
			continue
		}
		t.Screen = screen
		if slices.ContainsFunc(screen, func(f Field) bool { return f.ID == fieldResolution }) {
			t.Resolution = ""
		}
		w.Transitions[n] = t
	}
	return w
}

// step is a transition with its id.
type step struct {
	Transition
	id int
	to Status
}

// steps are the transitions that are offered to a ticket in a status.
func (w Workflow) steps(from string) []step {
	var all []step
	for n, t := range w.Transitions {
		if to, known := w.status(t.To); known && t.leads(from) {
			all = append(all, step{Transition: t, id: n*10 + 11, to: to})
		}
	}
	return all
}

func (t Transition) leads(from string) bool {
	if len(t.From) == 0 {
		return from != t.To
	}
	return slices.Contains(t.From, from)
}

func (w Workflow) status(name string) (Status, bool) {
	at := slices.IndexFunc(w.Statuses, func(s Status) bool { return s.Name == name })
	if at < 0 {
		return Status{}, false
	}
	return w.Statuses[at], true
}
