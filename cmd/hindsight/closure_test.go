package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"net/url"
	"os"
	"strings"
	"testing"

	"hindsight/internal/playground"
)

// What happens to a follow-up, and what the checklist makes of it. Each row
// is told once by webhook and once found by the sweep alone.
func TestClosureTable(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		happens func(h *house, number int) error
		line    string // what the tracker's line begins with
		also    string // what stands in it
		head    string
	}{
		"left open": {
			func(*house, int) error { return nil },
			"- [ ] Alert on the age", "", "**3 open** (3 need an owner)",
		},
		"closed as completed": {
			func(h *house, n int) error { return h.github.As(bob).Close(shop, n, "completed") },
			"- [x] Alert on the age", "", "**2 open** (2 need an owner) · 1 done",
		},
		"closed as not planned": {
			func(h *house, n int) error { return h.github.As(bob).Close(shop, n, "not_planned") },
			"- [x] ~~Alert on the age", "not planned", "**2 open** (2 need an owner) · 1 dropped",
		},
		"closed as duplicate": {
			func(h *house, n int) error { return h.github.As(bob).Close(shop, n, "duplicate") },
			"- [x] ~~Alert on the age", "not planned", "**2 open** (2 need an owner) · 1 dropped",
		},
		"renamed": {
			func(h *house, n int) error {
				title := "Alert on <b>old</b> certificates"
				return h.github.As(alice).EditIssue(shop, n, &title, nil)
			},
			"- [ ] Alert on &lt;b&gt;old", "", "**3 open** (3 need an owner)",
		},
		"assigned": {
			func(h *house, n int) error { return h.github.As(bob).Assign(shop, n, alice) },
			"- [ ] Alert on the age", "· alice", "**3 open** (2 need an owner)",
		},
		"reopened": {
			func(h *house, n int) error {
				return errors.Join(h.github.As(bob).Close(shop, n, "completed"), h.github.As(bob).Reopen(shop, n))
			},
			"- [ ] Alert on the age", "", "**3 open** (3 need an owner)",
		},
		"transferred": {
			func(h *house, n int) error {
				h.addTools()
				_, err := h.github.As(alice).Transfer(shop, n, tools)
				return errors.Join(err, h.github.As(bob).Close(tools, 1, "completed"))
			},
			"- [x] Alert on the age of certificates (acme/tools#1)", "", "**2 open** (2 need an owner) · 1 done",
		},
		"converted to a discussion": {
			func(h *house, n int) error { return h.github.As(alice).ConvertToDiscussion(shop, n) },
			"- Alert on the age", "gone", "**2 open** (2 need an owner) · 1 gone",
		},
		"deleted": {
			func(h *house, n int) error {
				if err := h.github.SetRole(shop, alice, playground.Admin); err != nil {
					return err
				}
				return h.github.As(alice).DeleteIssue(shop, n)
			},
			"- Alert on the age", "gone", "**2 open** (2 need an owner) · 1 gone",
		},
	}
	for name, test := range tests {
		for _, heard := range []bool{true, false} {
			how := map[bool]string{true: ", by webhook", false: ", by the sweep"}[heard]
			t.Run(name+how, func(t *testing.T) {
				t.Parallel()
				h := newHouse(t)
				number := h.openIncident()
				h.heal()
				must(t, h.github.Settle(t.Context()))
				h.drain()
				h.github.SetDeliveryFault(func(playground.Delivery) playground.DeliveryFault {
					return playground.DeliveryFault{Lose: !heard}
				})
				must(t, test.happens(h, number+1))
				must(t, h.github.Settle(t.Context()))
				if heard {
					h.drain()
				} else {
					h.nextDay() // what is in no listing is looked at once a day
					h.sweep()
				}
				wantLine(t, h.ours(shop, number)[0], test.line, test.also, test.head)
			})
		}
	}
}

func wantLine(t *testing.T, tracker, begins, also, head string) {
	t.Helper()
	if !strings.Contains(tracker, head) {
		t.Errorf("the tracker does not say %q:\n%s", head, tracker)
	}
	for line := range strings.Lines(tracker) {
		if strings.HasPrefix(line, begins) && strings.Contains(line, also) {
			return
		}
	}
	t.Errorf("the tracker has no line %q … %q:\n%s", begins, also, tracker)
}

// A complete incident whose follow-up is reopened says so in the same comment,
// and again when it is done after all.
func TestFlappingEditsOneComment(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	number := h.openIncident()
	h.heal()
	h.finishIncident(number)
	h.heal()
	wantComplete(h, number)
	for _, test := range []struct {
		do   func() error
		says string
		on   bool
	}{
		{func() error { return h.github.As(bob).Reopen(shop, number+1) }, "**Open again.**", false},
		{func() error { return h.github.As(bob).Close(shop, number+1, "completed") }, "**Complete.**", true},
		{func() error { return h.github.As(alice).Reopen(shop, number) }, "**Open again.**", false},
	} {
		must(t, test.do())
		h.heal()
		comments := h.ours(shop, number)
		if len(comments) != 2 || !strings.Contains(comments[1], test.says) {
			t.Errorf("the app says %q, want %q in its second comment", comments[1:], test.says)
		}
		if h.labelled(number, "postmortem-complete") != test.on {
			t.Errorf("after %q the label is on: %v", test.says, !test.on)
		}
	}
	h.idle(shop, number)
}

// The whole story once on PostgreSQL, with a crash and the database kept.
func TestStoryOnPostgres(t *testing.T) {
	base := os.Getenv("HINDSIGHT_TEST_DATABASE_URL")
	if base == "" {
		t.Skip("set HINDSIGHT_TEST_DATABASE_URL=postgres://… to play the story on PostgreSQL")
	}
	address := postgresDatabase(t, base)
	h := newHouse(t, func(h *house) { h.database = address })
	number := h.openIncident()
	h.sweep()
	h.die()
	h.revive(false)
	h.heal()
	h.wantOnce(number, 0)
	h.finishIncident(number)
	h.heal()
	wantComplete(h, number)
	h.idle(shop, number)
}

// postgresDatabase is a schema of the test's own.
func postgresDatabase(t *testing.T, base string) string {
	t.Helper()
	admin, err := sql.Open("pgx", base)
	must(t, err)
	schema := "hindsight_story_" + strings.ToLower(rand.Text())
	_, err = admin.ExecContext(t.Context(), "CREATE SCHEMA "+schema)
	must(t, err)
	t.Cleanup(func() {
		_, dropped := admin.ExecContext(context.WithoutCancel(t.Context()), "DROP SCHEMA "+schema+" CASCADE")
		must(t, errors.Join(dropped, admin.Close()))
	})
	address, err := url.Parse(base)
	must(t, err)
	query := address.Query()
	query.Set("search_path", schema)
	address.RawQuery = query.Encode()
	return address.String()
}
