package store_test

import (
	"database/sql"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pressly/goose/v3"

	"hindsight/internal/incident"
	"hindsight/internal/reconcile"
	"hindsight/internal/workset"
)

// released is what a database of the first release holds: an incident with two
// follow-ups, in the form in which that release wrote them.
const released = `
INSERT INTO deliveries VALUES ('known', '2026-11-20 14:00:00.5+00:00');
INSERT INTO work VALUES ('acme/shop', 42, 7, '2026-11-20 14:01:00+00:00', 3, '', 1);
INSERT INTO incidents VALUES ('acme/shop', 42, '{"ledger":{"t":99}}', '2026-11-20 14:00:00+00:00');
INSERT INTO follow_ups VALUES ('acme/shop', 77, 'acme/shop', 42,
    '{"issue":{"Repo":"acme/shop","Number":77},"id":7700,"item":"k","parent":5,"source":"body","words":"w","title":"Add an alert","url":"u","state":"open","owner":"bob","at":"2026-11-20T14:00:00Z"}',
    '2026-11-20 14:00:00+00:00', TRUE, '2026-11-20 14:00:01.25+00:00');
INSERT INTO follow_ups VALUES ('acme/shop', 78, 'acme/shop', 42,
    '{"issue":{"Repo":"acme/shop","Number":78},"id":7800,"item":"l","parent":5,"title":"Ask","url":"v","state":"done","at":"2026-11-20T14:00:00Z"}',
    '2026-11-20 14:00:00+00:00', FALSE, '2026-11-20 14:00:02+00:00');
INSERT INTO looks VALUES ('acme/shop', '2026-11-20 13:00:00+00:00');
`

// migrations moves the schema by hand, as other releases do.
func (d database) migrations(t *testing.T) *goose.Provider {
	t.Helper()
	dialect := goose.DialectSQLite3
	if strings.HasPrefix(d.url, "postgres") {
		dialect = goose.DialectPostgres
	}
	provider, err := goose.NewProvider(dialect, d.raw(t), os.DirFS("migrations"), goose.WithDisableGlobalRegistry(true))
	must(t, err)
	return provider
}

func (d database) release(t *testing.T) {
	t.Helper()
	_, err := d.migrations(t).UpTo(t.Context(), 1)
	must(t, err)
	handle := d.raw(t)
	for statement := range strings.SplitSeq(strings.TrimSpace(released), ";\n") {
		_, err = handle.ExecContext(t.Context(), statement)
		must(t, err)
	}
}

// The first release's database is taken over with all that is in it.
func TestMigratesTheFirstRelease(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(d database) {
		t := d.t
		d.release(t)
		s := d.open(t)
		at := time.Date(2026, 11, 20, 14, 0, 0, 0, time.UTC)
		record, ok, err := s.Record(t.Context(), key(42))
		if err != nil || !ok || record.Ledger.TrackerID != 99 {
			t.Errorf("record %+v, %v, %v", record, ok, err)
		}
		first := incident.FollowUp{
			Issue: key(77), ID: 7700, Item: "k", Parent: 5, Source: "body", Words: "w",
			Title: "Add an alert", URL: "u", State: incident.Open, Owner: "bob", At: at,
		}
		second := incident.FollowUp{Issue: key(78), ID: 7800, Item: "l", Parent: 5, Title: "Ask", URL: "v", State: incident.Done, At: at}
		found, err := s.FollowUps(t.Context(), key(42))
		must(t, err)
		if diff := cmp.Diff([]incident.FollowUp{first, second}, found); diff != "" {
			t.Errorf("follow-ups (-want +got):\n%s", diff)
		}
		wantIncidents(t, s, key(77), key(42))
		if checked, checkErr := s.CheckedAt(t.Context(), key(77)); checkErr != nil || !checked.Equal(at.Add(1250*time.Millisecond)) {
			t.Errorf("looked at %v (%v)", checked, checkErr)
		}
		waiting, err := s.Unchecked(t.Context(), key(0).Repo, at.Add(time.Hour), 9)
		if err != nil || len(waiting) != 1 || waiting[0] != key(77) {
			t.Errorf("to look at: %v (%v), want the open one", waiting, err)
		}
		until, err := s.Look(t.Context(), key(0).Repo)
		if err != nil || !until.Equal(at.Add(-time.Hour)) {
			t.Errorf("swept until %v (%v)", until, err)
		}
		if lease := mustLease(t, s, d.clock.now()); lease.Key != key(42) || lease.Generation != 3 || lease.Failures != 1 {
			t.Errorf("leased %+v", lease)
		}
		if receipt, err := s.Receive(t.Context(), delivery("known", 42)); err != nil || receipt != workset.Duplicate {
			t.Errorf("receipt %d, %v; want it known", receipt, err)
		}
		if changed, err := s.SaveFollowUp(t.Context(), key(43), first); err != nil || !changed {
			t.Errorf("for a second incident: changed %v, %v", changed, err)
		}
	})
}

// The way back keeps one incident for each follow-up, which is all that the
// first release knows; and forth again loses nothing more.
func TestMigratesBack(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(d database) {
		t := d.t
		d.release(t)
		s := d.open(t)
		for _, of := range []incident.Key{key(41), key(43)} {
			_, err := s.SaveFollowUp(t.Context(), of, incident.FollowUp{Issue: key(77), State: incident.Open})
			must(t, err)
		}
		must(t, s.SaveSettings(t.Context(), key(0).Repo, reconcile.Settings{Label: "outage"}))
		must(t, s.SaveWiki(t.Context(), key(42), "acme/postmortems", true))
		must(t, s.Close())
		_, err := d.migrations(t).DownTo(t.Context(), 1)
		must(t, err)
		if diff := cmp.Diff(map[int]int{77: 41, 78: 42}, owners(t, d.raw(t))); diff != "" {
			t.Errorf("follow-ups and their incidents (-want +got):\n%s", diff)
		}
		s = d.open(t)
		wantIncidents(t, s, key(77), key(41))
		wantIncidents(t, s, key(78), key(42))
		// Whose wiki a page is in, the next look at it tells.
		if in, err := s.InWiki(t.Context(), "acme/postmortems"); err != nil || len(in) > 0 {
			t.Errorf("in the wiki: %v (%v)", in, err)
		}
	})
}

// owners are the follow-ups' incidents, as the first release reads them.
func owners(t *testing.T, handle *sql.DB) map[int]int {
	t.Helper()
	rows, err := handle.QueryContext(t.Context(), "SELECT number, incident_number FROM follow_ups WHERE repo = 'acme/shop'")
	must(t, err)
	defer func() { must(t, rows.Close()) }()
	found := map[int]int{}
	for rows.Next() {
		var number, of int
		must(t, rows.Scan(&number, &of))
		found[number] = of
	}
	must(t, rows.Err())
	return found
}
