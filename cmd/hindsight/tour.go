package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"hindsight/internal/playground"
)

const (
	// patience is how long a step may take to come true.
	patience = 45 * time.Second
	// glance is how often the tour looks.
	glance = 50 * time.Millisecond
)

// step is one scene of the tour: what somebody does, and what must come of it.
type step struct {
	title string
	do    func(ctx context.Context) error
	// want describes what it sees and is nil as soon as that is right.
	want func(ctx context.Context) (seen []string, err error)
}

// tour plays the story. A step that does not come true ends it.
func (s *stage) tour(ctx context.Context, c console) error {
	t := &tour{stage: s}
	steps := t.story()
	for i, step := range steps {
		_, _ = fmt.Fprintf(c.out, "\n%2d/%d  %s\n", i+1, len(steps), step.title)
		began := time.Now()
		if err := step.do(ctx); err != nil {
			return fmt.Errorf("step %d (%s) could not be played: %w", i+1, step.title, err)
		}
		seen, err := eventually(ctx, step.want)
		for _, line := range seen {
			_, _ = fmt.Fprintf(c.out, "         %s\n", line)
		}
		if err != nil {
			return fmt.Errorf("step %d (%s) did not hold within %s: %w", i+1, step.title, patience, err)
		}
		_, _ = fmt.Fprintf(c.out, "         held after %s\n", time.Since(began).Round(10*time.Millisecond))
	}
	_, _ = fmt.Fprintf(c.out, "\nEvery step held.\n")
	return nil
}

// eventually looks again and again until it is right.
func eventually(ctx context.Context, look func(context.Context) ([]string, error)) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tick := time.NewTicker(glance)
	defer tick.Stop()
	for {
		seen, err := look(ctx)
		if err == nil {
			return seen, nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return seen, err
		}
	}
}

// tour remembers what the story has come to.
type tour struct {
	*stage

	incident int   // in the shop
	parked   int   // in the website, whose wiki has no first page
	command  int64 // the comment with the command
	open     []playground.Issue
}

const firstWords = `Since 09:12 every checkout answers 500.

### Follow-ups
- [ ] Alert on the age of certificates
- [ ] Write a runbook for the payment gateway
`

func (t *tour) story() []step {
	return []step{
		{"Alice opens an issue in acme/shop, without a label", t.openIssue, t.nothing},
		{"She labels it incident and sev2", t.label, t.made},
		{"Bob comments: /followup Rehearse the certificate change", t.comment, t.third},
		{"Mallory, who has no triage permission, writes a follow-up too", t.outsider, t.refused},
		{"Bob closes the first follow-up", t.closeFirst, t.ticked(1)},
		{"and reopens it", t.reopenFirst, t.ticked(0)},
		{"GitHub loses the next webhooks; Bob closes it again, and the sweep finds out", t.closeUnheard, t.ticked(1)},
		{"The app is stopped, its database deleted, and started again", t.amnesia, t.nothingTwice},
		{"In acme/website, whose wiki has no first page, an incident begins", t.labelParked, t.told},
		{"Alice saves the wiki's first page, as the tracker said", t.firstPage, t.delivered},
		{"Back in the shop, all is done: follow-ups, review, and the incident closed", t.finish, t.complete},
	}
}

func (t *tour) openIssue(context.Context) (err error) {
	t.incident, err = t.github.As(alice).OpenIssue(shop, "Checkout answers 500", firstWords)
	return err
}

// nothing waits until the webhooks have been taken in, and finds silence.
func (t *tour) nothing(ctx context.Context) ([]string, error) {
	if err := t.github.Settle(ctx); err != nil {
		return nil, err
	}
	comments, err := t.github.Comments(shop, t.incident)
	if err == nil && len(comments) > 0 {
		err = fmt.Errorf("there are %d comments", len(comments))
	}
	return []string{"nothing happens: it is no incident"}, err
}

