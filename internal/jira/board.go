package jira

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"hindsight/internal/incident"
	"hindsight/internal/markdown"
)

const (
	// boardName is that of the filter and of the board, with whose they are behind
	// it: by it, and by whose account they are, they are found again.
	boardName = "Post-mortem follow-ups"
	// boardLabel is on every follow-up, unless a repository's configuration has
	// another.
	boardLabel = "postmortem-followup"
	// The filter's description holds its projects: by them it is known whether
	// people have changed its search since it was written.
	describedBefore, describedAfter = "What was promised in the post-mortems of ", ". Made by Hindsight."
)

// BoardOf is whose follow-ups a board shows. Others have boards of their own: it is
// shared with the people of all its projects.
type BoardOf struct {
	Owner    string   // a GitHub account; "" for all whom the site serves
	Projects []string // by their keys; none for all of the owner's
}

// Board is where people see follow-ups of a site.
type Board struct {
	Name, URL         string
	FilterID, BoardID int
	Projects          []string
	Made              bool // now: it was not there
	Changed           bool // now: its filter had other projects
	// Theirs is true where people have changed the filter's search: it was left as
	// it is, with whom it is shared, too.
	Theirs bool
	// Unshared are projects whose people Jira does not let the filter be shared
	// with: they see a board without cards, until somebody shares it.
	Unshared []string
}

// filter is a search that Jira keeps.
type filter struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Description string `json:"description"`
	JQL         string `json:"jql"`
	Permissions []struct {
		Project struct {
			Key string `json:"key"`
		} `json:"project"`
	} `json:"sharePermissions"`
}

// Board makes a Kanban board of follow-ups, or finds the one that it made before;
// where that has other projects by now, it gets these.
func (j *Jira) Board(ctx context.Context, site incident.Repo, of BoardOf) (Board, error) {
	s, err := j.site(site)
	if err != nil {
		return Board{}, err
	}
	b := s.boardOf(of)
	if len(b.Projects) == 0 {
		return b, fmt.Errorf("a board of %s needs at least one project", s.key.Address())
	}
	f, err := s.filter(ctx, &b)
	if err != nil {
		return b, err
	}
	if !b.Theirs {
		if b.Unshared, err = s.share(ctx, f, b.Projects); err != nil {
			return b, err
		}
	}
	if b.BoardID, err = s.findBoard(ctx, b); err != nil {
		return b, err
	}
	if b.BoardID == 0 {
		b.Made = true
		b.BoardID, err = s.makeBoard(ctx, b)
	}
	b.URL = fmt.Sprintf("%s/secure/RapidBoard.jspa?rapidView=%d", s.URL, b.BoardID)
	return b, err
}

// boardOf names a board. One of a few projects has a name of its own, or it would
// take all others out of the board of all.
func (s *site) boardOf(of BoardOf) Board {
	b := Board{Name: boardName, Projects: of.Projects}
	if of.Owner != "" {
		b.Name += " of " + of.Owner
	}
	if len(b.Projects) > 0 {
		b.Name += " in " + strings.Join(b.Projects, ", ")
		return b
	}
	switch b.Projects = s.projects(); {
	case of.Owner == "":
	case s.Owners == nil:
		b.Projects = s.Default
	default:
		b.Projects = s.Owners[strings.ToLower(of.Owner)]
	}
	return b
}

// filter is the board's, made or brought up to date, unless people have changed it.
func (s *site) filter(ctx context.Context, b *Board) (filter, error) {
	const about = "the board's filter"
	var known []filter
	if err := s.get(ctx, "rest/api/2/filter/favourite", url.Values{"expand": {"sharePermissions"}}, &known, about); err != nil {
		return filter{}, err
	}
	method, path := http.MethodPost, "rest/api/2/filter"
	for _, f := range known {
		if f.Name != b.Name {
			continue
		}
		b.FilterID, b.Theirs = number(f.ID), f.JQL != followUpsIn(f.described())
		if b.Theirs || slices.Equal(f.described(), b.Projects) {
			return f, nil
		}
		b.Changed = true
		method, path = http.MethodPut, "rest/api/2/filter/"+url.PathEscape(f.ID)
	}
	f, err := s.saveFilter(ctx, method, path, map[string]any{
		"name": b.Name, "jql": followUpsIn(b.Projects), "favourite": true,
		"description": describedBefore + strings.Join(b.Projects, ", ") + describedAfter,
	})
	b.FilterID = number(f.ID)
	return f, err
}

