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
	Project      []string `help:"Only of these projects, by their keys: a board of its own; without it, one for each owner, of all that they may use." placeholder:"KEY"`
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
	Changed  bool     `json:"changed"`            // its filter had other projects before
	Theirs   bool     `json:"theirs"`             // people changed its filter, which is left as it is
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
	site incident.Repo
	of   jira.BoardOf
}

// choose leaves out sites that have none of the projects that were named. Where none
// are, each owner gets a board of their own: it is shared with those who can see it.
func (b boardCommand) choose(adapter *jira.Jira) ([]wantedBoard, error) {
	var wanted []wantedBoard
	left := slices.Clone(b.Project)
	var there []string
	for _, site := range adapter.Sites() {
		there = append(there, site.Address())
		if !b.means(site) {
			continue
		}
		if len(b.Project) == 0 {
			wanted = append(wanted, ofEachOwner(adapter, site)...)
			continue
		}
		named := slices.DeleteFunc(adapter.AllProjects(site), func(key string) bool { return !folds(b.Project, key) })
		left = slices.DeleteFunc(left, func(p string) bool { return folds(named, p) })
		if len(named) > 0 {
			wanted = append(wanted, wantedBoard{site, jira.BoardOf{Projects: named}})
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

func ofEachOwner(adapter *jira.Jira, site incident.Repo) []wantedBoard {
	owners := adapter.Owners(site)
	if len(owners) == 0 {
		return []wantedBoard{{site: site}}
	}
	var all []wantedBoard
	for _, owner := range owners {
		all = append(all, wantedBoard{site, jira.BoardOf{Owner: owner}})
	}
	return all
}

// folds is whether a key is among others, in any case.
func folds(keys []string, key string) bool {
	return slices.ContainsFunc(keys, func(k string) bool { return strings.EqualFold(k, key) })
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
		b, failure := adapter.Board(ctx, w.site, w.of)
		if failure != nil {
			err = errors.Join(err, fmt.Errorf("%s: %w", w.site.Address(), failure))
			continue
		}
		made = append(made, madeBoard{
			Site: w.site.Address(), Name: b.Name, URL: b.URL, Board: b.BoardID, Filter: b.FilterID,
			Projects: b.Projects, Unshared: b.Unshared, Made: b.Made, Changed: b.Changed, Theirs: b.Theirs,
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
		switch {
		case b.Made:
			did = "made"
		case b.Changed:
			did = "changed"
		}
		text := fmt.Sprintf("%s: %s the board %q of %s\n  %s\n", b.Site, did, b.Name, strings.Join(b.Projects, ", "), b.URL)
		if b.Theirs {
			text += "  People have changed its filter's search: that is left as it is, and so is with whom it is shared.\n"
		}
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
