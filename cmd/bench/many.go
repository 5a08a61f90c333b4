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

	bob = "bob" // may write, too
)

// step is something that people do to an incident.
type step struct {
	name string
	// comes is whether something is to come of it.
	comes bool
	// do does it, and returns what is to come of it; nil for nothing.
	do func(ctx context.Context, number int) (came func() bool, err error)
}

// crowds are incidents of different sizes: their numbers by how many follow-ups
// they have, and what came of each step.
type crowds struct {
	*scene

	numbers  map[int]int
	steps    []step
	acts     [][2]act // by step: with few, and with lots
	trackers []row    // how long they are
	peak     int64    // memory of the program, in bytes; 0 if not known
}

// many measures what one more step costs with few follow-ups and with many. It
// should be the same.
func (b *bench) many(ctx context.Context) error {
	c := &crowds{numbers: map[int]int{}}
	var sample map[string]any
	s, err := b.setScene(ctx, "many", func(github *standIn) (err error) {
		if sample, err = github.echo(ctx); err != nil {
			return err
		}
		return c.prepare(ctx, github, filepath.Join(b.dir, "many"))
	})
	if err != nil {
		return err
	}
	c.scene, c.steps = s, c.changes(sample, b.payload)
	err = c.play(ctx)
	c.peak, _ = peakNow(s.program.cmd.Process.Pid)
	if err = errors.Join(err, s.program.stop()); err == nil {
		err = c.worsen(ctx)
	}
	if err = errors.Join(err, s.github.end()); err != nil {
		return errors.Join(err, s.program.lastWords())
	}
	b.printMany(c)
	return nil
}

// prepare opens the incidents and all their follow-ups.
func (c *crowds) prepare(ctx context.Context, github *standIn, data string) (err error) {
	h, err := hurry(ctx, github, data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.close()) }()
	for _, n := range []int{few, lots, thousand} {
		if c.numbers[n], err = github.promise(n, ""); err != nil {
			return err
		}
		if err := h.look(ctx, c.numbers[n]); err != nil {
			return err
		}
		tracker := (&scene{github: github}).tracker(c.numbers[n])
		boxes := len(playground.Boxes(tracker))
		if n < thousand && boxes != n {
			return fmt.Errorf("the tracker shows %d follow-ups of %d", boxes, n)
		}
		c.trackers = append(c.trackers, row{
			fmt.Sprintf("with %s, of which it shows %s", thousands(n), thousands(boxes)),
			thousands(utf8.RuneCountInString(tracker)), "under 65,536",
		})
	}
	return nil
}

// promise opens an incident with n follow-ups in its text, each with such an
// end, and confirms them.
func (s *standIn) promise(n int, end string) (number int, err error) {
	var text strings.Builder
	text.WriteString("Since 09:12 every checkout answers 500.\n\n### Follow-ups\n")
	for i := range n {
		fmt.Fprintf(&text, "- [ ] Alert on the age of certificate %d%s\n", i+1, end)
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
		{"A look when nothing has changed", false, quiet},
		{"One more item, in a comment", true, c.addItem},
		{"One closure: a follow-up is closed as completed", true, c.closeOne},
		{"One tick in the tracker", true, c.tickOne},
		{"One command: /incident note", true, c.note},
	}
}

func (c *crowds) play(ctx context.Context) error {
	c.github.SetHook("http://"+c.program.addr+"/webhooks/github", "")
	if err := c.untilIdle(ctx); err != nil {
		return err
	}
	c.github.slowDown(away)
	if err := c.warmUp(ctx); err != nil {
		return fmt.Errorf("one more item beside %d: %w", thousand, err)
	}
	for _, step := range c.steps {
		var both [2]act
		for i, n := range []int{few, lots} {
			var err error
			if both[i], err = c.take(ctx, step, c.numbers[n]); err != nil {
				return fmt.Errorf("%s, with %d follow-ups: %w", step.name, n, err)
			}
		}
		c.acts = append(c.acts, both)
	}
	return nil
}

