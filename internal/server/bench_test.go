package server_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"hindsight/internal/incident"
	"hindsight/internal/server"
	"hindsight/webhooks"
)

// BenchmarkDelivery is what a 14 KB delivery costs without the store: in the
// handlers alone, and over keep-alive connections, where client and server
// share the machine.
func BenchmarkDelivery(b *testing.B) {
	body := strings.Replace(labelled, `"number":42`, `"body":"`+strings.Repeat(`It \"broke\".\r\n`, 900)+`","number":42`, 1)
	header := signed(body)
	b.Run("handlers", func(b *testing.B) {
		metrics := server.NewMetrics()
		handler := server.New(server.Options{
			Metrics: metrics, Logger: slog.New(slog.DiscardHandler), Now: time.Now,
			Webhooks: webhooks.New(webhooks.Options{
				Labels: func(incident.Repo) []string { return []string{"incident", "postmortem-followup"} },
				Inbox:  inbox{}, Secrets: [][]byte{[]byte(testSecret)},
				AllowedOwner: func(string) bool { return true }, Observe: metrics.Delivery,
			}),
		}).Handler()
		b.ReportAllocs()
		for b.Loop() {
			r := httptest.NewRequestWithContext(context.Background(), http.MethodPost, "/webhooks/github", strings.NewReader(body))
			for key, value := range header {
				r.Header.Set(key, value)
			}
			w := httptest.NewRecorder()
			if handler.ServeHTTP(w, r); w.Code != http.StatusAccepted {
				b.Fatal(w.Code, w.Body)
			}
		}
	})
	b.Run("32 senders", func(b *testing.B) {
		r := start(b, func(o *server.Options) { o.Logger = slog.New(slog.DiscardHandler) })
		var senders sync.WaitGroup
		work := make(chan struct{})
		for range 32 {
			senders.Go(func() {
				for range work {
					if got := r.do(b, http.MethodPost, "/webhooks/github", body, header); got.Status != http.StatusAccepted {
						b.Error(got)
					}
				}
			})
		}
		b.ReportAllocs()
		for b.Loop() {
			work <- struct{}{}
		}
		close(work)
		senders.Wait()
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "deliveries/s")
	})
}
