package contract

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// Webhook reports to the test what GitHub's description says against a
// payload, for an event such as "issues".
func Webhook(tb testing.TB, event string, payload []byte) {
	tb.Helper()
	d, err := load()
	if err != nil {
		tb.Fatal(err)
	}
	if err := d.webhook(event, payload); err != nil {
		tb.Errorf("contract: webhook %s: %v\npayload: %.2000s", event, err, payload)
	}
}

func (d *description) webhook(event string, payload []byte) error {
	var value struct {
		Action string `json:"action"`
	}
	if err := json.Unmarshal(payload, &value); err != nil {
		return fmt.Errorf("read the payload: %w", err)
	}
	name := event
	if value.Action != "" {
		name += "-" + value.Action
	}
	schema, err := d.payloadOf(strings.ReplaceAll(name, "_", "-"))
	if err != nil {
		return err
	}
	var whole any
	if err := json.Unmarshal(payload, &whole); err != nil {
		return fmt.Errorf("read the payload: %w", err)
	}
	return schema.VisitJSON(whole, openapi3.SetSchemaErrorMessageCustomizer(brief), openapi3.MultiErrors())
}

// payloadOf is the schema of one webhook, by the description's name of it,
// such as "issues-opened".
func (d *description) payloadOf(name string) (*openapi3.Schema, error) {
	if d.raw.Webhooks[name] == nil {
		return nil, fmt.Errorf("GitHub's description has no webhook %q", name)
	}
	// The parser reads operations under paths only, so one stands for the
	// webhook.
	e, err := d.parse("/webhook/"+name, d.raw.Webhooks[name])
	if err != nil {
		return nil, err
	}
	return e.doc.Paths.Value(e.pattern).Post.RequestBody.Value.Content.Get("application/json").Schema.Value, nil
}
