package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

const (
	// issues is how many the deliveries are about, by turns. Fewer would be
	// cheaper: deliveries about one issue that come together are one mark.
	issues = 1000
	warmUp = 2 * time.Second
	// silence is longer than the program waits for any answer.
	silence = time.Hour
	// lookKind is the request that every look at an issue begins with.
	lookKind = "GET /repos/{owner}/{repo}/issues/{issue_number}"
)

// wave is one load, and what came of it.
type wave struct {
	heading  string
	labelled bool          // so that it must be written
	away     time.Duration // GitHub, for the looks that go on beside

	load
	looks           int
	server, senders time.Duration // processor time for each delivery; 0 if not known
}

func (w wave) want() int {
	if w.labelled {
		return http.StatusAccepted
	}
	return http.StatusOK
}

// waves are what comes in. While GitHub is silent all workers wait for it, and
// leave the edge alone; since they do so for seconds, silence comes last.
func waves() []*wave {
	return []*wave{
		{heading: fmt.Sprintf("Acknowledged (202): on disk, with looks beside, GitHub %s away", away), labelled: true, away: away},
		{heading: "The same with GitHub silent, so that no look goes on beside", labelled: true, away: silence},
		{heading: "Discarded (200): no incident label and no known issue, nothing written", away: silence},
	}
}

// deliveries measures how fast deliveries are taken in, by the real program
// over real connections.
func (b *bench) deliveries(ctx context.Context) error {
	var sample map[string]any
	s, err := b.setScene(ctx, "deliveries", func(github *standIn) (err error) {
		sample, err = github.rehearse(ctx)
		return err
	})
	if err != nil {
		return err
	}
	all := waves()
	for _, w := range all {
		if err == nil {
			err = b.run(ctx, s, w, sample)
		}
	}
	peak, known := peakNow(s.program.cmd.Process.Pid)
	// What was acknowledged must be on the disk whatever happens next.
	if err = errors.Join(err, s.program.kill(), s.github.end()); err != nil {
		return errors.Join(err, s.program.lastWords())
	}
	if !known {
		peak, _ = peakAtEnd(s.program.cmd.ProcessState)
	}
	written, err := onDisk(ctx, s.data, all)
	if err != nil {
		return err
	}
	b.printDeliveries(all, written, peak)
	return nil
}

// rehearse opens the issues that deliveries will be about, and has one
// delivery sent to nowhere for its payload.
func (s *standIn) rehearse(ctx context.Context) (map[string]any, error) {
	for n := range issues {
		if _, err := s.As(alice).OpenIssue(shop, fmt.Sprintf("Checkout answers 500, number %d", n+1), ""); err != nil {
			return nil, err
		}
	}
	return s.echo(ctx)
}

// echo is one delivery's payload, sent to nowhere.
func (s *standIn) echo(ctx context.Context) (map[string]any, error) {
	s.SetHook("http://127.0.0.1:9/", "") // where nobody listens
	sample, err := s.sample(ctx)
	s.SetHook("", "")
	return sample, err
}

// run lets the senders send one wave, and notes what it cost.
func (b *bench) run(ctx context.Context, s *scene, w *wave, sample map[string]any) error {
	senders, err := b.connect(ctx, s, w, sample)
	defer func() {
		for _, one := range senders {
			_ = one.conn.Close() // nothing is under way
		}
	}()
	if err != nil {
		return err
	}
	s.github.slowDown(w.away)
	s.github.ResetCalls()
	server, ours := cpuUsed(s.program)
	if w.load, err = send(ctx, senders, warmUp, b.measured, w.want()); err != nil {
		return err
	}
	serverAfter, oursAfter := cpuUsed(s.program)
	w.server = (serverAfter - server) / time.Duration(w.answered)
	w.senders = (oursAfter - ours) / time.Duration(w.answered)
	for _, c := range s.github.Calls() {
		if c.Kind == lookKind {
			w.looks++
		}
	}
	return nil
}

