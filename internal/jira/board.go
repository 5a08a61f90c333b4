package jira

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"hindsight/internal/incident"
	"hindsight/internal/markdown"
)

const (
	// boardName is that of the filter and of the board: by it, and by whose they
	// are, they are found again.
	boardName = "Post-mortem follow-ups"
	// boardLabel is on every follow-up, unless a repository's configuration has
	// another.
	boardLabel = "postmortem-followup"
)

// Board is where people see all follow-ups of a site.
type Board struct {
	Name, URL         string
	FilterID, BoardID int
	Made              bool // now: it was not there
	// Unshared are projects whose people Jira does not let the filter be shared
	// with: they see a board without cards, until somebody shares it.
	Unshared []string
}

// filter is a search that Jira keeps.
type filter struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	JQL         string `json:"jql"`
	Permissions []struct {
		Project struct {
			Key string `json:"key"`
		} `json:"project"`
	} `json:"sharePermissions"`
}

// Board makes a Kanban board of the follow-ups in the projects, or finds the one
// that it made before; where that has other projects by now, it gets these.
func (j *Jira) Board(ctx context.Context, site incident.Repo, projects []string) (Board, error) {
	s, err := j.site(site)
	if err != nil {
		return Board{}, err
	}
	if len(projects) == 0 {
		return Board{}, fmt.Errorf("a board of %s needs at least one project", s.key.Address())
	}
	f, err := s.filter(ctx, projects)
	if err != nil {
		return Board{}, err
	}
	b := Board{Name: boardName, FilterID: number(f.ID)}
	if b.Unshared, err = s.share(ctx, f, projects); err != nil {
		return b, err
	}
	if b.BoardID, err = s.findBoard(ctx, f.ID); err != nil {
		return b, err
	}
	if b.BoardID == 0 {
		b.Made = true
		b.BoardID, err = s.makeBoard(ctx, f, projects[0])
	}
	b.URL = fmt.Sprintf("%s/secure/RapidBoard.jspa?rapidView=%d", s.URL, b.BoardID)
	return b, err
}

// filter is the board's, made or brought up to date.
func (s *site) filter(ctx context.Context, projects []string) (filter, error) {
	const about = "the board's filter"
	var known []filter
	if err := s.get(ctx, "rest/api/2/filter/favourite", url.Values{"expand": {"sharePermissions"}}, &known, about); err != nil {
		return filter{}, err
	}
	want := map[string]any{
		"name": boardName, "jql": followUpsIn(projects), "favourite": true,
		"description": "What was promised in post-mortems. Made by Hindsight.",
	}
	for _, f := range known {
		if f.Name != boardName {
			continue
		}
		if f.JQL == want["jql"] {
			return f, nil
		}
		return s.saveFilter(ctx, http.MethodPut, "rest/api/2/filter/"+url.PathEscape(f.ID), want)
	}
	return s.saveFilter(ctx, http.MethodPost, "rest/api/2/filter", want)
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
	keys := make([]string, 0, len(projects))
	for _, key := range projects {
		keys = append(keys, jqlText(key))
	}
	return fmt.Sprintf("project in (%s) AND labels = %s ORDER BY Rank ASC", strings.Join(keys, ", "), jqlText(boardLabel))
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
func (s *site) findBoard(ctx context.Context, filterID string) (int, error) {
	const about = "the boards"
	for start := 0; ; {
		var page struct {
			Values []struct {
				ID   int    `json:"id"`
				Name string `json:"name"`
			} `json:"values"`
			IsLast bool `json:"isLast"`
		}
		query := url.Values{"name": {boardName}, "type": {"kanban"}, "startAt": {strconv.Itoa(start)}}
		if err := s.get(ctx, "rest/agile/1.0/board", query, &page, about); err != nil {
			return 0, err
		}
		for _, b := range page.Values {
			var configuration struct {
				Filter struct {
					ID string `json:"id"`
				} `json:"filter"`
			}
			if b.Name != boardName {
				continue
			}
			err := s.get(ctx, fmt.Sprintf("rest/agile/1.0/board/%d/configuration", b.ID), nil, &configuration, about)
			if err != nil || configuration.Filter.ID == filterID {
				return b.ID, err
			}
		}
		start += len(page.Values)
		if page.IsLast || len(page.Values) == 0 {
			return 0, nil
		}
	}
}

// makeBoard puts it into the first project, on Cloud; Data Center knows no place
// for boards, and refuses to be told one.
func (s *site) makeBoard(ctx context.Context, f filter, project string) (int, error) {
	cloud, err := s.isCloud(ctx)
	if err != nil {
		return 0, err
	}
	body := map[string]any{"name": boardName, "type": "kanban", "filterId": number(f.ID)}
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
