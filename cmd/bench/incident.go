package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"hindsight/internal/playground"
)

const (
	// incidents is how many are played, one after the other. The first finds
	// the program without tokens and with nothing remembered.
	incidents = 3
	// glance is how often is looked whether something is there. It is looked
	// in the stand-in's memory, which costs the program nothing.
	glance = 2 * time.Millisecond
	// hush is how long no request may come before the program counts as idle.
	// It is longer than any pause that it takes of its own accord.
	hush = 3 * time.Second
	// enough is how long one scene may take.
	enough = 45 * time.Second
)

const report = `Since 09:12 every checkout answers 500.

### Follow-ups
- [ ] Alert on the age of certificates
- [ ] Write a runbook for the payment gateway
- [ ] Rehearse the certificate change
`

// act is what one change to the world has led to.
type act struct {
	times map[string]time.Duration // by what appeared
	calls []playground.Call
}

// incident plays incidents with three follow-ups each, and the closure of one
// of them.
func (b *bench) incident(ctx context.Context) error {
	s, err := b.setScene(ctx, "incident", func(*standIn) error { return nil })
	if err != nil {
		return err
	}
	opened, closed, err := s.play(ctx)
	err = errors.Join(err, s.program.stop(), s.github.end())
	if err != nil {
		return errors.Join(err, s.program.lastWords())
	}
	b.printIncidents(opened)
	b.printClosures(closed)
	return nil
}

func (s *scene) play(ctx context.Context) (opened, closed []act, err error) {
	s.github.SetHook("http://"+s.program.addr+"/webhooks/github", "")
	if err := s.untilIdle(ctx); err != nil {
		return nil, nil, err
	}
	s.github.slowDown(away)
	for range incidents {
		number, err := s.github.As(alice).OpenIssue(shop, "Checkout answers 500", report)
		if err != nil {
			return nil, nil, err
		}
		made, err := s.open(ctx, number)
		if err != nil {
			return nil, nil, fmt.Errorf("label an incident: %w", err)
		}
		ticked, err := s.tick(ctx, number)
		if err != nil {
			return nil, nil, fmt.Errorf("close a follow-up: %w", err)
		}
		opened, closed = append(opened, made), append(closed, ticked)
	}
	return opened, closed, nil
}

// open labels an issue and waits until all that comes of it is there.
func (s *scene) open(ctx context.Context, number int) (act, error) {
	return s.act(ctx,
		func() error { return s.github.As(alice).Label(shop, number, "incident", "sev2") },
		moment{"tracker", func() bool { return s.tracker(number) != "" }},
		moment{"all", func() bool { return s.complete(number) }})
}

// tick closes the first follow-up and waits for its box.
func (s *scene) tick(ctx context.Context, number int) (act, error) {
	open, err := s.github.SubIssues(shop, number)
	if err != nil {
		return act{}, err
	}
	return s.act(ctx,
		func() error { return s.github.As(alice).Close(shop, open[0].Number, "completed") },
		moment{"ticked", func() bool { return strings.Count(s.tracker(number), "- [x]") == 1 }})
}

// moment is something to appear.
type moment struct {
	name string
	came func() bool
}

// act does something, notes when each moment has come, and then waits until
// the program is idle.
func (s *scene) act(ctx context.Context, do func() error, moments ...moment) (act, error) {
	s.github.forget()
	a := act{times: map[string]time.Duration{}}
	began := time.Now()
	if err := do(); err != nil {
		return a, err
	}
	for _, m := range moments {
		if err := poll(ctx, m.came); err != nil {
			return a, fmt.Errorf("%s did not come: %w", m.name, err)
		}
		a.times[m.name] = time.Since(began)
	}
	err := s.untilIdle(ctx)
	a.calls = s.github.asked()
	return a, err
}

func poll(ctx context.Context, came func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, enough)
	defer cancel()
	tick := time.NewTicker(glance)
	defer tick.Stop()
	for !came() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// untilIdle waits until every webhook has been taken in and no request has
// come for a while.
func (s *scene) untilIdle(ctx context.Context) error {
	if err := s.github.settle(ctx); err != nil {
		return err
	}
	heard, since := len(s.github.asked()), time.Now()
	err := poll(ctx, func() bool {
		if n := len(s.github.asked()); n != heard {
			heard, since = n, time.Now()
		}
		return time.Since(since) > hush
	})
	if err != nil {
		return fmt.Errorf("the program did not become idle: %w", err)
	}
	return nil
}