func (t *tour) label(context.Context) error {
	return t.github.As(alice).Label(shop, t.incident, "incident", "sev2")
}

func (t *tour) made(ctx context.Context) ([]string, error) {
	tracker, err := t.tracker(shop, t.incident)
	if err != nil {
		return nil, err
	}
	wiki, err := t.page(ctx, shop)
	if err != nil {
		return nil, err
	}
	t.open, err = t.github.SubIssues(shop, t.incident)
	if err == nil && (len(t.open) != 2 || strings.Count(tracker, "(#") != 2) {
		err = fmt.Errorf("%d follow-ups are attached, want 2", len(t.open))
	}
	return []string{"tracker: one comment on the issue", "page: " + wiki, "follow-ups: " + titles(t.open)}, err
}

func (t *tour) comment(context.Context) error {
	c, err := t.github.As(bob).Comment(shop, t.incident, "/followup Rehearse the certificate change")
	t.command = c.ID
	return err
}

func (t *tour) third(context.Context) ([]string, error) {
	var err error
	if t.open, err = t.github.SubIssues(shop, t.incident); err != nil {
		return nil, err
	}
	comments, err := t.github.Comments(shop, t.incident)
	if err != nil {
		return nil, err
	}
	answered := false
	for _, c := range comments {
		for _, r := range c.Reactions {
			answered = answered || c.ID == t.command && r.Content == "+1"
		}
	}
	if len(t.open) != 3 || !answered {
		err = fmt.Errorf("%d follow-ups are attached, want 3, and the command answered", len(t.open))
	}
	return []string{"follow-ups: " + titles(t.open), "the command is answered with 👍"}, err
}

func (t *tour) outsider(context.Context) error {
	_, err := t.github.As(mallory).Comment(shop, t.incident, "### Follow-ups\n- [ ] Give @mallory the keys\n")
	return err
}

func (t *tour) refused(context.Context) ([]string, error) {
	tracker, err := t.tracker(shop, t.incident)
	if err == nil && !strings.Contains(tracker, "without triage permission") {
		err = errors.New("the tracker does not mention the refused line")
	}
	if n := len(t.followUps(shop)); n != 3 {
		err = errors.Join(err, fmt.Errorf("there are %d follow-ups, want 3", n))
	}
	return []string{"nothing is opened; the tracker says why"}, err
}

func (t *tour) closeFirst(context.Context) error {
	return t.github.As(bob).Close(shop, t.open[0].Number, "completed")
}

func (t *tour) reopenFirst(context.Context) error {
	return t.github.As(bob).Reopen(shop, t.open[0].Number)
}

func (t *tour) closeUnheard(ctx context.Context) error {
	t.github.SetDeliveryFault(func(playground.Delivery) playground.DeliveryFault {
		return playground.DeliveryFault{Lose: true}
	})
	if err := t.closeFirst(ctx); err != nil {
		return err
	}
	err := t.github.Settle(ctx)
	t.github.SetDeliveryFault(nil)
	return err
}

// ticked wants that many ticked boxes.
func (t *tour) ticked(want int) func(context.Context) ([]string, error) {
	return func(context.Context) ([]string, error) {
		tracker, err := t.tracker(shop, t.incident)
		head := fmt.Sprintf("Follow-ups: %d of 3 done", want)
		if err == nil && (strings.Count(tracker, "- [x]") != want || !strings.Contains(tracker, head)) {
			err = fmt.Errorf("the tracker does not show %d of 3 done", want)
		}
		return []string{"the tracker shows " + head}, err
	}
}

func (t *tour) amnesia(ctx context.Context) error {
	if err := t.stopApp(); err != nil {
		return err
	}
	if err := os.RemoveAll(t.dataDir()); err != nil {
		return err
	}
	t.github.ResetCalls()
	return t.startApp(ctx)
}

