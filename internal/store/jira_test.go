package store_test

import (
	"database/sql"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/incident"
	"hindsight/internal/store"
	"hindsight/internal/workset"
)

func ticket(number int) incident.Key {
	return incident.Key{Repo: incident.JiraSite("acme.atlassian.net"), Number: number}
}

// News of a ticket counts by when the ticket changed: what was observed since
// is no news, be it our own change or a webhook that came late.
func TestReceiveOfTickets(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(d database) {
		t := d.t
		s := d.open(t)
		seen := d.clock.now()
		save := func(of incident.Key, at time.Time) {
			t.Helper()
			_, err := s.SaveFollowUp(t.Context(), of, incident.FollowUp{Issue: ticket(10012), At: at})
			must(t, err)
		}
		receive := func(id string, number int, changed time.Time) workset.Receipt {
			t.Helper()
			got, err := s.Receive(t.Context(), workset.Delivery{ID: id, Key: ticket(number), Changed: changed})
			must(t, err)
			return got
		}
		save(key(42), seen)
		save(key(43), seen)
		steps := []struct {
			name    string
			id      string
			number  int
			changed time.Time
			want    workset.Receipt
		}{
			{"unknown ticket", "a", 10099, seen.Add(time.Hour), workset.Unrelated},
			{"as it was seen", "b", 10012, seen, workset.Unrelated},
			{"as it was before", "c", 10012, seen.Add(-time.Second), workset.Unrelated},
			{"changed since", "d", 10012, seen.Add(time.Millisecond), workset.Queued},
			{"the same again", "d", 10012, seen.Add(time.Millisecond), workset.Duplicate},
			{"in another zone", "e", 10012, seen.Add(time.Millisecond).In(time.FixedZone("", -8*3600)), workset.Queued},
			{"the same moment elsewhere", "f", 10012, seen.In(time.FixedZone("", 9*3600)), workset.Unrelated},
			{"without a time", "g", 10012, time.Time{}, workset.Queued},
			{"unknown, without a time", "h", 10099, time.Time{}, workset.Unrelated},
		}
		for _, step := range steps {
			if got := receive(step.id, step.number, step.changed); got != step.want {
				t.Errorf("%s: receipt %d, want %d", step.name, got, step.want)
			}
		}
		changed := seen.Add(time.Minute)
		save(key(42), changed)
		if got := receive("i", 10012, changed); got != workset.Queued {
			t.Errorf("one of two incidents knows it: receipt %d, want queued", got)
		}
		save(key(43), changed)
		if got := receive("j", 10012, changed); got != workset.Unrelated {
			t.Errorf("both know it: receipt %d, want unrelated", got)
		}
	})
}

// What is known of one ticket is found by it, whatever else its incidents have.
func TestObserved(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(d database) {
		t := d.t
		s := d.open(t)
		at := d.clock.now().UTC().Truncate(time.Microsecond)
		want := map[incident.Key]incident.FollowUp{}
		for _, of := range []incident.Key{key(42), key(43)} {
			for _, number := range []int{10012, 10013} {
				f := incident.FollowUp{Issue: ticket(number), Item: incident.ItemKey(of.String()), Name: "OPS-12", At: at}
				_, err := s.SaveFollowUp(t.Context(), of, f)
				must(t, err)
				if number == 10012 {
					want[of] = f
				}
			}
		}
		got, err := s.Observed(t.Context(), ticket(10012))
		must(t, err)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if got, err = s.Observed(t.Context(), ticket(10099)); err != nil || len(got) > 0 {
			t.Errorf("of an unknown ticket: %v, %v", got, err)
		}
		change(t, d.raw(t), "UPDATE follow_ups SET observed = '{' WHERE incident_number = 43")
		if _, err = s.Observed(t.Context(), ticket(10012)); err == nil || !strings.Contains(err.Error(), "damaged") {
			t.Errorf("what is damaged is taken: %v", err)
		}
	})
}

// Who marks without an installation leaves the one that is known, and the next
// who has one says so.
func TestMarkWithoutAnInstallation(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		marks []int64
		want  int64
	}{
		"alone":            {[]int64{0}, 0},
		"after one":        {[]int64{7, 0}, 7},
		"before one":       {[]int64{0, 7}, 7},
		"between two":      {[]int64{7, 0, 8}, 8},
		"a new one counts": {[]int64{7, 8}, 8},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onEachEngine(t, func(d database) {
				t := d.t
				s := d.open(t)
				now := d.clock.now()
				for _, installation := range tt.marks {
					must(t, s.Mark(t.Context(), installation, key(42), now))
				}
				lease := mustLease(t, s, now)
				if lease.Installation != tt.want || lease.Generation != int64(len(tt.marks)) {
					t.Errorf("leased %+v, want installation %d and %d marks", lease, tt.want, len(tt.marks))
				}
			})
		})
	}
}