// warmUp has the program mint its tokens, and see to it that the labels of new
// follow-ups are there: it does so once. The incident is the largest one, so
// that the program's peak of memory is that of a look at it. Of one person's
// lines there are all that are looked at, so it is somebody else's.
func (c *crowds) warmUp(ctx context.Context) error {
	if err := c.github.SetRole(shop, bob, playground.Write); err != nil {
		return err
	}
	number, was := c.numbers[thousand], len(c.github.Issues(shop))
	_, err := c.act(ctx,
		func() error {
			_, err := c.github.As(bob).Comment(shop, number, "/followup Rehearse the certificate change")
			return err
		},
		moment{done, func() bool { return len(c.github.Issues(shop)) > was }})
	return err
}

// done is when what was to come of a step is there.
const done = "done"

// take takes one step and waits until what is to come of it is there.
func (c *crowds) take(ctx context.Context, s step, number int) (act, error) {
	var came func() bool
	return c.act(ctx,
		func() (err error) {
			came, err = s.do(ctx, number)
			return err
		},
		moment{done, func() bool { return came == nil || came() }})
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

// note is done when it stands on the page's timeline.
func (c *crowds) note(ctx context.Context, number int) (func() bool, error) {
	_, err := c.github.As(alice).Comment(shop, number, "/incident note now Rolled back to v212\n")
	return func() bool {
		pages, readErr := c.github.WikiPages(ctx, shop)
		for path, text := range pages {
			if strings.HasSuffix(path, fmt.Sprintf("-%d.md", number)) {
				return readErr == nil && strings.Contains(text, "Rolled back to v212")
			}
		}
		return false
	}, err
}

// worsen changes the severity, which is written to every open follow-up: far
// more writes than GitHub takes in a minute, so this is done without the
// program, hurriedly.
func (c *crowds) worsen(ctx context.Context) (err error) {
	c.github.SetHook("", "")
	c.github.slowDown(0)
	h, err := hurry(ctx, c.github, c.data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.close()) }()
	var both [2]act
	for i, n := range []int{few, lots} {
		if err := c.github.As(alice).Label(shop, c.numbers[n], "sev1"); err != nil {
			return err
		}
		c.github.ResetCalls()
		if err := h.look(ctx, c.numbers[n]); err != nil {
			return err
		}
		both[i].calls = c.github.Calls()
	}
	c.steps = append(c.steps, step{name: "Another severity: every follow-up that is open is labelled anew"})
	c.acts = append(c.acts, both)
	return nil
}

func (b *bench) printMany(c *crowds) {
	b.print("Characters of the tracker", c.trackers)
	for i, both := range c.acts {
		var rows []row
		if c.steps[i].comes {
			rows = append(rows, row{"done after", millis(both[0].times[done]) + "   " + millis(both[1].times[done]), ""})
		}
		rows = append(rows, counts(fmt.Sprint(few), fmt.Sprint(lots), both[0].calls, both[1].calls)...)
		b.print(c.steps[i].name, append(rows, paid(both)...))
	}
	b.print(fmt.Sprintf("The program after a look at an incident with %s follow-ups", thousands(thousand)),
		[]row{{"peak memory", memory(c.peak), ""}})
}

// paid are the requests that count against GitHub's limits: all to its API but
// those that were answered with 304, and the writes among them, of which it
// wants at most one a second.
func paid(both [2]act) []row {
	var all, wrote [2]int
	for i, a := range both {
		for _, call := range a.calls {
			if strings.HasPrefix(call.Kind, "git ") || call.Status == http.StatusNotModified {
				continue
			}
			all[i]++
			if writes(call) {
				wrote[i]++
			}
		}
	}
	line := func(n [2]int) string { return fmt.Sprintf("%5d        %5d", n[0], n[1]) }
	return []row{{"  counted by GitHub: not git, not 304", line(all), ""}, {"  writes among them", line(wrote), ""}}
}

// writes is whether a call changes something in a repository: asking GraphQL
// does not, nor minting a token.
func writes(c playground.Call) bool {
	return c.Method != http.MethodGet && !strings.HasSuffix(c.Path, "/graphql") && !strings.HasSuffix(c.Path, "/access_tokens")
}
