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
)

func marker(kind string, of incident.Key, more markdown.Fields) string {
	fields := markdown.Fields{"incident": of.String()}
	maps.Copy(fields, more)
	return markdown.Marker(kind, fields)
}

func readMarker(body, kind string) (incident.Key, markdown.Fields, bool) {
	fields, ok := markdown.FindMarker(body, kind)
	if !ok {
		return incident.Key{}, nil, false
	}
	key, err := incident.ParseKey(fields["incident"])
	return key, fields, err == nil
}

// sealLedger is the ledger as a hidden comment.
func sealLedger(l incident.Ledger) string {
	data, err := json.Marshal(l)
	if err != nil { // a Ledger has only strings, numbers and times
		panic("templates: a ledger can't be encoded: " + err.Error())
	}
	return markdown.Seal(ledgerKind, data)
}

// ReadTracker finds the tracker's marker and the ledger in it. A ledger that
// can't be read counts as empty: what it said is found again by other markers.
func (Texts) ReadTracker(body string) (of incident.Key, ledger incident.Ledger, ok bool) {
	of, _, ok = readMarker(body, trackerKind)
	if !ok {
		return of, ledger, false
	}
	data, sealed, err := markdown.Unseal(body, ledgerKind)
	if err != nil || !sealed {
		return of, incident.Ledger{}, true
	}
	if err := json.Unmarshal(data, &ledger); err != nil {
		return of, incident.Ledger{}, true
	}
	return of, ledger, true
}

// ReadClosing finds the marker of the comment at the end, and what it says.
func (Texts) ReadClosing(body string) (of incident.Key, complete, ok bool) {
	of, fields, ok := readMarker(body, closingKind)
	return of, fields["says"] == "complete", ok
}

// ReadFollowUp finds the marker of a follow-up.
func (Texts) ReadFollowUp(body string) (of incident.Key, entry incident.Entry, ok bool) {
	of, fields, ok := readMarker(body, followUpKind)
	return of, incident.Entry{
		Key:    incident.ItemKey(fields["item"]),
		Source: incident.Source(fields["source"]),
		Words:  fields["words"],
	}, ok && fields["item"] != ""
}