// A ticket's key goes through everything that an issue's does.
func TestTicketsAreFollowUps(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(d database) {
		t := d.t
		s := d.open(t)
		f := incident.FollowUp{
			Issue: ticket(10012), Name: "OPS-12", Former: []string{"SRE-3"}, Title: "Add an alert",
			State: incident.Open, Assignee: "Mona", Due: "20261201", Status: "Parked", At: d.clock.now().UTC().Truncate(time.Microsecond),
		}
		_, err := s.SaveFollowUp(t.Context(), key(42), f)
		must(t, err)
		found, err := s.FollowUps(t.Context(), key(42))
		must(t, err)
		if diff := cmp.Diff([]incident.FollowUp{f}, found); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		wantIncidents(t, s, ticket(10012), key(42))
		unchecked, err := s.Unchecked(t.Context(), ticket(0).Repo, d.clock.move(time.Hour), 10)
		must(t, err)
		if diff := cmp.Diff([]incident.Key{ticket(10012)}, unchecked); diff != "" {
			t.Errorf("to be looked at (-want +got):\n%s", diff)
		}
		must(t, s.SaveLook(t.Context(), ticket(0).Repo, d.clock.now()))
		if at, lookErr := s.Look(t.Context(), ticket(0).Repo); lookErr != nil || at.IsZero() {
			t.Errorf("swept until %v (%v)", at, lookErr)
		}
		if _, err = s.Receive(t.Context(), workset.Delivery{ID: "a", Key: ticket(10012)}); err != nil {
			t.Error(err)
		}
		if lease := mustLease(t, s, d.clock.now()); lease.Key != ticket(10012) || lease.Installation != 0 {
			t.Errorf("leased %+v", lease)
		}
	})
}

func wantHeard(t *testing.T, s *store.Store, site incident.Repo, want time.Time) {
	t.Helper()
	got, err := s.LastHeard(t.Context(), site)
	if err != nil || !got.Equal(want) {
		t.Errorf("%s was heard of at %v (%v), want %v", site, got, err, want)
	}
}

func TestHeard(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(d database) {
		t := d.t
		s := d.open(t)
		one, other := incident.JiraSite("acme.atlassian.net"), incident.JiraSite("jira.example/x")
		first := d.clock.now().UTC().Truncate(time.Microsecond)
		wantHeard(t, s, one, time.Time{})
		must(t, s.Heard(t.Context(), one, first))
		wantHeard(t, s, one, first)
		must(t, s.Heard(t.Context(), one, first.Add(time.Minute-1)))
		wantHeard(t, s, one, first)
		must(t, s.Heard(t.Context(), one, first.Add(time.Minute)))
		wantHeard(t, s, one, first.Add(time.Minute))
		wantHeard(t, s, other, time.Time{})
		must(t, s.Heard(t.Context(), other, first))
		wantHeard(t, s, other, first)

		again := d.open(t) // another process is behind
		must(t, again.Heard(t.Context(), one, first))
		wantHeard(t, again, one, first.Add(time.Minute))
		if err := s.Heard(t.Context(), "", first); err == nil {
			t.Error("a site without a name is remembered")
		}
	})
}

// What could not be written down is written down with the next news.
func TestHeardAgainAfterTrouble(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(d database) {
		t := d.t
		s := d.open(t)
		site, at := incident.JiraSite("acme.atlassian.net"), d.clock.now().UTC().Truncate(time.Microsecond)
		change(t, d.raw(t), "ALTER TABLE heard RENAME TO away")
		if err := s.Heard(t.Context(), site, at); err == nil {
			t.Fatal("written down in no table")
		}
		change(t, d.raw(t), "ALTER TABLE away RENAME TO heard")
		must(t, s.Heard(t.Context(), site, at))
		wantHeard(t, s, site, at)
	})
}

func change(t *testing.T, handle *sql.DB, statement string) {
	t.Helper()
	_, err := handle.ExecContext(t.Context(), statement)
	must(t, err)
}
