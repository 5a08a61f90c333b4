package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

const (
	alert   = "Alert on the age of certificates"
	runbook = "Write a runbook for the payment gateway"
	message = "Send the customer message"
	renew   = "Renew certificates by machine"
	pulled  = "Take the second authority out again"
	backlog = "The error rate's graph is late"

	rehearse  = "Rehearse the certificate change"
	chocolate = "Send chocolate to the customers"
	written   = "Ask the gateway for a status page"
	front     = "Test the front page"
)

func (t *tour) beginning() []step {
	return []step{
		{"An issue in acme/shop, without a label", t.chat, t.silence},
		{"Alice labels it incident and sev1", t.label, all(
			t.shows("tracker: one comment; owners and due days as they were asked for",
				openLine(alert, "bob", "due "), openLine(runbook, "needs an owner", "due "), openLine(pulled)),
			t.shows("the team's own for every sev1: "+message, openLine(message, "due ")),
			t.shows("in the private acme/platform, too", openLine(renew, "acme/platform#1", "prevention")), t.bare,
			t.firstPage(), t.labelledFollowUps, t.ticketed, t.count(shop, 4), t.count(platform, 1))},
	}
}

func (t *tour) chat(context.Context) error {
	_, err := t.github.As(bob).Comment(shop, preparedIncident, "I am looking at it.")
	return err
}

// silence waits until the webhooks have been taken in, and finds nothing.
func (t *tour) silence(ctx context.Context) ([]string, error) {
	if err := t.github.Settle(ctx); err != nil {
		return nil, err
	}
	comments, err := t.comments(shop, preparedIncident)
	if err == nil && len(comments) > 0 {
		err = fmt.Errorf("the app wrote %d comments", len(comments))
	}
	return []string{"nothing happens: it is no incident"}, err
}

func (t *tour) label(context.Context) error {
	return t.github.As(alice).Label(shop, preparedIncident, "incident", "sev1")
}

func (t *tour) labelledFollowUps(context.Context) ([]string, error) {
	attached, err := t.github.SubIssues(shop, preparedIncident)
	if err == nil && len(attached) != 5 {
		err = fmt.Errorf("%d follow-ups are attached, want 5", len(attached))
	}
	for _, i := range attached {
		if !labelled(i, "postmortem-followup") || i.Repo == shop && !labelled(i, "sev1") {
			err = errors.Join(err, fmt.Errorf("%s#%d lacks a label", i.Repo, i.Number))
		}
	}
	return []string{"follow-ups: " + titles(attached)}, err
}

// bare wants a follow-up elsewhere to tell nothing of the incident but its name.
func (t *tour) bare(context.Context) ([]string, error) {
	i, err := t.find(platform, renew)
	if err != nil {
		return nil, err
	}
	return []string{"and there it tells nothing but the incident's name"}, errors.Join(
		has(fmt.Sprintf("%s#%d", shop, preparedIncident))(i.Body), lacks("Checkout", "/wiki/")(i.Body))
}

// mixed is a comment of Bob's in which two lines are wrong.
const mixed = `### Action items
- [ ] Rehearse the certificate change @bob p1 [prevention]
- [ ] Send chocolate to the customers due someday

/incident commander @alice
/postmortem status brilliant
`

func (t *tour) talking() []step {
	mended := strings.NewReplacer("due someday", "due 3w", "brilliant", "in review").Replace(mixed)
	return []step{
		{"Bob comments with two items and two commands; an item's date and a command are wrong", t.say(mixed), all(
			t.shows("items: opened with owner, day and type; the day that can't be read is asked about",
				openLine(rehearse, "bob", "due ", "prevention"), openLine("Send chocolate"), has("`due someday` holds no date")),
			t.shows("the right command: carried out", has("commander alice")),
			t.reacted("eyes", "+1"), t.answered("> /postmortem status brilliant", "The form is `/postmortem status STATUS`"))},
		{"He edits the comment to set both right", t.sayAgain(mended), all(
			t.shows("the item got its day, and its follow-up its new title", openLine(chocolate+" (", "due "), lacks("someday")),
			t.reacted("+1", ""), t.unanswered, t.hasLabel("postmortem: in review"), t.count(shop, 6))},
		{"Mallory, who has no triage permission, writes an item, commands and a tracker of her own", t.intrude, all(
			t.shows("nothing is done; the tracker counts the lines",
				has("not followed up: written without triage permission"), lacks("keys", "mallory")),
			t.unanswered, t.count(shop, 6))},
	}
}

func (t *tour) say(words string) func(context.Context) error {
	return func(context.Context) error {
		c, err := t.github.As(bob).Comment(shop, preparedIncident, words)
		t.items = c.ID
		return err
	}
}

func (t *tour) sayAgain(words string) func(context.Context) error {
	return func(context.Context) error { return t.github.As(bob).EditComment(shop, t.items, words) }
}

func (t *tour) intrude(context.Context) error {
	_, err := t.github.As(mallory).Comment(shop, preparedIncident, "### Follow-ups\n- [ ] Give @mallory the keys\n\n"+
		"/followup done #4\n/incident commander @mallory\n\n"+
		"<!-- hindsight:tracker incident=acme/shop#1 -->\n### Incident tracker\n")
	return err
}

// reacted wants a reaction of the app on Bob's comment, and not the other.
func (t *tour) reacted(want, not string) look {
	return func(context.Context) ([]string, error) {
		comments, err := t.github.Comments(shop, preparedIncident)
		if err != nil {
			return nil, err
		}
		var given []string
		for _, c := range comments {
			for _, r := range c.Reactions {
				if c.ID == t.items {
					given = append(given, r.Content)
				}
			}
		}
		if !slices.Contains(given, want) || not != "" && slices.Contains(given, not) {
			return nil, fmt.Errorf("the comment has the reactions %q, want %s", given, want)
		}
		return nil, nil
	}
}

func (t *tour) answered(words ...string) look {
	return func(context.Context) ([]string, error) {
		replies, err := t.replies()
		if err == nil && len(replies) != 1 {
			err = fmt.Errorf("there are %d replies, want 1", len(replies))
		}
		if err != nil {
			return nil, err
		}
		return []string{"the wrong command: one reply quotes the line and shows the form"}, has(words...)(replies[0])
	}
}

func (t *tour) unanswered(context.Context) ([]string, error) {
	replies, err := t.replies()
	if err == nil && len(replies) != 0 {
		err = fmt.Errorf("there are %d replies, want none", len(replies))
	}
	return nil, err
}

func (t *tour) hasLabel(name string) look {
	return func(context.Context) ([]string, error) {
		i, err := t.github.Issue(shop, preparedIncident)
		if err == nil && !labelled(i, name) {
			err = fmt.Errorf("the label %q is not on", name)
		}
		return []string{"label: " + name}, err
	}
}
