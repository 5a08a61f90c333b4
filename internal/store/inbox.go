package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"hindsight/internal/incident"
	"hindsight/internal/store/db"
	"hindsight/internal/workset"
)

const (
	// groupLimit bounds a group of deliveries, and so how long its first
	// one waits for the rest.
	groupLimit = 256
	// groupTimeout ends a commit that hangs, for instance on a database
	// that no longer answers, before GitHub gives up at ten seconds.
	groupTimeout = 8 * time.Second
	// pruneLimit keeps each deletion short: senders wait behind it.
	pruneLimit = 1000
)

// arrival is a delivery whose sender waits for the answer.
type arrival struct {
	delivery workset.Delivery
	receipt  workset.Receipt
	answered chan error // receives once; buffered, for a sender that left
}

// Receive takes a delivery in. What is neither relevant nor about anything that
// is known costs a read for each issue that it names, and leaves no trace;
// everything else is written together with what others deliver at the same time, and is
// on the disk when Receive returns. An error means that it may or may not be:
// the sender should be told to send again.
func (s *Store) Receive(ctx context.Context, d workset.Delivery) (workset.Receipt, error) {
	if err := checkDelivery(d); err != nil {
		return 0, err
	}
	if !d.Relevant {
		concerns, err := s.concerns(ctx, d)
		if err != nil {
			return 0, err
		}
		if !concerns {
			return workset.Unrelated, nil
		}
	}
	return s.submit(ctx, &arrival{delivery: d, answered: make(chan error, 1)})
}

func checkDelivery(d workset.Delivery) error {
	if d.ID == "" || len(d.ID) > 255 || !storable(d.ID) {
		return fmt.Errorf("store: a delivery needs an id, of at most 255 bytes of text: %.40q", d.ID)
	}
	for _, key := range d.Also {
		if err := checkKey(key); err != nil {
			return err
		}
	}
	return checkKey(d.Key)
}

// concerns is whether a delivery is about what is known, or refers to an
// incident.
func (s *Store) concerns(ctx context.Context, d workset.Delivery) (bool, error) {
	concerns, err := s.news(ctx, d)
	for i := 0; i < len(d.Also) && err == nil && !concerns; i++ {
		concerns, err = s.reads.IsIncident(ctx, db.IsIncidentParams{
			Repo: string(d.Also[i].Repo), Number: int64(d.Also[i].Number),
		})
	}
	if err != nil {
		return false, fmt.Errorf("store: look up whether %s is known: %w", d.Key, err)
	}
	return concerns, nil
}

// news is whether what is known is older than what a delivery is about, as far
// as it says.
func (s *Store) news(ctx context.Context, d workset.Delivery) (bool, error) {
	if d.Changed.IsZero() {
		return s.known(ctx, d.Key)
	}
	return s.reads.IsOlder(ctx, db.IsOlderParams{
		Repo: string(d.Key.Repo), Number: int64(d.Key.Number), ObservedAt: stored(d.Changed),
	})
}

// known is whether the key is an incident, a follow-up, or a pull request that
// refers to an incident; where the key names no issue, whether the repository
// has an incident, or its wiki the page of one.
func (s *Store) known(ctx context.Context, key incident.Key) (bool, error) {
	switch {
	case key.Number == incident.TheWiki:
		return s.reads.HasPages(ctx, string(key.Repo))
	case key.Number < incident.TheWiki:
		return s.reads.HasIncidents(ctx, string(key.Repo))
	}
	return s.reads.IsKnown(ctx, db.IsKnownParams{Repo: string(key.Repo), Number: int64(key.Number)})
}

func (s *Store) submit(ctx context.Context, a *arrival) (workset.Receipt, error) {
	select {
	case <-s.closing:
		return 0, ErrClosed
	default:
	}
	select {
	case s.arrivals <- a:
	case <-s.closing:
		return 0, ErrClosed
	case <-ctx.Done():
		return 0, fmt.Errorf("store: queue delivery: %w", ctx.Err())
	}
	select {
	case err := <-a.answered:
		return a.receipt, err
	case <-ctx.Done():
		return 0, fmt.Errorf("store: write delivery: %w", ctx.Err())
	case <-s.closed:
	}
	// The committer may have answered as its last deed.
	select {
	case err := <-a.answered:
		return a.receipt, err
	default:
		return 0, ErrClosed
	}
}