// nothingTwice waits until the incident has been looked at anew.
func (t *tour) nothingTwice(ctx context.Context) ([]string, error) {
	looked := false
	for _, call := range t.github.Calls() {
		looked = looked || call.Kind == "GET /repos/{owner}/{repo}/issues/{issue_number}/comments"
	}
	if !looked {
		return nil, errors.New("the incident was not looked at")
	}
	if n := len(t.followUps(shop)); n != 3 {
		return nil, fmt.Errorf("there are %d follow-ups, want 3", n)
	}
	if _, err := t.page(ctx, shop); err != nil {
		return nil, err
	}
	if _, err := t.ticked(1)(ctx); err != nil {
		return nil, err
	}
	return []string{"still one tracker, one page, three follow-ups"}, nil
}

func (t *tour) labelParked(context.Context) (err error) {
	t.parked, err = t.github.As(alice).OpenIssue(website, "The front page is blank", "", "incident", "sev3")
	return err
}

func (t *tour) told(context.Context) ([]string, error) {
	tracker, err := t.tracker(website, t.parked)
	if err == nil && !strings.Contains(tracker, "first page") {
		err = errors.New("the tracker does not say what to click")
	}
	return []string{"the tracker says what to click"}, err
}

func (t *tour) firstPage(ctx context.Context) error {
	return t.github.As(alice).SaveWikiPage(ctx, website, "Home", "Welcome.")
}

func (t *tour) delivered(ctx context.Context) ([]string, error) {
	wiki, err := t.page(ctx, website)
	if err != nil {
		return nil, err
	}
	tracker, err := t.tracker(website, t.parked)
	if err == nil && strings.Contains(tracker, "⚠️") {
		err = errors.New("the tracker still shows the notice")
	}
	return []string{"page: " + wiki + ", by itself; the notice is gone"}, err
}

func (t *tour) finish(context.Context) error {
	person, err := t.github.As(alice), error(nil)
	for _, f := range t.open[1:] {
		err = errors.Join(err, person.Close(shop, f.Number, "completed"))
	}
	return errors.Join(err, person.Label(shop, t.incident, "postmortem: reviewed"),
		person.Close(shop, t.incident, "completed"))
}

func (t *tour) complete(context.Context) ([]string, error) {
	issue, err := t.github.Issue(shop, t.incident)
	if err != nil {
		return nil, err
	}
	labelled := false
	for _, l := range issue.Labels {
		labelled = labelled || l.Name == "postmortem-complete"
	}
	comments, err := t.comments(shop, t.incident)
	if err == nil && (!labelled || len(comments) != 2 || !strings.Contains(comments[1], "**Complete.**")) {
		err = errors.New("the incident is not complete yet")
	}
	return []string{"one comment says complete, and the label is on"}, err
}

// comments are the app's own.
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

func (t *tour) tracker(repo string, number int) (string, error) {
	comments, err := t.comments(repo, number)
	if err == nil && len(comments) != 1 {
		err = fmt.Errorf("there are %d trackers, want 1", len(comments))
	}
	if err != nil {
		return "", err
	}
	return comments[0], nil
}

// page is the one page that the app made.
func (t *tour) page(ctx context.Context, repo string) (string, error) {
	files, err := t.github.WikiPages(ctx, repo)
	if err != nil {
		return "", err
	}
	delete(files, "Home.md")
	if len(files) != 1 {
		return "", fmt.Errorf("the wiki has %d pages beside Home, want 1", len(files))
	}
	for name := range files {
		return strings.TrimSuffix(name, ".md"), nil
	}
	return "", nil
}

func (t *tour) followUps(repo string) []playground.Issue {
	var found []playground.Issue
	for _, issue := range t.github.Issues(repo) {
		if issue.ByApp {
			found = append(found, issue)
		}
	}
	return found
}

func titles(issues []playground.Issue) string {
	var all []string
	for _, issue := range issues {
		all = append(all, fmt.Sprintf("#%d %s", issue.Number, issue.Title))
	}
	return strings.Join(all, "; ")
}