// cpuUsed is the processor time of the program, and of this process.
func cpuUsed(p *process) (server, ours time.Duration) {
	return cpuNow(p.cmd.Process.Pid), cpuNow(os.Getpid())
}

func (b *bench) connect(ctx context.Context, s *scene, w *wave, sample map[string]any) ([]*sender, error) {
	var senders []*sender
	for i := range b.senders {
		requests, err := b.share(s, w, i, sample)
		if err != nil {
			return senders, err
		}
		one, err := dial(ctx, s.program.addr, requests)
		if err != nil {
			return senders, err
		}
		senders = append(senders, one)
	}
	return senders, nil
}

// share is what one sender sends, by turns. The senders divide the issues
// among them.
func (b *bench) share(s *scene, w *wave, sender int, sample map[string]any) ([]request, error) {
	first := 1
	if !w.labelled {
		first += issues + 1 // nobody has heard of those
	}
	var requests []request
	for n := sender; n < issues; n += b.senders {
		body, err := about(sample, first+n, b.payload, w.labelled)
		if err != nil {
			return nil, fmt.Errorf("make a payload: %w", err)
		}
		requests = append(requests, newRequest(s.program.addr, s.github.App().WebhookSecret, body))
	}
	return requests, nil
}

// onDisk counts the deliveries in the database of a program that was killed.
func onDisk(ctx context.Context, data string, all []*wave) (found int, err error) {
	db, err := sql.Open("sqlite", filepath.Join(data, "hindsight.db"))
	if err != nil {
		return 0, fmt.Errorf("open the database: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err = db.QueryRowContext(ctx, "SELECT count(*) FROM deliveries").Scan(&found); err != nil {
		return 0, fmt.Errorf("count the deliveries on disk: %w", err)
	}
	want := 0
	for _, w := range all {
		if w.labelled {
			want += w.answered
		}
	}
	if found != want {
		return found, fmt.Errorf("%d deliveries were acknowledged, and %d are on disk", want, found)
	}
	return found, nil
}

func (b *bench) printDeliveries(all []*wave, written int, peak int64) {
	b.print(fmt.Sprintf("Deliveries: %d senders, signed payloads of %.1f KB about %d issues, %s each after %s of warm-up;\n"+
		"SQLite with synchronous=FULL; program, senders and stand-in on the same processors",
		b.senders, float64(b.payload)/1000, issues, b.measured, warmUp), nil)
	for _, w := range all {
		b.print(w.heading, w.rows())
	}
	b.print("The program after all of it", []row{
		{"on disk after kill -9", fmt.Sprintf("all %s that were acknowledged", thousands(written)), "all"},
		{"peak memory", memory(peak), ""},
	})
}

// rows shows the aims beside the waves that they are for.
func (w *wave) rows() []row {
	rows := []row{
		{"deliveries a second", thousands(w.perSecond()), "12,000"},
		{"slowest, median, best second", fmt.Sprintf("%s, %s, %s", thousands(quantile(w.seconds, 0)),
			thousands(quantile(w.seconds, 0.5)), thousands(quantile(w.seconds, 1))), ""},
		{"p50", millis(quantile(w.waits, 0.50)), ""},
		{"p99", millis(quantile(w.waits, 0.99)), "under 10 ms"},
		{"longest", millis(quantile(w.waits, 1)), ""},
		{"looks at issues beside", thousands(w.looks), ""},
	}
	if !w.labelled {
		for i := range rows {
			rows[i].aim = ""
		}
	}
	if w.server > 0 {
		rows = append(rows, row{
			"processor time for each", fmt.Sprintf("%d µs program, %d µs senders and stand-in",
				w.server.Microseconds(), w.senders.Microseconds()), "",
		})
	}
	return rows
}

func memory(n int64) string {
	if n == 0 {
		return "not known on this system"
	}
	return megabytes(n)
}
