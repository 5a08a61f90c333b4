package store_test

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hindsight/internal/incident"
	"hindsight/internal/workset"
)

// senders is how many deliver at once, as in the aims for the whole server.
const senders = 32

// BenchmarkReceive reports, beside the time for each, deliveries a second and
// how long the slowest hundredth waited.
func BenchmarkReceive(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { benchmarkReceive(b, sqliteDatabase(b)) })
	b.Run("postgres", func(b *testing.B) { benchmarkReceive(b, postgresDatabase(b)) })
}

func benchmarkReceive(b *testing.B, d database) {
	b.Helper()
	s := d.open(b)
	var next atomic.Int64
	waits := make([][]time.Duration, senders)
	failed := make(chan error, senders)
	b.ResetTimer()
	var wg sync.WaitGroup
	for i := range senders {
		wg.Go(func() {
			for n := next.Add(1); n <= int64(b.N); n = next.Add(1) {
				began := time.Now()
				if err := deliver(b.Context(), s, n); err != nil {
					failed <- err
					return
				}
				waits[i] = append(waits[i], time.Since(began))
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	select {
	case err := <-failed:
		b.Fatal(err)
	default:
	}
	report(b, slices.Concat(waits...))
}

func deliver(ctx context.Context, inbox workset.Inbox, n int64) error {
	// The shape of GitHub's own ids: random ones spread over the index.
	id := fmt.Sprintf("%08x-5f3a-11f1-9c3e-%012x", uint32(n)*2654435761, n)
	receipt, err := inbox.Receive(ctx, delivery(id, int(n%1000)+1))
	if err == nil && receipt != workset.Queued {
		err = fmt.Errorf("delivery %s: receipt %d", id, receipt)
	}
	return err
}

func report(b *testing.B, waits []time.Duration) {
	b.Helper()
	slices.Sort(waits)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "deliveries/s")
	b.ReportMetric(float64(waits[len(waits)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(waits[len(waits)*99/100].Microseconds())/1000, "p99-ms")
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.Sys)/(1<<20), "sys-MB")
}

// BenchmarkChanged is what a sweep asks of 1,000 tickets of one incident, all of
// which a site names as changed: what is known of each.
func BenchmarkChanged(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { benchmarkChanged(b, sqliteDatabase(b)) })
	b.Run("postgres", func(b *testing.B) { benchmarkChanged(b, postgresDatabase(b)) })
}

func benchmarkChanged(b *testing.B, d database) {
	b.Helper()
	const tickets = 1000
	s := d.open(b)
	for n := range tickets {
		f := incident.FollowUp{Issue: ticket(10_000 + n), Title: "Add an alert", At: d.clock.now()}
		if _, err := s.SaveFollowUp(b.Context(), key(42), f); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		for n := range tickets {
			if known, err := s.Observed(b.Context(), ticket(10_000+n)); err != nil || len(known) != 1 {
				b.Fatal(known, err)
			}
		}
	}
}
