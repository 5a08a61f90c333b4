package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"hindsight/internal/playground"
)

// How many follow-ups the incidents have that are compared, and how many one
// has whose tracker has to fit into a comment all the same.
const (
	few      = 10
	lots     = 200
	thousand = 1000
)

// step is something that people do to an incident.
type step struct {
	name string
	// do does it, and returns what is to come of it; nil for nothing.
	do func(ctx context.Context, number int) (came func() bool, err error)
}

// crowds are the incidents that are compared: their numbers, and what came of
// each step.
type crowds struct {
	*scene

	few, lots int
	steps     []step
	acts      [][2]act // by step: with few, and with lots
}

// many measures what one more step costs with few follow-ups and with many. It
// should be the same.
func (b *bench) many(ctx context.Context) error {
	c := &crowds{}
	var sample map[string]any
	var trackers []row
	s, err := b.setScene(ctx, "many", func(github *standIn) (err error) {
		if sample, err = github.echo(ctx); err != nil {
			return err
		}
		trackers, err = c.prepare(ctx, github, b.dataOf("many"))
		return err
	})
	if err != nil {
		return err
	}
	c.scene = s
	c.steps = c.changes(sample, b.payload)
	err = c.play(ctx)
	err = errors.Join(err, s.program.stop())
	if err == nil {
		err = c.worsen(ctx)
	}
	if err = errors.Join(err, s.github.end()); err != nil {
		return errors.Join(err, s.program.lastWords())
	}
	b.printMany(c, trackers)
	return nil
}

func (b *bench) dataOf(name string) string { return filepath.Join(b.dir, name) }

// prepare opens the incidents and all their follow-ups. It returns how long
// the trackers are.
func (c *crowds) prepare(ctx context.Context, github *standIn, data string) ([]row, error) {
	h, err := hurry(ctx, github, data)
	if err != nil {
		return nil, err
	}
	var trackers []row
	for _, n := range []int{few, lots, thousand} {
		number, err := github.promise(n)
		if err != nil {
			return nil, errors.Join(err, h.close())
		}
		if err := h.look(ctx, number); err != nil {
			return nil, errors.Join(err, h.close())
		}
		tracker := (&scene{github: github}).tracker(number)
		if boxes := len(playground.Boxes(tracker)); n < thousand && boxes != n {
			return nil, errors.Join(fmt.Errorf("the tracker shows %d follow-ups of %d", boxes, n), h.close())
		}
		trackers = append(trackers, row{
			fmt.Sprintf("with %s", thousands(n)), thousands(utf8.RuneCountInString(tracker)), "under 65,536",
		})
		switch n {
		case few:
			c.few = number
		case lots:
			c.lots = number
		}
	}
	return trackers, h.close()
}

// promise opens an incident with n follow-ups in its text, and confirms them.
func (s *standIn) promise(n int) (number int, err error) {
	var text strings.Builder
	text.WriteString("Since 09:12 every checkout answers 500.\n\n### Follow-ups\n")
	for i := range n {
		fmt.Fprintf(&text, "- [ ] Alert on the age of certificate %d\n", i+1)
	}
	person := s.As(alice)
	if number, err = person.OpenIssue(shop, "Checkout answers 500", text.String(), "incident", "sev2"); err != nil {
		return 0, err
	}
	_, err = person.Comment(shop, number, "/followup all")
	return number, err
}

// changes are the steps that are compared.
func (c *crowds) changes(sample map[string]any, payload int) []step {
	quiet := func(ctx context.Context, number int) (func() bool, error) {
		return nil, c.deliver(ctx, sample, number, payload)
	}
	return []step{
		{"The first look after a start, when nothing has changed", quiet},
		{"A look when nothing has changed", quiet},
		{"One more item, in a comment", c.addItem},
		{"One closure: a follow-up is closed as completed", c.closeOne},
		{"One tick in the tracker", c.tickOne},
		{"One command: /incident note", c.note},
	}
}

func (c *crowds) play(ctx context.Context) error {
	c.github.SetHook("http://"+c.program.addr+"/webhooks/github", "")
	if err := c.untilIdle(ctx); err != nil {
		return err
	}
	c.github.slowDown(away)
	for _, step := range c.steps {
		var both [2]act
		for i, number := range []int{c.few, c.lots} {
			var err error
			if both[i], err = c.take(ctx, step, number); err != nil {
				return fmt.Errorf("%s, in incident %d: %w", step.name, number, err)
			}
		}
		c.acts = append(c.acts, both)
	}
	return nil
}

