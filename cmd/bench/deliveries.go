package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

const (
	// issues is how many the deliveries are about, by turns. Fewer would be
	// cheaper: deliveries about one issue that come together are one mark.
	issues = 1000
	warmUp = 2 * time.Second
	// lookKind is the request that every look at an issue begins with.
	lookKind = "GET /repos/{owner}/{repo}/issues/{issue_number}"
)

// barrage is all that is delivered: half of it concerns incidents.
type barrage struct {
	relevant, irrelevant load
	looks                int // at issues, while the relevant half came in
	peak                 int64
}

// deliveries measures how fast deliveries are taken in, by the real program
// over real connections, while its workers look at what they tell.
func (b *bench) deliveries(ctx context.Context) error {
	var sample map[string]any
	s, err := b.setScene(ctx, "deliveries", func(github *standIn) (err error) {
		sample, err = github.rehearse(ctx)
		return err
	})
	if err != nil {
		return err
	}
	s.github.slowDown(away)
	shot, err := b.fire(ctx, s, sample)
	// What was acknowledged must be on the disk whatever happens next.
	err = errors.Join(err, s.program.kill(), s.github.close())
	if err != nil {
		return errors.Join(err, s.program.lastWords())
	}
	if shot.peak == 0 {
		shot.peak, _ = peakAtEnd(s.program.cmd.ProcessState)
	}
	if err := onDisk(ctx, s.data, shot.relevant.answered); err != nil {
		return err
	}
	b.printDeliveries(shot, s.program.cpu())
	return nil
}

// rehearse opens the issues that deliveries will be about, and has one
// delivery sent to nowhere for its payload.
func (s *standIn) rehearse(ctx context.Context) (map[string]any, error) {
	for n := range issues {
		if _, err := s.As(alice).OpenIssue(shop, fmt.Sprintf("Checkout answers 500, the %dth time", n+1), ""); err != nil {
			return nil, err
		}
	}
	s.SetHook("http://127.0.0.1:9/", "") // where nobody listens
	sample, err := s.sample(ctx)
	s.SetHook("", "")
	return sample, err
}

func (b *bench) fire(ctx context.Context, s *scene, sample map[string]any) (shot barrage, err error) {
	s.github.ResetCalls()
	if shot.relevant, err = b.load(ctx, s, sample, true, http.StatusAccepted); err != nil {
		return shot, err
	}
	for _, c := range s.github.Calls() {
		if c.Kind == lookKind {
			shot.looks++
		}
	}
	if shot.irrelevant, err = b.load(ctx, s, sample, false, http.StatusOK); err != nil {
		return shot, err
	}
	shot.peak, _ = peakNow(s.program.cmd.Process.Pid)
	return shot, nil
}

// load divides the issues among the senders and lets them send.
func (b *bench) load(ctx context.Context, s *scene, sample map[string]any, labelled bool, want int) (load, error) {
	var senders []*sender
	defer func() {
		for _, s := range senders {
			_ = s.conn.Close() // nothing is under way
		}
	}()
	for i := range b.senders {
		requests, err := b.share(s, sample, i, labelled)
		if err != nil {
			return load{}, err
		}
		one, err := dial(ctx, s.program.addr, requests)
		if err != nil {
			return load{}, err
		}
		senders = append(senders, one)
	}
	return send(ctx, senders, warmUp, b.measured, want)
}

// share is what one sender sends, by turns.
func (b *bench) share(s *scene, sample map[string]any, sender int, labelled bool) ([]request, error) {
	var requests []request
	for number := sender + 1; number <= issues; number += b.senders {
		first := issues // nobody knows an issue beyond
		if labelled {
			first = 0
		}
		body, err := about(sample, first+number, b.payload, labelled)
		if err != nil {
			return nil, fmt.Errorf("make a payload: %w", err)
		}
		requests = append(requests, newRequest(s.program.addr, s.github.App().WebhookSecret, body))
	}
	return requests, nil
}

// onDisk counts the deliveries in the database of a program that was killed.
func onDisk(ctx context.Context, data string, want int) (err error) {
	db, err := sql.Open("sqlite", filepath.Join(data, "hindsight.db"))
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	var found int
	if err := db.QueryRowContext(ctx, "SELECT count(*) FROM deliveries").Scan(&found); err != nil {
		return fmt.Errorf("count the deliveries on disk: %w", err)
	}
	if found != want {
		return fmt.Errorf("%d deliveries were acknowledged, and %d are on disk", want, found)
	}
	return nil
}

func (b *bench) printDeliveries(shot barrage, cpu time.Duration) {
	heading := fmt.Sprintf("Deliveries: %d senders, %.1f KB signed payloads about %d issues, %s each kind,\n"+
		"SQLite with synchronous=FULL, GitHub %s away, workers looking beside",
		b.senders, float64(b.payload)/1000, issues, b.measured, away)
	rows := []row{
		{"acknowledged a second (202)", thousands(shot.relevant.perSecond()), "12,000"},
		{"  slowest, median, best second", seconds(shot.relevant), ""},
		{"  p50", millis(quantile(shot.relevant.waits, 0.50)), ""},
		{"  p99", millis(quantile(shot.relevant.waits, 0.99)), "under 10 ms"},
		{"  longest", millis(quantile(shot.relevant.waits, 1)), ""},
		{"  on disk after kill -9", thousands(shot.relevant.answered) + " of " + thousands(shot.relevant.answered), "all"},
		{"  looks at issues beside", thousands(shot.looks), ""},
		{"discarded a second (200, no incident)", thousands(shot.irrelevant.perSecond()), ""},
		{"  slowest, median, best second", seconds(shot.irrelevant), ""},
		{"  p50", millis(quantile(shot.irrelevant.waits, 0.50)), ""},
		{"  p99", millis(quantile(shot.irrelevant.waits, 0.99)), ""},
		{"processor time a delivery, both kinds", perDelivery(cpu, shot), ""},
		{"peak memory", memory(shot.peak), ""},
	}
	b.print(heading, rows)
}

func seconds(l load) string {
	return fmt.Sprintf("%s, %s, %s", thousands(quantile(l.seconds, 0)),
		thousands(quantile(l.seconds, 0.5)), thousands(quantile(l.seconds, 1)))
}

func perDelivery(cpu time.Duration, shot barrage) string {
	return fmt.Sprintf("%d µs", (cpu / time.Duration(shot.relevant.answered+shot.irrelevant.answered)).Microseconds())
}

func memory(n int64) string {
	if n == 0 {
		return "not known on this system"
	}
	return megabytes(n)
}
