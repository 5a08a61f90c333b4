package server

import (
	"context"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics is what the other parts count with. Its methods are hooks: they are
// handed over as functions, so that nobody but this package knows Prometheus.
//
// Every label takes a handful of values. None comes from a client or from
// GitHub: a path, a host or a repository as a label would grow for ever. Jira
// sites are the operator's own, and few.
type Metrics struct {
	registry   *prometheus.Registry
	deliveries *prometheus.CounterVec
	requests   *prometheus.CounterVec
	durations  *prometheus.HistogramVec
	reconciles *prometheus.HistogramVec
	sweeps     *prometheus.HistogramVec
	github     *prometheus.CounterVec
	jira       *prometheus.CounterVec
}

// NewMetrics makes metrics with a registry of their own.
func NewMetrics() *Metrics {
	m := &Metrics{
		registry:   prometheus.NewRegistry(),
		deliveries: counter("deliveries_total", "Webhook deliveries by who sent them, and what became of them.", "source", "result"),
		requests:   counter("http_requests_total", "Requests that were answered.", "route", "status"),
		durations: histogram("http_request_duration_seconds", "How long answering took.",
			[]float64{.001, .0025, .005, .01, .025, .05, .1, .25, 1, 5}, "route"),
		reconciles: histogram("reconcile_duration_seconds", "How long looks at incidents took, by how they ended.",
			[]float64{.01, .05, .1, .5, 1, 2.5, 5, 10, 30, 60}, "outcome"),
		sweeps: histogram("sweep_duration_seconds", "How long sweeps took, by how they ended.",
			[]float64{.1, .5, 1, 5, 10, 30, 60, 300, 600}, "outcome"),
	}
	m.github = counter("github_requests_total", "Requests to GitHub that were answered; status 0 without an answer.", "route", "status")
	m.jira = counter("jira_requests_total", "Requests to Jira that were answered, by class of status; none without an answer.", "site", "status")
	m.registry.MustRegister(m.deliveries, m.requests, m.durations, m.reconciles, m.sweeps, m.github, m.jira,
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func counter(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "hindsight", Name: name, Help: help}, labels)
}

func histogram(name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
	return prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Namespace: "hindsight", Name: name, Help: help, Buckets: buckets,
	}, labels)
}

// Delivery counts a webhook delivery of GitHub's. It fits
// webhooks.Options.Observe.
func (m *Metrics) Delivery(result string) { m.deliveries.WithLabelValues("github", result).Inc() }

// JiraDelivery counts one of a Jira site's. It fits
// webhooks.JiraOptions.Observe.
func (m *Metrics) JiraDelivery(result string) { m.deliveries.WithLabelValues("jira", result).Inc() }

// Reconcile counts a look at an incident. The outcome is one of a few words,
// the same ones every time: "done", "failed".
func (m *Metrics) Reconcile(outcome string, took time.Duration) {
	m.reconciles.WithLabelValues(outcome).Observe(took.Seconds())
}

// Sweep counts a sweep, with outcomes as for [Metrics.Reconcile].
func (m *Metrics) Sweep(outcome string, took time.Duration) {
	m.sweeps.WithLabelValues(outcome).Observe(took.Seconds())
}

// GitHub counts a request to GitHub: by route, not path, so that the labels
// stay few.
func (m *Metrics) GitHub(route string, status int) {
	m.github.WithLabelValues(route, strconv.Itoa(status)).Inc()
}

// Jira counts a request to one of the operator's Jira sites, by its address.
// The status is 0 where there was no answer.
func (m *Metrics) Jira(site string, status int) {
	class := "none"
	if status != 0 {
		class = strconv.Itoa(status/100) + "xx"
	}
	m.jira.WithLabelValues(site, class).Inc()
}

// WatchWorkSet shows how long the work set's first key has been due: the one
// figure that says whether the workers keep up. nextDue is workset.Set's; it
// is asked at each scrape. To be called once.
func (m *Metrics) WatchWorkSet(nextDue func(context.Context) (time.Time, bool, error), now func() time.Time) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Namespace: "hindsight", Name: "workset_lag_seconds",
		Help: "How long the first key has been due; 0 when none is, NaN when that can't be told.",
	}, func() float64 {
		ctx, cancel := context.WithTimeout(context.Background(), checkTimeout)
		defer cancel()
		due, ok, err := nextDue(ctx)
		switch {
		case err != nil:
			return math.NaN()
		case !ok:
			return 0
		}
		return max(0, now().Sub(due).Seconds())
	}))
}

// request takes the route's pattern, never the path.
func (m *Metrics) request(route string, status int, took time.Duration) {
	m.requests.WithLabelValues(route, strconv.Itoa(status)).Inc()
	m.durations.WithLabelValues(route).Observe(took.Seconds())
}

func (m *Metrics) handler() http.Handler {
	// A few scrapers at once, each of which asks the database.
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4, Registry: m.registry})
}