// described are the projects that the filter had when it was written.
func (f filter) described() []string {
	_, rest, _ := strings.Cut(f.Description, describedBefore)
	keys, _, _ := strings.Cut(rest, describedAfter)
	return strings.Split(keys, ", ")
}

func (s *site) saveFilter(ctx context.Context, method, path string, want map[string]any) (filter, error) {
	var saved filter
	const about = "the board's filter"
	if err := s.call(ctx, method, path, nil, want, &saved); err != nil {
		return filter{}, s.explain(err, about)
	}
	if number(saved.ID) == 0 {
		return filter{}, s.passing(errors.New("the answer names no filter"), about)
	}
	return saved, nil
}

func followUpsIn(projects []string) string {
	return fmt.Sprintf("project in (%s) AND labels = %s ORDER BY Rank ASC", jqlTexts(projects), jqlText(boardLabel))
}

// share lets everybody in the projects see the filter, and so the cards. It
// returns those with which Jira does not let it be shared.
func (s *site) share(ctx context.Context, f filter, projects []string) (unshared []string, err error) {
	for _, key := range projects {
		shared := false
		for _, p := range f.Permissions {
			shared = shared || p.Project.Key == key
		}
		if shared {
			continue
		}
		err := s.shareWith(ctx, f, key)
		if blocked := new(incident.Blocked); missing(err) || errors.As(err, &blocked) && !blocked.Whole {
			s.log.Warn("the board's filter can't be shared with a project", "project", key, "error", err)
			unshared = append(unshared, key)
			continue
		}
		if err != nil {
			return unshared, err
		}
	}
	return unshared, nil
}

func (s *site) shareWith(ctx context.Context, f filter, key string) error {
	about := "the project " + markdown.Code(key)
	var project struct {
		ID string `json:"id"`
	}
	if err := s.get(ctx, "rest/api/2/project/"+url.PathEscape(key), nil, &project, about); err != nil {
		return err
	}
	path := "rest/api/2/filter/" + url.PathEscape(f.ID) + "/permission"
	body := map[string]string{"type": "project", "projectId": project.ID}
	if err := s.call(ctx, http.MethodPost, path, nil, body, nil); err != nil {
		return s.explain(err, "the board's filter")
	}
	return nil
}

// findBoard is the board of the filter; 0 for none.
func (s *site) findBoard(ctx context.Context, b Board) (int, error) {
	const about = "the boards"
	var boards []struct {
		ID   int    `json:"id"`
		Name string `json:"name"`
	}
	if err := readPages(ctx, s, "rest/agile/1.0/board", url.Values{"name": {b.Name}, "type": {"kanban"}}, about, &boards); err != nil {
		return 0, err
	}
	for _, board := range boards {
		var configuration struct {
			Filter struct {
				ID string `json:"id"`
			} `json:"filter"`
		}
		if board.Name != b.Name {
			continue
		}
		err := s.get(ctx, fmt.Sprintf("rest/agile/1.0/board/%d/configuration", board.ID), nil, &configuration, about)
		if err != nil || number(configuration.Filter.ID) == b.FilterID {
			return board.ID, err
		}
	}
	return 0, nil
}

// makeBoard puts it into the first project, on Cloud; Data Center knows no place
// for boards, and refuses to be told one.
func (s *site) makeBoard(ctx context.Context, b Board) (int, error) {
	cloud, err := s.isCloud(ctx)
	if err != nil {
		return 0, err
	}
	project := b.Projects[0]
	body := map[string]any{"name": b.Name, "type": "kanban", "filterId": b.FilterID}
	if cloud {
		body["location"] = map[string]string{"type": "project", "projectKeyOrId": project}
	}
	var answer struct {
		ID int `json:"id"`
	}
	if err := s.call(ctx, http.MethodPost, "rest/agile/1.0/board", nil, body, &answer); err != nil {
		return 0, s.explain(err, "a board in "+markdown.Code(project))
	}
	return answer.ID, nil
}

// AllProjects are the keys of all that anybody may use at a site, sorted.
func (j *Jira) AllProjects(site incident.Repo) []string {
	if s := j.byKey[site]; s != nil {
		return slices.Clip(s.projects())
	}
	return nil
}

// Owners are the GitHub accounts, in lower case and sorted, that the operator names
// at a site; none where everybody who is served may use the same projects.
func (j *Jira) Owners(site incident.Repo) []string {
	if s := j.byKey[site]; s != nil {
		return slices.Sorted(maps.Keys(s.Owners))
	}
	return nil
}
