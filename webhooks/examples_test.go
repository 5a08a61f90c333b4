package webhooks_test

import (
	"encoding/json"
	"testing"

	"hindsight/internal/playground/contract"
	"hindsight/webhooks"
)

// TestExamples sends every payload that GitHub publishes: as it is, and as the
// App's own webhook would get it, with an installation.
func TestExamples(t *testing.T) {
	t.Parallel()
	handled := map[string]bool{"issues": true, "issue_comment": true, "pull_request": true, "gollum": true}
	e := start(t, nil)
	for _, example := range contract.Examples(t) {
		t.Run(example.Name, func(t *testing.T) {
			t.Parallel()
			if got := send(t, delivery(t, e.url, example.Event, string(example.Payload))); got.Status/100 != 2 {
				t.Errorf("as published: got %d %q", got.Status, got.Reason)
			}
			got := send(t, delivery(t, e.url, example.Event, installed(t, example.Payload)))
			want := webhooks.ResultIgnored
			if handled[example.Event] {
				want = webhooks.ResultQueued
			}
			if got.Status/100 != 2 || got.Result != want {
				t.Errorf("as the App gets it: got %d %s %q, want %s", got.Status, got.Result, got.Reason, want)
			}
		})
	}
}

func installed(t *testing.T, payload []byte) string {
	t.Helper()
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(payload, &fields); err != nil {
		t.Fatal(err)
	}
	fields["installation"] = json.RawMessage(`{"id":1}`)
	text, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