// take takes one step and waits until what is to come of it is there.
func (c *crowds) take(ctx context.Context, s step, number int) (act, error) {
	var came func() bool
	return c.act(ctx,
		func() (err error) {
			came, err = s.do(ctx, number)
			return err
		},
		moment{"done", func() bool { return came == nil || came() }})
}

// deliver tells of an incident what the program knows already.
func (c *crowds) deliver(ctx context.Context, sample map[string]any, number, payload int) error {
	body, err := about(sample, number, payload, true)
	if err != nil {
		return fmt.Errorf("make a payload: %w", err)
	}
	one := newRequest(c.program.addr, c.github.App().WebhookSecret, body)
	s, err := dial(ctx, c.program.addr, []request{one})
	if err != nil {
		return err
	}
	defer func() { _ = s.conn.Close() }() // nothing is under way
	status, err := s.send(one, time.Now())
	if err == nil && status != http.StatusAccepted {
		err = fmt.Errorf("a delivery was answered with %d, want %d", status, http.StatusAccepted)
	}
	return err
}

func (c *crowds) addItem(_ context.Context, number int) (func() bool, error) {
	title := fmt.Sprintf("Rehearse the certificate change for %d", number)
	_, err := c.github.As(alice).Comment(shop, number, "### Follow-ups\n- [ ] "+title+"\n")
	return func() bool { return c.box(number, title) >= 0 }, err
}

// box is the index of a follow-up's box in the tracker; -1 if there is none.
func (c *crowds) box(number int, title string) int {
	return playground.FindBox(c.tracker(number), title+" (#")
}

func (c *crowds) ticked(number int) int { return strings.Count(c.tracker(number), "- [x]") }

func (c *crowds) closeOne(_ context.Context, number int) (func() bool, error) {
	attached, err := c.github.SubIssues(shop, number)
	if err != nil {
		return nil, err
	}
	was := c.ticked(number)
	return func() bool { return c.ticked(number) == was+1 }, c.github.As(alice).Close(shop, attached[0].Number, "completed")
}

func (c *crowds) tickOne(_ context.Context, number int) (func() bool, error) {
	comments, err := c.github.Comments(shop, number)
	if err != nil {
		return nil, err
	}
	tracker := slices.IndexFunc(comments, func(one playground.Comment) bool { return one.ByApp })
	attached, err := c.github.SubIssues(shop, number)
	if err != nil {
		return nil, err
	}
	last := attached[len(attached)-1]
	closed := func() bool {
		now, err := c.github.Issue(shop, last.Number)
		return err == nil && now.Closed
	}
	return closed, c.github.As(alice).TickComment(shop, comments[tracker].ID, c.box(number, last.Title), true)
}

func (c *crowds) note(_ context.Context, number int) (func() bool, error) {
	_, err := c.github.As(alice).Comment(shop, number, "/incident note now Rolled back to v212\n")
	return func() bool { return strings.Contains(c.tracker(number), "Rolled back to v212") }, err
}

// worsen changes the severity, which is written to every open follow-up: far
// more writes than GitHub takes in a minute, so this is done without the
// program, hurriedly.
func (c *crowds) worsen(ctx context.Context) error {
	c.github.SetHook("", "")
	c.github.slowDown(0)
	h, err := hurry(ctx, c.github, c.data)
	if err != nil {
		return err
	}
	var both [2]act
	for i, number := range []int{c.few, c.lots} {
		if err := c.github.As(alice).Label(shop, number, "sev1"); err != nil {
			return errors.Join(err, h.close())
		}
		c.github.ResetCalls()
		began := time.Now()
		if err := h.look(ctx, number); err != nil {
			return errors.Join(err, h.close())
		}
		both[i] = act{times: map[string]time.Duration{"done": time.Since(began)}, calls: c.github.Calls()}
	}
	c.steps = append(c.steps, step{name: "Another severity: every open follow-up is labelled anew (unpaced, GitHub next door)"})
	c.acts = append(c.acts, both)
	return h.close()
}

func (b *bench) printMany(c *crowds, trackers []row) {
	b.print("Characters of the tracker", trackers)
	for i, both := range c.acts {
		rows := []row{{"done after", millis(both[0].times["done"]) + "   " + millis(both[1].times["done"]), ""}}
		b.print(c.steps[i].name, append(rows, counts(fmt.Sprint(few), fmt.Sprint(lots), both[0].calls, both[1].calls)...))
	}
}
