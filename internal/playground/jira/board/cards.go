package board

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"hindsight/internal/playground/jira"
)

// kanban is a board with its columns.
type kanban struct {
	Name    string
	Project string // "" for a board of several
	Sum     string // how much is open and done, in words
	Columns []column
}

type column struct {
	Name     string
	Status   string // ids of the statuses that lead into it, with spaces between
	Category jira.Category
	Cards    []card
}

// card is a ticket on a board.
type card struct {
	Key, Path, Summary, Type, Priority string
	Labels                             []string
	Assignee                           string // a name
	Due                                string
	Late                               bool   // is due, and open
	Over, Dropped                      bool   // is closed; not because it was done
	Resolution                         string // of one that is not done
	Moves                              []move
	To                                 string // ids of the statuses that the moves lead to, with spaces between
	Back                               string // the board
}

// move is a transition that a ticket is offered.
type move struct {
	Name     string
	Status   int64 // that it leads to
	To       string
	Category jira.Category
	Asks     string // the names of the fields on its screen; "" for none
}

func projectPath(key string) string { return "/projects/" + url.PathEscape(key) }

func ticketPath(key string) string { return "/browse/" + url.PathEscape(key) }

// first leads to a board.
func (s *site) first(*http.Request, visit) (screen, error) {
	if all := s.tabs(); len(all) > 0 {
		return screen{moved: all[0].Path}, nil
	}
	return screen{}, errNowhere()
}

func (s *site) project(key string) (jira.Project, error) {
	all := s.j.Projects()
	at := slices.IndexFunc(all, func(p jira.Project) bool { return p.Key == key })
	if at < 0 {
		return jira.Project{}, errNowhere()
	}
	return all[at], nil
}

func (s *site) projectBoard(r *http.Request, _ visit) (screen, error) {
	p, err := s.project(r.PathValue("project"))
	if err != nil {
		return screen{}, err
	}
	return s.board(projectPath(p.Key), p.Name, p.Key, s.j.Columns(p.Key)), nil
}

// savedBoard is one that was made over the API.
func (s *site) savedBoard(r *http.Request, _ visit) (screen, error) {
	id, err := strconv.ParseInt(r.PathValue("board"), 10, 64)
	if err != nil {
		return screen{}, errNowhere()
	}
	all := s.j.Boards()
	at := slices.IndexFunc(all, func(b jira.Board) bool { return b.ID == id })
	if at < 0 {
		return screen{}, errNowhere()
	}
	columns, err := s.j.BoardColumns(id)
	if err != nil {
		return screen{}, err
	}
	return s.board(boardPath(id), all[at].Name, "", columns), nil
}

// elsewhere leads there from where Jira has it.
func (s *site) elsewhere(r *http.Request, _ visit) (screen, error) {
	id := cmp.Or(r.PathValue("board"), r.FormValue("rapidView"))
	return screen{moved: "/boards/" + url.PathEscape(id)}, nil
}

func boardPath(id int64) string { return fmt.Sprintf("/boards/%d", id) }

func (s *site) board(path, name, project string, columns []jira.Column) screen {
	b, open, done := kanban{Name: name, Project: project}, 0, 0
	names := s.names()
	for _, c := range columns {
		shown := column{Name: c.Name, Status: statusIDs(c.Statuses), Category: c.Statuses[0].Category}
		for _, t := range c.Tickets {
			shown.Cards = append(shown.Cards, s.card(t, names, path))
			if t.Status.Category == jira.Complete {
				done++
			} else {
				open++
			}
		}
		b.Columns = append(b.Columns, shown)
	}
	b.Sum = fmt.Sprintf("%d open, %d closed. Drag a card, or use its menu ⋯.", open, done)
	return screen{view: "board", title: name, tab: path, body: b}
}

func statusIDs(all []jira.Status) string {
	var ids []string
	for _, s := range all {
		ids = append(ids, strconv.FormatInt(s.ID, 10))
	}
	return strings.Join(ids, " ")
}

// names are what people see of accounts, by the accounts' ids.
func (s *site) names() map[string]string {
	all := map[string]string{}
	for _, a := range s.j.Accounts() {
		all[a.ID] = a.Display
	}
	return all
}

func (s *site) card(t jira.Ticket, names map[string]string, back string) card {
	c := card{
		Key: t.Key, Path: ticketPath(t.Key), Summary: t.Summary, Type: t.Type, Priority: t.Priority, Labels: t.Labels,
		Assignee: names[t.Assignee], Due: readable(t.Due), Late: s.late(t), Over: t.Status.Category == jira.Complete,
		Dropped: dropped(t), Moves: s.moves(t.Key), Back: back,
	}
	if c.Dropped {
		c.Resolution = t.Resolution
	}
	var to []string
	for _, m := range c.Moves {
		to = append(to, strconv.FormatInt(m.Status, 10))
	}
	c.To = strings.Join(to, " ")
	return c
}

// dropped is whether it was closed for another reason than that it is done.
func dropped(t jira.Ticket) bool {
	return t.Status.Category == jira.Complete && t.Resolution != "" && t.Resolution != "Done"
}

// late is whether its day has come, and it is open.
func (s *site) late(t jira.Ticket) bool {
	return t.Due != "" && t.Status.Category != jira.Complete && t.Due < s.options.Clock().UTC().Format(time.DateOnly)
}

// readable is a day as people write it.
func readable(day string) string {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return at.Format("2 Jan 2006")
}

// moves are none for a ticket that has gone meanwhile.
func (s *site) moves(key string) (all []move) {
	offered, err := s.j.Moves(key)
	if err != nil {
		return nil
	}
	for _, m := range offered {
		var asks []string
		for _, f := range m.Asks {
			asks = append(asks, f.Name)
		}
		all = append(all, move{
			Name: m.Name, Status: m.To.ID, To: m.To.Name, Category: m.To.Category, Asks: strings.Join(asks, ", "),
		})
	}
	return all
}
