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
	"hindsight/internal/playground/jira"
)

const (
	dashboard = "Show on the dashboard when certificates end"
	places    = "The gateway's address is in three places"
	renewal   = "Measure how long a renewal takes"
	issuer    = "Have the issuer warn us a month before"
	drill     = "Drill it once a year"
	tally     = "Count the payouts that were late"
)

// tickets are about follow-ups in Jira, from the first card to a site that is
// away.
func (t *tour) tickets() []step {
	return []step{
		{
			"In Jira, Bob moves the card of the item that went there to Done", t.moveCard(dashboard, "Done"),
			t.shows("its box in the tracker is ticked", tickedLine(dashboard, "OPS-")),
		},
		{"Alice unticks the box", t.tick(dashboard, false), all(
			t.shows("the tracker shows it open", openLine(dashboard, "OPS-")), t.inStatus(dashboard, "To Do"))},
		{"Bob comments with an item for the strict project SRE, and with a ticket that is there", t.cross, all(
			t.shows("one is opened there; what its screen lacks is left out, and said",
				openLine(renewal, "SRE-"), has("SRE", "Due date")),
			t.shows("the other is listed and counted", openLine(places, backlogTicket)), t.leftAlone)},
		{"Alice ticks the box of the strict one", t.tick(renewal, true), all(
			t.shows("the workflow has no way straight to done: the box goes back, and the tracker says why",
				openLine(renewal, "no way from", "by hand")), t.inStatus(renewal, "To Do"))},
		{"In Jira, it is worked on, reviewed and approved", t.review, t.shows("the box is ticked, and nothing is complained of",
			tickedLine(renewal), lacks("⚠️"))},
		{"Bob moves a ticket to the other project", t.onTicket(dashboard, func(p jira.Person, key string) error {
			return p.MoveToProject(key, sre)
		}), t.shows("the tracker knows it by its new key", openLine(dashboard, "SRE-"), lacks("OPS-2"))},
		{"He deletes it", t.onTicket(dashboard, jira.Person.Delete), all(
			t.shows("it is listed as gone, and no other is opened", has(dashboard, "gone"), unboxed(dashboard)), t.countTickets(1))},
		{"Jira takes a ticket, its answer gets lost, and then it is down", t.breakJira, all(
			t.shows("the tracker says so, and what waits; GitHub is not held up by it",
				has("⚠️", "tickets at", issuer, "to be opened in OPS"), openLine(drill, "(#")), t.countTickets(2))},
		{"Jira is back; some minutes pass", t.mendJira, all(
			t.shows("the ticket is found again", openLine(issuer, "OPS-"), lacks("⚠️")), t.countTickets(2))},
	}
}

// ticketNamed is the one ticket with a summary.
func (t *tour) ticketNamed(summary string) (jira.Ticket, error) {
	all := slices.DeleteFunc(t.jira.Tickets(), func(k jira.Ticket) bool { return k.Summary != summary })
	if len(all) != 1 {
		return jira.Ticket{}, fmt.Errorf("there are %d tickets %q, want 1", len(all), summary)
	}
	return all[0], nil
}

// onTicket has Bob do something with the ticket of this summary.
func (t *tour) onTicket(summary string, do func(p jira.Person, key string) error) func(context.Context) error {
	return func(context.Context) error {
		ticket, err := t.ticketNamed(summary)
		if err != nil {
			return err
		}
		return do(t.jira.As(bobInJira), ticket.Key)
	}
}

func (t *tour) moveCard(summary, status string) func(context.Context) error {
	return t.onTicket(summary, func(p jira.Person, key string) error { return p.Move(key, status, nil) })
}

func (t *tour) inStatus(summary, want string) look {
	return func(context.Context) ([]string, error) {
		ticket, err := t.ticketNamed(summary)
		if err == nil && ticket.Status.Name != want {
			err = fmt.Errorf("%s is in the status %q, want %q", ticket.Key, ticket.Status.Name, want)
		}
		return []string{"and its card is in the column " + want}, err
	}
}

// countTickets wants that many tickets by the app, no more.
func (t *tour) countTickets(want int) look {
	return func(context.Context) ([]string, error) {
		if found := t.ticketsByApp(); len(found) != want {
			return nil, fmt.Errorf("there are %d tickets by the app, want %d: %s", len(found), want, strings.Join(found, "; "))
		}
		return nil, nil
	}
}

func (t *tour) ticketsByApp() (found []string) {
	for _, k := range t.jira.Tickets() {
		if k.Creator == robotInJira {
			found = append(found, k.Key+" "+k.Summary)
		}
	}
	return found
}