// tracker is the program's comment on an issue, or "".
func (s *scene) tracker(number int) string {
	comments, err := s.github.Comments(shop, number)
	if err != nil {
		return ""
	}
	for _, c := range comments {
		if c.ByApp {
			return c.Body
		}
	}
	return ""
}

// complete is whether all three follow-ups are attached, and the tracker
// shows them and the page.
func (s *scene) complete(number int) bool {
	attached, err := s.github.SubIssues(shop, number)
	if err != nil || len(attached) != 3 {
		return false
	}
	tracker := s.tracker(number)
	for _, f := range attached {
		if !strings.Contains(tracker, fmt.Sprintf("(#%d)", f.Number)) {
			return false
		}
	}
	return strings.Contains(tracker, "/wiki/")
}

func (b *bench) printIncidents(acts []act) {
	heading := fmt.Sprintf("One incident with three follow-ups: label → tracker, page, follow-ups; GitHub %s away", away)
	rows := []row{
		{"tracker appears after, median of " + fmt.Sprint(len(acts)), spread(times(acts, "tracker")), "under 1 s"},
		{"all is there after", spread(times(acts, "all")), ""},
	}
	b.print(heading, append(rows, countsOf(acts)...))
}

func (b *bench) printClosures(acts []act) {
	heading := fmt.Sprintf("One closure: follow-up closed → its box is ticked; GitHub %s away", away)
	rows := []row{{"ticked after, median of " + fmt.Sprint(len(acts)), spread(times(acts, "ticked")), ""}}
	b.print(heading, append(rows, countsOf(acts)...))
}

func times(acts []act, name string) []time.Duration {
	var all []time.Duration
	for _, a := range acts {
		all = append(all, a.times[name])
	}
	return all
}

// usage is what requests of one kind amount to.
type usage struct {
	requests, unchanged int // unchanged: answered with 304
	sent, received      int64
}

// countsOf compares the first act, for which the program had to get its tokens,
// with the last.
func countsOf(acts []act) []row {
	return counts("first", "last", acts[0].calls, acts[len(acts)-1].calls)
}

// counts are the requests of two acts side by side.
func counts(left, right string, lefts, rights []playground.Call) []row {
	one, other := byKind(lefts), byKind(rights)
	kinds := slices.Collect(maps.Keys(one))
	for kind := range other {
		if _, ok := one[kind]; !ok {
			kinds = append(kinds, kind)
		}
	}
	slices.SortFunc(kinds, func(a, b string) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a, b))
	})
	rows := []row{{"requests until idle (of them 304)", fmt.Sprintf("%7s   %8s", left, right), ""}}
	for _, kind := range kinds {
		rows = append(rows, row{"  " + kind, one[kind].String() + "   " + other[kind].String(), ""})
	}
	rows = append(rows, row{"  together", total(lefts, "").String() + "   " + total(rights, "").String(), ""})
	if one, other := total(lefts, "jira "), total(rights, "jira "); one.requests+other.requests > 0 {
		rows = append(rows, row{"  of them to Jira", one.String() + "   " + other.String(), ""})
	}
	if git := total(lefts, "git "); git.sent > 0 {
		rows = append(rows, row{"git sent, received", fmt.Sprintf("%d B, %d B", git.sent, git.received), ""})
	}
	return rows
}

// rank puts reading before writing, then git, and Jira last.
func rank(kind string) int {
	switch method, _, _ := strings.Cut(kind, " "); method {
	case http.MethodGet:
		return 0
	case "git":
		return 2
	case "jira":
		return 3
	}
	return 1
}

func byKind(calls []playground.Call) map[string]usage {
	all := map[string]usage{}
	for _, c := range calls {
		all[c.Kind] = all[c.Kind].plus(c)
	}
	return all
}

// total is what all requests amount to whose kind begins like that.
func total(calls []playground.Call, prefix string) usage {
	var all usage
	for _, c := range calls {
		if strings.HasPrefix(c.Kind, prefix) {
			all = all.plus(c)
		}
	}
	return all
}

func (u usage) plus(c playground.Call) usage {
	u.requests++
	if c.Status == http.StatusNotModified {
		u.unchanged++
	}
	u.sent += c.RequestBytes
	u.received += c.ResponseBytes
	return u
}

func (u usage) String() string {
	if u.unchanged == 0 {
		return fmt.Sprintf("%5d     ", u.requests)
	}
	return fmt.Sprintf("%5d (%2d)", u.requests, u.unchanged)
}
