package templates

import (
	"encoding/json"
	"maps"

	"hindsight/internal/incident"
	"hindsight/internal/markdown"
)

// The kinds of markers.
const (
	trackerKind  = "tracker"
	ledgerKind   = "ledger"
	closingKind  = "closing"
	followUpKind = "followup"
	pageKind     = "page"

	pausedField = "paused"
)

func marker(kind string, of incident.ID, more markdown.Fields) string {
	fields := markdown.Fields{"incident": of.String()}
	maps.Copy(fields, more)
	return markdown.Marker(kind, fields)
}

func readMarker(body, kind string) (incident.ID, markdown.Fields, bool) {
	fields, ok := markdown.FindMarker(body, kind)
	if !ok {
		return incident.ID{}, nil, false
	}
	of, err := incident.ParseID(fields["incident"])
	return of, fields, err == nil
}

// sealLedger is the ledger as a hidden comment.
func sealLedger(l incident.Ledger) string {
	data, err := json.Marshal(l)
	if err != nil { // a Ledger has only strings, numbers and times
		panic("templates: a ledger can't be encoded: " + err.Error())
	}
	return markdown.Seal(ledgerKind, data)
}

// ReadTracker finds the tracker's marker, whether it says paused, and the
// ledger in it. A ledger that can't be read counts as empty: what it said is
// found again by other markers.
func (Texts) ReadTracker(body string) (of incident.ID, paused bool, ledger incident.Ledger, ok bool) {
	of, fields, ok := readMarker(body, trackerKind)
	if !ok {
		return of, false, ledger, false
	}
	paused = fields["says"] == pausedField
	data, sealed, err := markdown.Unseal(body, ledgerKind)
	if err != nil || !sealed {
		return of, paused, ledger, true
	}
	if err := json.Unmarshal(data, &ledger); err != nil {
		return of, paused, incident.Ledger{}, true
	}
	return of, paused, ledger.Checked(), true
}

// ReadClosing finds the marker of the comment at the end, and what it says.
func (Texts) ReadClosing(body string) (of incident.ID, complete, ok bool) {
	of, fields, ok := readMarker(body, closingKind)
	return of, fields["says"] == "complete", ok
}

// ReadFollowUp finds the marker of a follow-up.
func (Texts) ReadFollowUp(body string) (of incident.ID, entry incident.Entry, ok bool) {
	of, fields, ok := readMarker(body, followUpKind)
	return of, incident.Entry{
		Key:    incident.ItemKey(fields["item"]),
		Source: incident.Source(fields["source"]),
		Words:  fields["words"],
	}, ok && fields["item"] != ""
}
