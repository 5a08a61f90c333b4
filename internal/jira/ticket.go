package jira

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	gojira "github.com/andygrunwald/go-jira"

	"hindsight/internal/incident"
	"hindsight/internal/markdown"
)

// issue is a ticket as Jira gives it. go-jira's own type has no properties.
type issue struct {
	ID     string `json:"id"`
	Key    string `json:"key"`
	Fields struct {
		Summary    string             `json:"summary"`
		Status     gojira.Status      `json:"status"`
		Resolution *gojira.Resolution `json:"resolution"`
		Resolved   *gojira.Time       `json:"resolutiondate"`
		Moved      *gojira.Time       `json:"statuscategorychangedate"` // Cloud only
		Created    gojira.Time        `json:"created"`
		Updated    gojira.Time        `json:"updated"`
		Due        string             `json:"duedate"` // "2026-12-01"
		Assignee   *gojira.User       `json:"assignee"`
		Creator    *gojira.User       `json:"creator"`
		Priority   *gojira.Priority   `json:"priority"`
		Labels     []string           `json:"labels"`
		Project    struct {
			Key string `json:"key"`
		} `json:"project"`
	} `json:"fields"`
	Properties map[string]json.RawMessage `json:"properties"`
}

// asked are the fields that are read of a ticket.
const asked = "summary,status,resolution,resolutiondate,statuscategorychangedate,created,updated,duedate,assignee,creator,priority,labels,project"

// read asks for a ticket, by its id or a name.
func (s *site) read(ctx context.Context, id, about string) (issue, error) {
	var found issue
	query := url.Values{"fields": {asked}, "properties": {markerName}}
	err := s.get(ctx, "rest/api/2/issue/"+url.PathEscape(id), query, &found, about)
	if err == nil {
		err = s.check(found, about)
	}
	if err == nil && number(id) != 0 && found.ID != id {
		err = s.passing(errors.New("the answer is another ticket"), about)
	}
	return found, err
}

// check is an error for what can't be a ticket: whose project was not told, say,
// could be taken for one in which Hindsight may write.
func (s *site) check(i issue, about string) error {
	if number(i.ID) == 0 || projectIn(i.Key) == "" || projectIn(i.Key) != i.Fields.Project.Key {
		return s.passing(errors.New("the answer is no ticket"), about)
	}
	return nil
}

