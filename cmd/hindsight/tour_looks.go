package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"hindsight/internal/playground"
)

// showing is something that a text must show; its error says what is missing.
type showing func(text string) error

func has(words ...string) showing {
	return func(text string) error {
		for _, w := range words {
			if !strings.Contains(text, w) {
				return fmt.Errorf("%q is not there", w)
			}
		}
		return nil
	}
}

func lacks(words ...string) showing {
	return func(text string) error {
		for _, w := range words {
			if strings.Contains(text, w) {
				return fmt.Errorf("%q is there", w)
			}
		}
		return nil
	}
}

// boxLine wants a checkbox, ticked or not, whose line holds all of the words.
func boxLine(ticked bool, words ...string) showing {
	return func(text string) error {
		for _, box := range playground.Boxes(text) {
			if box.Ticked == ticked && has(words...)(box.Text) == nil {
				return nil
			}
		}
		state := "open"
		if ticked {
			state = "ticked"
		}
		return fmt.Errorf("no %s line holds %q", state, words)
	}
}

func openLine(words ...string) showing   { return boxLine(false, words...) }
func tickedLine(words ...string) showing { return boxLine(true, words...) }

// all wants every look to hold, one after the other, and tells what each has
// seen. Looks at pages run git: they come last.
func all(looks ...look) look {
	return func(ctx context.Context) (seen []string, err error) {
		for _, one := range looks {
			lines, err := one(ctx)
			if err != nil {
				return nil, err
			}
			seen = append(seen, lines...)
		}
		return seen, nil
	}
}

// shows wants the tracker of the shop's incident to show all that.
func (t *tour) shows(seen string, wanted ...showing) look {
	return t.showsAt(shop, func() int { return preparedIncident }, seen, wanted...)
}

// showsAt is [tour.shows] for an incident whose number is known later.
func (t *tour) showsAt(repo string, number func() int, seen string, wanted ...showing) look {
	return func(context.Context) ([]string, error) {
		tracker, err := t.tracker(repo, number())
		if err != nil {
			return nil, err
		}
		for _, shows := range wanted {
			err = errors.Join(err, shows(tracker))
		}
		if err != nil {
			return nil, fmt.Errorf("the tracker of %s#%d is not right: %w", repo, number(), err)
		}
		return []string{seen}, nil
	}
}

// count wants that many issues by the app in a repository, no more.
func (t *tour) count(repo string, want int) look {
	return func(context.Context) ([]string, error) {
		if found := t.followUps(repo); len(found) != want {
			return nil, fmt.Errorf("%s has %d follow-ups, want %d: %s", repo, len(found), want, titles(found))
		}
		return nil, nil
	}
}

// comments are the app's own on an issue.
func (t *tour) comments(repo string, number int) ([]string, error) {
	all, err := t.github.Comments(repo, number)
	var ours []string
	for _, c := range all {
		if c.ByApp {
			ours = append(ours, c.Body)
		}
	}
	return ours, err
}

// tracker is the one comment of the app that says it is.
func (t *tour) tracker(repo string, number int) (string, error) {
	comments, err := t.comments(repo, number)
	trackers := slices.DeleteFunc(comments, func(body string) bool { return !strings.Contains(body, "### Incident tracker") })
	if err == nil && len(trackers) != 1 {
		err = fmt.Errorf("there are %d trackers on %s#%d, want 1", len(trackers), repo, number)
	}
	if err != nil {
		return "", err
	}
	return trackers[0], nil
}

// replies are the app's other comments on the shop's incident.
func (t *tour) replies() ([]string, error) {
	comments, err := t.comments(shop, preparedIncident)
	return slices.DeleteFunc(comments, func(body string) bool { return strings.Contains(body, "### Incident tracker") }), err
}

// followUps are the issues that the app opened.
func (t *tour) followUps(repo string) []playground.Issue {
	return slices.DeleteFunc(t.github.Issues(repo), func(i playground.Issue) bool { return !i.ByApp })
}

// find is the issue of a repository with this title.
func (t *tour) find(repo, title string) (playground.Issue, error) {
	for _, i := range t.github.Issues(repo) {
		if i.Title == title {
			return i, nil
		}
	}
	return playground.Issue{}, fmt.Errorf("%s has no issue %q", repo, title)
}

// on does something with the shop's issue of this title.
func (t *tour) on(title string, do func(i playground.Issue) error) func(context.Context) error {
	return func(context.Context) error {
		i, err := t.find(shop, title)
		if err != nil {
			return err
		}
		return do(i)
	}
}

func labelled(i playground.Issue, name string) bool {
	return slices.ContainsFunc(i.Labels, func(l playground.Label) bool { return l.Name == name })
}

func titles(issues []playground.Issue) string {
	var all []string
	for _, i := range issues {
		all = append(all, fmt.Sprintf("#%d %s", i.Number, i.Title))
	}
	return strings.Join(all, "; ")
}
