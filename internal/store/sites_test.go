package store_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/incident"
	"hindsight/internal/store"
)

func wantTrouble(t *testing.T, s *store.Store, site incident.Repo, want incident.SiteTrouble) {
	t.Helper()
	got, err := s.SiteTrouble(t.Context(), site)
	must(t, err)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the trouble of %s (-want +got):\n%s", site, diff)
	}
}

// Every process knows of a site's trouble, until it is over.
func TestSiteTrouble(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(d database) {
		t := d.t
		s, other := d.open(t), d.open(t)
		site, another := incident.JiraSite("acme.atlassian.net"), incident.JiraSite("jira.example/x")
		since := d.clock.now()
		wantTrouble(t, s, site, incident.SiteTrouble{})
		first := incident.SiteTrouble{Attempts: 1, Since: since}
		must(t, s.SaveSiteTrouble(t.Context(), site, first))
		wantTrouble(t, other, site, first)
		worse := incident.SiteTrouble{Text: "the token is refused\x00 “é”", Attempts: 3, Since: since}
		local := worse
		local.Since = since.In(time.FixedZone("", 9*3600))
		must(t, other.SaveSiteTrouble(t.Context(), site, local))
		wantTrouble(t, s, site, worse)
		wantTrouble(t, s, another, incident.SiteTrouble{})
		must(t, s.SaveSiteTrouble(t.Context(), another, first))
		must(t, s.SaveSiteTrouble(t.Context(), site, incident.SiteTrouble{}))
		must(t, s.SaveSiteTrouble(t.Context(), site, incident.SiteTrouble{}))
		wantTrouble(t, other, site, incident.SiteTrouble{})
		wantTrouble(t, other, another, first)
	})
}

func TestSiteTroubleRefuses(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(d database) {
		t := d.t
		s := d.open(t)
		for name, site := range map[string]incident.Repo{"no name": "", "NUL": "jira:a\x00b", "not UTF-8": "jira:\xff"} {
			if err := s.SaveSiteTrouble(t.Context(), site, incident.SiteTrouble{Attempts: 1}); err == nil {
				t.Errorf("%s: taken", name)
			}
		}
		site := incident.JiraSite("acme.atlassian.net")
		must(t, s.SaveSiteTrouble(t.Context(), site, incident.SiteTrouble{Attempts: 1}))
		change(t, d.raw(t), "UPDATE site_troubles SET trouble = '{'")
		if _, err := s.SiteTrouble(t.Context(), site); err == nil || !strings.Contains(err.Error(), "damaged") {
			t.Errorf("what is damaged is taken: %v", err)
		}
	})
}

// An incident is at a site once, however many tickets it has there, and whatever
// became of them.
func TestIncidentsAt(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(d database) {
		t := d.t
		s := d.open(t)
		site := ticket(0).Repo
		save := func(of, issue incident.Key, state incident.State) {
			t.Helper()
			_, err := s.SaveFollowUp(t.Context(), of, incident.FollowUp{Issue: issue, State: state, At: d.clock.now()})
			must(t, err)
		}
		save(key(43), ticket(2), incident.Open)
		save(key(43), ticket(1), incident.Done)
		save(key(42), ticket(1), incident.Gone)
		save(key(41), key(77), incident.Open)
		save(key(40), incident.Key{Repo: incident.JiraSite("jira.example"), Number: 1}, incident.Open)
		save(key(39), ticket(3), incident.Open)
		must(t, s.ForgetFollowUp(t.Context(), key(39), ticket(3)))
		got, err := s.IncidentsAt(t.Context(), site)
		must(t, err)
		if diff := cmp.Diff([]incident.Key{key(42), key(43)}, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if got, err = s.IncidentsAt(t.Context(), "jira:elsewhere.example"); err != nil || len(got) > 0 {
			t.Errorf("at a site without tickets: %v, %v", got, err)
		}
	})
}