// commitArrivals writes deliveries until the store closes. While one group is
// being flushed to the disk the next gathers, so that groups grow with the
// load and a single delivery waits for nobody.
func (s *Store) commitArrivals(ctx context.Context) {
	defer close(s.closed)
	for {
		select {
		case <-s.closing:
			return
		case first := <-s.arrivals:
			// The senders that the last group has just released are about to
			// deliver again. Let those that are ready go first: or the first
			// of them would have a flush for itself, and the rest wait for two.
			runtime.Gosched()
			group := s.gather(first)
			err := s.writeGroup(ctx, group)
			for _, a := range group {
				a.answer(err)
			}
		}
	}
}

func (a *arrival) answer(err error) {
	if err != nil {
		a.receipt = 0
	}
	a.answered <- err
}

func (s *Store) gather(first *arrival) []*arrival {
	group := []*arrival{first}
	for len(group) < groupLimit {
		select {
		case a := <-s.arrivals:
			group = append(group, a)
		default:
			return group
		}
	}
	return group
}

// writeGroup writes all or nothing.
func (s *Store) writeGroup(ctx context.Context, group []*arrival) error {
	ctx, cancel := context.WithTimeout(ctx, groupTimeout)
	defer cancel()
	tx, err := s.engine.write.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("store: begin to write deliveries: %w", err)
	}
	if err = writeArrivals(ctx, s.writes.WithTx(tx), group, s.now()); err != nil {
		return errors.Join(fmt.Errorf("store: write deliveries: %w", err), tx.Rollback())
	}
	if err = tx.Commit(); err != nil {
		return fmt.Errorf("store: commit deliveries: %w", err)
	}
	s.wake()
	return nil
}

// writeArrivals touches rows in the order of their keys: the groups of two
// processes would otherwise wait for each other in a circle.
func writeArrivals(ctx context.Context, q *db.Queries, group []*arrival, now time.Time) error {
	slices.SortFunc(group, func(a, b *arrival) int { return cmp.Compare(a.delivery.ID, b.delivery.ID) })
	news := make([]workset.Delivery, 0, len(group))
	for _, a := range group {
		added, err := q.AddDelivery(ctx, db.AddDeliveryParams{ID: a.delivery.ID, ReceivedAt: now})
		if err != nil {
			return err
		}
		if added == 0 {
			a.receipt = workset.Duplicate
			continue
		}
		a.receipt = workset.Queued
		news = append(news, a.delivery)
	}
	slices.SortStableFunc(news, func(a, b workset.Delivery) int { return compareKeys(a.Key, b.Key) })
	// Many deliveries about one issue are one mark.
	news = slices.CompactFunc(news, func(a, b workset.Delivery) bool { return a.Key == b.Key })
	for _, d := range news {
		if err := q.MarkWork(ctx, mark(d.Installation, d.Key, now)); err != nil {
			return err
		}
	}
	return nil
}

// Prune forgets the deliveries that were received before a time, and returns
// how many. GitHub offers a delivery for redelivery for some days only; one
// that comes after it was forgotten is news again, which is harmless.
func (s *Store) Prune(ctx context.Context, before time.Time) (int64, error) {
	var total int64
	for {
		n, err := s.writes.PruneDeliveries(ctx, db.PruneDeliveriesParams{Before: stored(before), Most: pruneLimit})
		total += n
		if err != nil {
			return total, fmt.Errorf("store: forget old deliveries: %w", err)
		}
		if n < pruneLimit {
			return total, nil
		}
	}
}

func compareKeys(a, b incident.Key) int {
	return cmp.Or(cmp.Compare(a.Repo, b.Repo), cmp.Compare(a.Number, b.Number))
}

// storable is whether PostgreSQL takes it for text.
func storable(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }
