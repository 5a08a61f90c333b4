package jira

import (
	"encoding/json"

	"hindsight/internal/incident"
)

// markerName is the issue property by which a ticket is known again. It is
// believed only of what Hindsight's account has created.
const markerName = "hindsight"

// marker is what the property holds: whose item the ticket is, and what was
// written on it.
type marker struct {
	Of     incident.ID
	Key    incident.ItemKey
	Source incident.Source
	Words  string
	Wrote  incident.Written
	Lacks  incident.TicketFields
}

type markerForm struct {
	Of     string                `json:"of"`
	Key    incident.ItemKey      `json:"key"`
	Source incident.Source       `json:"source"`
	Words  string                `json:"words"`
	Wrote  incident.Written      `json:"wrote,omitzero"`
	Lacks  incident.TicketFields `json:"lacks,omitempty"`
}

// MarshalJSON writes what [readMarker] reads.
func (m marker) MarshalJSON() ([]byte, error) {
	return json.Marshal(markerForm{Of: m.Of.String(), Key: m.Key, Source: m.Source, Words: m.Words, Wrote: m.Wrote, Lacks: m.Lacks})
}

// readMarker is false for what is no marker: people can change a property, and what
// is believed of it goes into trackers.
func readMarker(raw json.RawMessage) (marker, bool) {
	var form markerForm
	if json.Unmarshal(raw, &form) != nil {
		return marker{}, false
	}
	of, err := incident.ParseID(form.Of)
	if err != nil {
		return marker{}, false
	}
	e, sound := incident.Entry{Key: form.Key, Source: form.Source, Words: form.Words, Wrote: form.Wrote, Lacks: form.Lacks}.Checked()
	return markerFor(of, e), sound
}

// markerFor is the marker of an incident's item.
func markerFor(of incident.ID, e incident.Entry) marker {
	return marker{Of: of, Key: e.Key, Source: e.Source, Words: e.Words, Wrote: e.Wrote, Lacks: e.Lacks}
}

func (m marker) entry() incident.Entry {
	return incident.Entry{Key: m.Key, Source: m.Source, Words: m.Words, Wrote: m.Wrote, Lacks: m.Lacks}
}

// property is the marker as it goes into a request that creates or edits.
func (m marker) property() []any {
	return []any{map[string]any{"key": markerName, "value": m}}
}
