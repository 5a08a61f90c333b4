package main

import (
	"log/slog"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/config"
	"hindsight/internal/incident"
)

// Who can read a site is what the operator says of it.
func TestWhoCanReadASite(t *testing.T) {
	t.Parallel()
	for name, site := range map[string]config.JiraSite{
		"some": {}, "the enterprise": {Internal: true}, "everybody": {Public: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			site.URL, site.Token, site.SearchLag = "https://jira.example", config.NewSecret("token"), time.Minute
			site.Owners = map[string][]string{"acme": {"OPS"}}
			adapter, err := newJira([]config.JiraSite{site}, time.Now, slog.New(slog.DiscardHandler), nil)
			must(t, err)
			want := []incident.Project{{
				Site: incident.JiraSite("jira.example"), URL: site.URL, Key: "OPS", Lag: time.Minute,
				Public: site.Public, Internal: site.Internal,
			}}
			if diff := cmp.Diff(want, adapter.Projects("acme")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
