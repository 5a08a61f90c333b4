package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"hindsight/internal/config"
	"hindsight/internal/incident"
	"hindsight/internal/jira"
)

// jiraCommand has what is done at the operator's Jira sites.
type jiraCommand struct {
	Board boardCommand `cmd:"" help:"Make a board of all follow-ups, or find the one that is there."`
}

// boardCommand makes a filter and a Kanban board of it at each site.
type boardCommand struct {
	Site         string   `help:"Only at this site: its address, or what of it comes before the first dot." placeholder:"HOST"`
	Project      []string `help:"Only of these projects, by their keys; without it, of all that the operator lets anybody use." placeholder:"KEY"`
	JSON         bool     `name:"json" help:"Print what is there as JSON."`
	config.Sites `embed:""`
	config.Log   `embed:""`
}

// madeBoard is a board, as programs are told.
type madeBoard struct {
	Site     string   `json:"site"`
	Name     string   `json:"name"`
	URL      string   `json:"url"`
	Board    int      `json:"board"`  // Jira's ids
	Filter   int      `json:"filter"` //
	Projects []string `json:"projects"`
	Unshared []string `json:"unshared,omitempty"` // whose people don't see the filter
	Made     bool     `json:"made"`               // it was not there before
}

// Run goes from site to site. What fails at one keeps it from no other.
func (b boardCommand) Run(ctx context.Context, c console) error {
	log, err := b.Logger(c.err)
	if err != nil {
		return err
	}
	sites, err := b.Resolve()
	if err != nil {
		return err
	}
	if len(sites) == 0 {
		return &config.SettingError{
			Variable: "HINDSIGHT_JIRA_URL", Problem: "is not set, and neither is HINDSIGHT_JIRA_FILE: there is no Jira to make a board in",
		}
	}
	adapter, err := newJira(sites, time.Now, log, nil)
	if err != nil {
		return err
	}
	wanted, err := b.choose(adapter)
	if err != nil {
		return &usageError{err}
	}
	made, err := makeBoards(ctx, adapter, wanted)
	return join(err, printBoards(c.out, made, b.JSON))
}

// wantedBoard is where one is to be, and of what.
type wantedBoard struct {
	site     incident.Repo
	projects []string
}

// choose leaves out sites that have none of the projects that were named.
func (b boardCommand) choose(adapter *jira.Jira) ([]wantedBoard, error) {
	var wanted []wantedBoard
	left := slices.Clone(b.Project)
	var there []string
	for _, site := range adapter.Sites() {
		there = append(there, site.Address())
		if !b.means(site) {
			continue
		}
		of := wantedBoard{site: site}
		for _, key := range adapter.AllProjects(site) {
			named := slices.ContainsFunc(b.Project, func(p string) bool { return strings.EqualFold(p, key) })
			if named || len(b.Project) == 0 {
				of.projects = append(of.projects, key)
			}
			left = slices.DeleteFunc(left, func(p string) bool { return strings.EqualFold(p, key) })
		}
		if len(of.projects) > 0 {
			wanted = append(wanted, of)
		}
	}
	switch {
	case len(left) > 0:
		return nil, fmt.Errorf("the project %s is not among those that the operator lets anybody use there", left[0])
	case len(wanted) == 0:
		return nil, fmt.Errorf("--site %q names no site: there is %s", b.Site, strings.Join(there, ", "))
	}
	return wanted, nil
}

// means is whether a site is the one that --site names, if it names any.
func (b boardCommand) means(site incident.Repo) bool {
	_, named, schemed := strings.Cut(b.Site, "://")
	if !schemed {
		named = b.Site
	}
	first, _, _ := strings.Cut(site.Address(), ".")
	return b.Site == "" || site == incident.JiraSite(named) || strings.EqualFold(first, named)
}

func makeBoards(ctx context.Context, adapter *jira.Jira, wanted []wantedBoard) (made []madeBoard, err error) {
	made = []madeBoard{}
	for _, w := range wanted {
		b, failure := adapter.Board(ctx, w.site, w.projects)
		if failure != nil {
			err = errors.Join(err, fmt.Errorf("%s: %w", w.site.Address(), failure))
			continue
		}
		made = append(made, madeBoard{
			Site: w.site.Address(), Name: b.Name, URL: b.URL, Board: b.BoardID, Filter: b.FilterID,
			Projects: w.projects, Unshared: b.Unshared, Made: b.Made,
		})
	}
	return made, err
}

func printBoards(w io.Writer, all []madeBoard, asJSON bool) error {
	if asJSON {
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(all)
	}
	for _, b := range all {
		did := "found"
		if b.Made {
			did = "made"
		}
		text := fmt.Sprintf("%s: %s the board %q of %s\n  %s\n", b.Site, did, b.Name, strings.Join(b.Projects, ", "), b.URL)
		if len(b.Unshared) > 0 {
			text += fmt.Sprintf("  The filter could not be shared with the people of %s, who see no cards: share it with them in Jira.\n",
				strings.Join(b.Unshared, ", "))
		}
		if _, err := io.WriteString(w, text); err != nil {
			return err
		}
	}
	return nil
}
