package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"hindsight/internal/playground"
)

func (t *tour) tracking() []step {
	return []step{
		{"Alice ticks a box in the tracker", t.tick(rehearse, true), all(
			t.shows("its follow-up is closed", tickedLine(rehearse)), t.closed(rehearse, true))},
		{"Bob comments: /followup reopen, with its number", t.reopen, all(
			t.shows("it is open, and the box is not ticked any more", openLine(rehearse)), t.closed(rehearse, false))},
		{"Alice writes a line of her own into the tracker", t.write, all(
			t.shows("it is a follow-up", openLine(written, "(#")), t.count(shop, 7))},
		{"Bob closes a follow-up as not planned, and says nothing", t.on(chocolate, func(i playground.Issue) error {
			return t.github.As(bob).Close(shop, i.Number, "not_planned")
		}), t.shows("it is dropped: struck through", tickedLine("~~"+chocolate+"~~", "not planned"))},
		{"Two minutes pass", t.pass(2 * time.Minute), t.asked},
	}
}

// tick ticks or unticks a box of the tracker, as people do in a browser.
func (t *tour) tick(title string, ticked bool) func(context.Context) error {
	return func(context.Context) error {
		c, err := t.trackerComment()
		if err != nil {
			return err
		}
		return t.github.As(alice).TickComment(shop, c.ID, playground.FindBox(c.Body, title), ticked)
	}
}

func (t *tour) trackerComment() (playground.Comment, error) {
	comments, err := t.github.Comments(shop, preparedIncident)
	at := slices.IndexFunc(comments, func(c playground.Comment) bool { return c.ByApp })
	if err == nil && at < 0 {
		err = errors.New("there is no tracker")
	}
	if err != nil {
		return playground.Comment{}, err
	}
	return comments[at], nil
}

func (t *tour) write(context.Context) error {
	c, err := t.trackerComment()
	if err != nil {
		return err
	}
	boxes := playground.Boxes(c.Body)
	if len(boxes) == 0 {
		return errors.New("the tracker has no lines")
	}
	at := boxes[0].Offset
	return t.github.As(alice).EditComment(shop, c.ID, c.Body[:at]+"- [ ] "+written+" @bob\n"+c.Body[at:])
}

func (t *tour) reopen(context.Context) error {
	i, err := t.find(shop, rehearse)
	if err == nil {
		_, err = t.github.As(bob).Comment(shop, preparedIncident, fmt.Sprintf("/followup reopen #%d", i.Number))
	}
	return err
}

func (t *tour) closed(title string, want bool) look {
	return func(context.Context) ([]string, error) {
		i, err := t.find(shop, title)
		if err == nil && i.Closed != want {
			err = fmt.Errorf("#%d: closed is %t, want %t", i.Number, i.Closed, want)
		}
		return nil, err
	}
}

// stillness is longer than the app waits for anything within one look.
const stillness = 1800 * time.Millisecond

// pass lets time pass for everybody, as soon as nobody is at work any more:
// whoever is may only hold an incident for so long.
func (t *tour) pass(d time.Duration) func(context.Context) error {
	return func(ctx context.Context) error {
		calls, since := -1, time.Now()
		_, err := eventually(ctx, func(context.Context) ([]string, error) {
			if n := len(t.github.Calls()); n != calls {
				calls, since = n, time.Now()
			}
			if time.Since(since) < stillness {
				return nil, errors.New("the app does not come to rest")
			}
			return nil, nil
		})
		t.later.pass(d)
		return err
	}
}

// rest is a step in which a while passes. It also lets the app catch up, which
// writes to GitHub no faster than GitHub likes.
func (t *tour) rest() step {
	return step{"Ten minutes pass", func(ctx context.Context) error {
		err := t.pass(10 * time.Minute)(ctx)
		t.github.ResetCalls()
		return err
	}, t.unwritten}
}

// unwritten wants that the app has written nothing of late.
func (t *tour) unwritten(context.Context) ([]string, error) {
	for _, c := range t.github.Calls() {
		if c.Method != http.MethodGet && !strings.HasSuffix(c.Kind, "/access_tokens") && !strings.HasSuffix(c.Kind, "/graphql") {
			return nil, fmt.Errorf("the app sent %s", c.Kind)
		}
	}
	return []string{"and nothing happens"}, nil
}

func (t *tour) asked(context.Context) ([]string, error) {
	i, err := t.find(shop, chocolate)
	if err != nil {
		return nil, err
	}
	comments, err := t.comments(shop, i.Number)
	if err == nil && len(comments) != 1 {
		err = fmt.Errorf("#%d has %d comments of the app, want 1", i.Number, len(comments))
	}
	return []string{"one comment on it asks why"}, err
}

func (t *tour) moving() []step {
	return []step{
		{"Alice transfers a follow-up to acme/platform", t.on(runbook, func(i playground.Issue) error {
			_, err := t.github.As(alice).Transfer(shop, i.Number, platform)
			return err
		}), t.shows("the tracker follows it", openLine(runbook, "acme/platform#2"))},
		{"She attaches an issue from the backlog by hand", func(context.Context) error {
			return t.github.As(alice).AttachSubIssue(shop, preparedIncident, shop, preparedBacklog)
		}, all(t.shows("it is listed and counted", openLine(backlog, fmt.Sprintf("(#%d)", preparedBacklog))), t.untouched)},
		{
			"She merges the pull request, whose text says Incident: #1, and now: fixes the alert", t.merge,
			t.shows("the alert is done, what the pull request promised is not", tickedLine(alert), openLine(pulled)),
		},
		{"She adds a line to the page, under Proposed", t.propose(checkoutPage(), "Show expiry dates on the dashboard @bob"), all(
			t.shows("it is a follow-up", openLine("Show expiry dates on the dashboard", "bob")), t.linked(checkoutPage()))},
	}
}

// untouched is whether an adopted issue is as people left it.
func (t *tour) untouched(context.Context) ([]string, error) {
	i, err := t.github.Issue(shop, preparedBacklog)
	if err == nil && (i.Body != backlogWords || len(i.Labels) > 0) {
		err = fmt.Errorf("#%d was changed", i.Number)
	}
	return []string{"and left as it is"}, err
}

func (t *tour) merge(context.Context) error {
	i, err := t.find(shop, alert)
	if err != nil {
		return err
	}
	words, me := pullWords+fmt.Sprintf("\nFixes #%d.\n", i.Number), t.github.As(alice)
	if err := me.EditIssue(shop, preparedPull, nil, &words); err != nil {
		return err
	}
	return me.Merge(shop, preparedPull)
}
