package board

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"hindsight/internal/playground/jira"
	"hindsight/internal/playground/web"
)

// errNowhere is the answer to what doesn't exist.
func errNowhere() error { return &jira.RefusalError{Status: http.StatusNotFound} }

// invalid says what is wrong with a form.
func invalid(message string) error {
	return &jira.RefusalError{Status: http.StatusUnprocessableEntity, Messages: []string{message}}
}

func refusalOf(r *jira.RefusalError) refusal {
	return refusal{Status: r.Status, Message: strings.Join(r.Messages, " "), Fields: r.Fields}
}

// back is where a form wants to lead, or else.
func back(r *http.Request, or string) string {
	if to := web.Local(r.FormValue("back")); to != "/" {
		return to
	}
	return or
}

// asked is the transition by which a ticket gets to the status that the form
// names by its id.
func (s *site) asked(r *http.Request) (t jira.Ticket, m jira.Move, err error) {
	if t, err = s.j.Ticket(r.PathValue("key")); err != nil {
		return t, m, err
	}
	offered, err := s.j.Moves(t.Key)
	if err != nil {
		return t, m, err
	}
	at := slices.IndexFunc(offered, func(m jira.Move) bool { return strconv.FormatInt(m.To.ID, 10) == r.FormValue("status") })
	if at < 0 {
		return t, m, invalid("The workflow has no way from “" + t.Status.Name + "” to there.")
	}
	return t, offered[at], nil
}

// answerPrefix is what the names of a screen's fields begin with.
const answerPrefix = "field-"

// move takes a ticket to a status. If a screen asks for something that the form
// does not hold, it leads to the screen.
func (s *site) move(r *http.Request, v visit) (string, error) {
	t, m, err := s.asked(r)
	if err != nil {
		return "", err
	}
	answers := map[string]string{}
	for _, f := range m.Asks {
		if !r.PostForm.Has(answerPrefix + f.ID) {
			return ticketPath(t.Key) + "/move?" + r.PostForm.Encode(), nil
		}
		answers[f.ID] = r.PostForm.Get(answerPrefix + f.ID)
	}
	return back(r, ticketPath(t.Key)), s.j.As(v.me.ID).Move(t.Key, m.To.Name, answers)
}

// form is a transition's screen.
type form struct {
	Key, Summary, Name, To string
	Act, Status, Back      string
	Fields                 []field
}

type field struct {
	ID, Name string
	Required bool
	Choices  []string
}

func (s *site) screen(r *http.Request, _ visit) (screen, error) {
	t, m, err := s.asked(r)
	if err != nil {
		return screen{}, err
	}
	f := form{
		Key: t.Key, Summary: t.Summary, Name: m.Name, To: m.To.Name,
		Act: ticketPath(t.Key) + "/move", Status: r.FormValue("status"), Back: back(r, ticketPath(t.Key)),
	}
	for _, one := range m.Asks {
		f.Fields = append(f.Fields, field{one.ID, one.Name, one.Required, one.Allowed})
	}
	return screen{view: "transition", title: m.Name + " " + t.Key, tab: projectPath(t.Project), body: f}, nil
}

// draft is a ticket that is being written.
type draft struct {
	Heading, Act, Back   string
	Summary, Description string
	Types                []string // to choose among; none for one that has its type
}

func (s *site) newTicket(r *http.Request, _ visit) (screen, error) {
	p, err := s.project(r.PathValue("project"))
	if err != nil {
		return screen{}, err
	}
	d := draft{Heading: "New ticket in " + p.Name, Act: projectPath(p.Key) + "/new", Back: projectPath(p.Key)}
	for _, t := range p.Types {
		if !t.Subtask {
			d.Types = append(d.Types, t.Name)
		}
	}
	return screen{view: "edit", title: d.Heading, tab: projectPath(p.Key), body: d}, nil
}

func (s *site) create(r *http.Request, v visit) (string, error) {
	t, err := s.j.As(v.me.ID).CreateTicket(r.PathValue("project"), jira.Draft{
		Type: r.PostForm.Get("type"), Summary: r.PostForm.Get("summary"), Description: written(r, "description"),
	})
	return ticketPath(t.Key), err
}

func (s *site) editor(r *http.Request, _ visit) (screen, error) {
	t, err := s.j.Ticket(r.PathValue("key"))
	if err != nil {
		return screen{}, err
	}
	return screen{view: "edit", title: "Edit " + t.Key, tab: projectPath(t.Project), body: draft{
		Heading: "Edit " + t.Key, Act: ticketPath(t.Key) + "/edit", Back: ticketPath(t.Key),
		Summary: t.Summary, Description: t.Description,
	}}, nil
}

// written is what somebody typed, with lines as they end everywhere but in forms.
func written(r *http.Request, name string) string {
	return strings.ReplaceAll(r.PostForm.Get(name), "\r\n", "\n")
}

// edit writes the fields that the form holds, and no others.
func (s *site) edit(r *http.Request, v visit) (string, error) {
	var e jira.Edit
	for name, to := range map[string]**string{
		"summary": &e.Summary, "description": &e.Description, "assignee": &e.Assignee, "due": &e.Due,
	} {
		if r.PostForm.Has(name) {
			text := written(r, name)
			*to = &text
		}
	}
	key := r.PathValue("key")
	return ticketPath(key), s.j.As(v.me.ID).Edit(key, e)
}

func (s *site) comment(r *http.Request, v visit) (string, error) {
	key := r.PathValue("key")
	return ticketPath(key), s.j.As(v.me.ID).Comment(key, written(r, "body"))
}

func (s *site) moveProject(r *http.Request, v visit) (string, error) {
	t, err := s.j.Ticket(r.PathValue("key"))
	if err != nil {
		return "", err
	}
	if err = s.j.As(v.me.ID).MoveToProject(t.Key, r.PostForm.Get("to")); err != nil {
		return "", err
	}
	if t, err = s.j.Ticket(t.Key); err != nil {
		return "", err
	}
	return ticketPath(t.Key), nil
}

func (s *site) remove(r *http.Request, v visit) (string, error) {
	t, err := s.j.Ticket(r.PathValue("key"))
	if err != nil {
		return "", err
	}
	return projectPath(t.Project), s.j.As(v.me.ID).Delete(t.Key)
}
