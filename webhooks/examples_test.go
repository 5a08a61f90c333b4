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
	e := start(t, nil)
	for _, example := range contract.Examples(t) {
		t.Run(example.Name, func(t *testing.T) {
			t.Parallel()
			if got := send(t, delivery(t, e.url, example.Event, string(example.Payload))); got.Status/100 != 2 {
				t.Errorf("as published: got %d %q", got.Status, got.Reason)
			}
			got := send(t, delivery(t, e.url, example.Event, installed(t, example.Payload)))
			want := webhooks.ResultIgnored
			if isNews(t, example) {
				want = webhooks.ResultQueued
			}
			if got.Status/100 != 2 || got.Result != want {
				t.Errorf("as the App gets it: got %d %s %q, want %s", got.Status, got.Result, got.Reason, want)
			}
		})
	}
}

// isNews is whether something may depend on an example.
func isNews(t *testing.T, example contract.Example) bool {
	t.Helper()
	var payload struct {
		Action string `json:"action"`
		Status struct {
			State string `json:"state"`
		} `json:"deployment_status"`
	}
	if err := json.Unmarshal(example.Payload, &payload); err != nil {
		t.Fatal(err)
	}
	switch example.Event {
	case "issues", "issue_comment", "pull_request", "gollum":
		return true
	case "release":
		return payload.Action == "published"
	case "deployment_status":
		return payload.Status.State == "success" || payload.Status.State == "failure"
	}
	return false
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