// ticketed wants the one ticket of the prepared item to have all that the
// item, the configuration and the operator's file say.
func (t *tour) ticketed(context.Context) ([]string, error) {
	k, err := t.ticketNamed(dashboard)
	if err != nil {
		return nil, err
	}
	want := map[string]string{
		"project": ops, "type": "Task", "assignee": bobInJira, "priority": "Medium", "components": "Reliability",
		"due": t.clock().AddDate(0, 0, 21).UTC().Format(time.DateOnly), "links": "2", "incident": "true",
	}
	got := map[string]string{
		"project": k.Project, "type": k.Type, "assignee": k.Assignee, "priority": k.Priority,
		"components": strings.Join(k.Components, " "), "due": k.Due, "links": fmt.Sprint(len(k.Links)),
		"incident": fmt.Sprint(strings.Contains(k.Description, fmt.Sprintf("%s#%d", shop, preparedIncident))),
	}
	for field, value := range want {
		if got[field] != value {
			err = errors.Join(err, fmt.Errorf("%s has the %s %q, want %q", k.Key, field, got[field], value))
		}
	}
	for _, label := range []string{"postmortem-followup", "sev1", "detection"} {
		if !slices.Contains(k.Labels, label) {
			err = errors.Join(err, fmt.Errorf("%s has the labels %q, want %s among them", k.Key, k.Labels, label))
		}
	}
	return []string{"and as a ticket in Jira: " + k.Key + ", with owner, day, priority, component, labels and two links"}, err
}

// cross writes an item for another project, and the key of a ticket.
func (t *tour) cross(context.Context) error {
	_, err := t.github.As(bob).Comment(shop, preparedIncident,
		"### Follow-ups\n- [ ] "+renewal+" in SRE\n- [ ] "+backlogTicket+"\n")
	return err
}

// leftAlone is whether an adopted ticket is as people left it.
func (t *tour) leftAlone(context.Context) ([]string, error) {
	k, err := t.ticketNamed(places)
	if err == nil && (len(k.History) > 0 || len(k.Links) > 0 || len(k.Comments) > 0 || !slices.Equal(k.Labels, []string{"backlog"})) {
		err = fmt.Errorf("%s was changed", k.Key)
	}
	return []string{"and left as it is"}, err
}

// review goes the way of the strict workflow, to the end.
func (t *tour) review(context.Context) error {
	k, err := t.ticketNamed(renewal)
	if err != nil {
		return err
	}
	return approve(t.jira.As(bobInJira), k.Key)
}

func approve(p jira.Person, key string) error {
	return errors.Join(p.Move(key, "In Progress", nil), p.Move(key, "In Review", nil),
		p.Move(key, "Done", map[string]string{jira.RootCause: "A certificate had ended"}))
}

// unboxed wants a line without a box.
func unboxed(words string) showing {
	return func(text string) error {
		for _, box := range playground.Boxes(text) {
			if strings.Contains(box.Text, words) {
				return fmt.Errorf("%q still has a box", words)
			}
		}
		return nil
	}
}

// breakJira lets the answer to the next new ticket get lost, and nothing come
// through after it. The app tries again for some time.
func (t *tour) breakJira(ctx context.Context) error {
	t.jira.SetFault(func(c jira.Call) jira.Fault {
		if c.Kind != "POST /issue" {
			return jira.Fault{}
		}
		return jira.Fault{After: jira.Drop, RunAfter: func() { t.jira.SetDown(true) }}
	})
	_, err := t.github.As(bob).Comment(shop, preparedIncident,
		"### Follow-ups\n- [ ] "+issuer+" in jira\n- [ ] "+drill+"\n")
	if err != nil {
		return err
	}
	for tries := range 3 {
		if err := t.refused(ctx, tries+1); err != nil {
			return err
		}
	}
	return nil
}

// refused waits until Jira has refused something so many times. Meanwhile time
// passes, and people talk, so that the app need not wait to try again.
func (t *tour) refused(ctx context.Context, tries int) error {
	_, err := eventually(ctx, func(context.Context) ([]string, error) {
		if n := len(t.down()); n < tries {
			return nil, fmt.Errorf("the app has found Jira down %d times, want %d", n, tries)
		}
		return nil, nil
	})
	if err != nil {
		return err
	}
	return t.remark(time.Minute, "Jira is away.")
}

// down are the requests that a site answered that is down.
func (t *tour) down() []jira.Call {
	return slices.DeleteFunc(t.jira.Calls(), func(c jira.Call) bool { return c.Status != http.StatusServiceUnavailable })
}

// remark lets time pass, and has somebody say something, so that the app looks.
func (t *tour) remark(later time.Duration, words string) error {
	t.later.pass(later)
	_, err := t.github.As(bob).Comment(shop, preparedIncident, words)
	return err
}

func (t *tour) mendJira(context.Context) error {
	t.jira.SetFault(nil)
	t.jira.SetDown(false)
	return t.remark(10*time.Minute, "Jira is back.")
}
