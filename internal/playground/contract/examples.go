package contract

import (
	"encoding/json"
	"fmt"
	"testing"
)

// Example is a real payload that GitHub has published.
type Example struct {
	Event   string // as in X-GitHub-Event
	Name    string // for a subtest: "issues/labeled/3"
	Payload []byte
}

// Examples are all payloads in npm's @octokit/webhooks-examples, in its order.
func Examples(tb testing.TB) []Example {
	tb.Helper()
	raw, err := installed("webhooks-examples", "api.github.com", "index.json")
	if err != nil {
		tb.Fatal(err)
	}
	var events []struct {
		Name     string            `json:"name"`
		Examples []json.RawMessage `json:"examples"`
	}
	if err := json.Unmarshal(raw, &events); err != nil {
		tb.Fatalf("contract: read GitHub's webhook examples: %v", err)
	}
	var all []Example
	for _, event := range events {
		for i, payload := range event.Examples {
			var head struct {
				Action string `json:"action"`
			}
			if err := json.Unmarshal(payload, &head); err != nil {
				tb.Fatalf("contract: read example %d of %s: %v", i, event.Name, err)
			}
			name := fmt.Sprintf("%s/%s/%d", event.Name, head.Action, i)
			all = append(all, Example{Event: event.Name, Name: name, Payload: payload})
		}
	}
	return all
}
