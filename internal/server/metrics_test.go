package server_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/server"
)

func TestMetricsAreBounded(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	for i := range 20 {
		r.get(t, fmt.Sprintf("/path/%d?query=%d", i, i))
		r.do(t, fmt.Sprintf("METHOD%d", i), "/healthz", "", nil)
		r.do(t, http.MethodPost, fmt.Sprintf("/webhooks/github/%d", i), "", map[string]string{"Host": fmt.Sprint(i)})
	}
	got := series(r.get(t, "/metrics").Body, "hindsight_http_requests_total")
	want := []string{
		`{route="/healthz",status="405"} 20`,
		`{route="none",status="404"} 40`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestMetricsCount(t *testing.T) {
	t.Parallel()
	metrics := server.NewMetrics()
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	var due struct {
		at  time.Time
		ok  bool
		err error
	}
	metrics.WatchWorkSet(func(context.Context) (time.Time, bool, error) { return due.at, due.ok, due.err }, func() time.Time { return now })
	metrics.Delivery("queued")
	metrics.Delivery("queued")
	metrics.JiraDelivery("ignored")
	for _, status := range []int{200, 201, 404, 429, 503, 0} {
		metrics.Jira("acme.atlassian.net", status)
	}
	metrics.Reconcile("done", 2*time.Second)
	metrics.Sweep("failed", time.Second)
	r := start(t, func(o *server.Options) { o.Metrics = metrics })
	text := r.get(t, "/metrics").Body
	for _, want := range []string{
		`hindsight_deliveries_total{result="queued",source="github"} 2`,
		`hindsight_deliveries_total{result="ignored",source="jira"} 1`,
		`hindsight_jira_requests_total{site="acme.atlassian.net",status="2xx"} 2`,
		`hindsight_jira_requests_total{site="acme.atlassian.net",status="4xx"} 2`,
		`hindsight_jira_requests_total{site="acme.atlassian.net",status="5xx"} 1`,
		`hindsight_jira_requests_total{site="acme.atlassian.net",status="none"} 1`,
		`hindsight_reconcile_duration_seconds_sum{outcome="done"} 2`,
		`hindsight_sweep_duration_seconds_count{outcome="failed"} 1`,
	} {
		if !strings.Contains(text, want+"\n") {
			t.Errorf("%s is not in\n%s", want, text)
		}
	}
	for _, tt := range []struct {
		at   time.Time
		ok   bool
		err  error
		want string
	}{
		{want: "0"},
		{at: now.Add(time.Hour), ok: true, want: "0"},
		{at: now.Add(-90 * time.Second), ok: true, want: "90"},
		{err: errors.New("database is locked"), want: "NaN"},
	} {
		due.at, due.ok, due.err = tt.at, tt.ok, tt.err
		got := series(r.get(t, "/metrics").Body, "hindsight_workset_lag_seconds")
		if diff := cmp.Diff([]string{" " + tt.want}, got); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", tt, diff)
		}
	}
}

// series are a metric's lines without its name.
func series(text, name string) []string {
	var found []string
	for line := range strings.Lines(text) {
		if rest, ok := strings.CutPrefix(line, name); ok {
			found = append(found, strings.TrimSuffix(rest, "\n"))
		}
	}
	return found
}