// number is Jira's id as a number; 0 if it is none.
func number(id string) int {
	n, err := strconv.Atoi(id)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// Ticket is read by its id. Name is what it was called last, or "".
func (j *Jira) Ticket(ctx context.Context, key incident.Key, name string) (incident.Ticket, error) {
	s, id, err := j.numbered(key)
	if err != nil {
		return incident.Ticket{}, err
	}
	_, t, err := s.look(ctx, id, name)
	return t, err
}

// look reads a ticket that was called by a name, as Jira gives it and in the
// rules' words.
func (s *site) look(ctx context.Context, id, name string) (issue, incident.Ticket, error) {
	found, err := s.read(ctx, id, named(name, s))
	if missing(err) {
		err = s.gone(ctx, err, name)
	}
	if err != nil {
		return found, incident.Ticket{}, err
	}
	t, err := s.ticket(ctx, found)
	return found, t, err
}

// ticketAt is a ticket of which no more is known than where it is.
func ticketAt(s *site) string { return "a ticket at " + markdown.Code(s.key.Address()) }

var ticketName = regexp.MustCompile(`^[A-Z][A-Z0-9_]+-[1-9][0-9]{0,17}$`)

// Named finds a ticket by a name that it has, or had: Jira follows those that
// were moved.
func (j *Jira) Named(ctx context.Context, ref incident.TicketRef) (incident.Ticket, error) {
	s, err := j.site(ref.Site)
	if err != nil {
		return incident.Ticket{}, err
	}
	name := strings.ToUpper(ref.Name)
	if !ticketName.MatchString(name) {
		return incident.Ticket{}, &incident.Missing{What: markdown.Text(ref.Name)}
	}
	found, err := s.read(ctx, name, markdown.Text(name))
	if missing(err) {
		err = s.gone(ctx, err, name)
	}
	if err != nil {
		return incident.Ticket{}, err
	}
	return s.ticket(ctx, found)
}

// gone is the error for a ticket that Jira does not show. It was deleted only if
// we are still known, and the project can be seen that it was in last, by its
// name: whoever is logged out, or has lost a permission, gets the same answer.
// Nothing is asked of other projects, and nothing said: they may be others'.
func (s *site) gone(ctx context.Context, because error, name string) error {
	if _, err := s.askMyself(ctx); err != nil {
		return err
	}
	key := projectIn(name)
	if key == "" {
		return because
	}
	seen, err := s.visible(ctx, []string{key})
	if err != nil {
		return err
	}
	if len(seen) > 0 {
		return because
	}
	return &incident.Blocked{
		Text: fmt.Sprintf("Jira (`%s`) does not show the project %s to Hindsight's account any more, so that nobody can tell whether its tickets are still there. "+
			"A Jira administrator can give the account the permission *Browse projects* in it.", s.key.Address(), markdown.Code(key)),
		Err: errors.New(because.Error()), // wrapped, it would count as missing all the same
	}
}

// projectIn is the key of the project in a ticket's name; "" if it is none.
func projectIn(name string) string {
	if !ticketName.MatchString(name) {
		return ""
	}
	return name[:strings.LastIndexByte(name, '-')]
}

// visible are those of the projects that Jira shows right now: what it showed a
// moment ago would make a deleted ticket of one that is only hidden.
func (s *site) visible(ctx context.Context, keys []string) ([]string, error) {
	var seen []string
	for _, key := range keys {
		err := s.get(ctx, "rest/api/2/project/"+url.PathEscape(key), nil, nil, "the project "+markdown.Code(key))
		if blocked := new(incident.Blocked); missing(err) || errors.As(err, &blocked) && !blocked.Whole {
			continue
		}
		if err != nil {
			return nil, err
		}
		seen = append(seen, key)
	}
	return seen, nil
}

// ticket is an issue in the rules' words.
func (s *site) ticket(ctx context.Context, i issue) (incident.Ticket, error) {
	me, err := s.myself(ctx)
	if err != nil {
		return incident.Ticket{}, err
	}
	f := i.Fields
	t := incident.Ticket{
		Key: incident.Key{Repo: s.key, Number: number(i.ID)}, Name: i.Key, Project: f.Project.Key, URL: s.browse(i.Key),
		Title: f.Summary, State: s.state(i), Status: f.Status.Name,
		Owner: s.loginOf(f.Assignee), Due: day(f.Due),
		Created: moment(&f.Created), At: moment(&f.Updated),
		Public: s.Public, Internal: s.Internal, Ours: same(f.Creator, &me),
	}
	if f.Assignee != nil {
		t.Assignee = f.Assignee.DisplayName
	}
	if t.State == incident.Done || t.State == incident.Dropped {
		t.Closed = firstOf(moment(f.Resolved), moment(f.Moved), t.At)
	}
	if m, ok := readMarker(i.Properties[markerName]); ok && t.Ours {
		t.Of, t.Entry = m.Of, m.entry()
	}
	return t, nil
}

func (s *site) browse(name string) string { return s.URL + "/browse/" + url.PathEscape(name) }

// state is by the category that Jira has put the status in; "" for any other
// than the three that there are.
func (s *site) state(i issue) incident.State {
	switch i.Fields.Status.StatusCategory.Key {
	case "new", "indeterminate":
		return incident.Open
	case "done":
		if s.dropped(i.Fields.Status.Name) || i.Fields.Resolution != nil && s.dropped(i.Fields.Resolution.Name) {
			return incident.Dropped
		}
		return incident.Done
	}
	return ""
}

// dropped is whether a status or a resolution means that it won't be done.
func (s *site) dropped(name string) bool {
	name = plainWord(name)
	return slices.Contains(droppedWords(), name) ||
		slices.ContainsFunc(s.Dropped, func(word string) bool { return plainWord(word) == name })
}

// droppedWords are what Jira and its users call it.
func droppedWords() []string {
	return []string{
		"wont do", "wont fix", "will not do", "will not fix", "not done", "duplicate", "declined", "rejected",
		"cancelled", "canceled", "invalid", "cannot reproduce", "obsolete", "abandoned", "withdrawn", "not a bug", "by design",
	}
}

// plainWord is a name without case, apostrophes of any form and needless blanks.
func plainWord(name string) string {
	name = strings.NewReplacer("'", "", "’", "", "‘", "", "´", "", "`", "").Replace(strings.ToLower(name))
	return strings.Join(strings.Fields(name), " ")
}

// day reads "2026-12-01"; none of anything else.
func day(text string) incident.Day {
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return ""
	}
	return incident.Day(at.Format("20060102"))
}

// dateOf writes a day as Jira has it; "" for none.
func dateOf(d incident.Day) string {
	at, err := time.Parse("20060102", string(d))
	if err != nil {
		return ""
	}
	return at.Format(time.DateOnly)
}

func moment(t *gojira.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return time.Time(*t).UTC()
}

func firstOf(times ...time.Time) time.Time {
	for _, t := range times {
		if !t.IsZero() {
			return t
		}
	}
	return time.Time{}
}
