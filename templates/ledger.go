package templates

import (
	"encoding/json"

	"hindsight/internal/incident"
	"hindsight/internal/markdown"
)

// sealLedger is the ledger as a hidden comment. Its items stand in columns, one
// for each field: alike beside alike, a thousand of them compress to what a
// comment can carry beside the checklist.
func sealLedger(l incident.Ledger) string {
	data, err := json.Marshal(l)
	if err != nil { // a Ledger has only strings, numbers and times
		panic("templates: a ledger can't be encoded: " + err.Error())
	}
	return markdown.Seal(ledgerKind, data)
}

// unsealLedger is the ledger in a tracker; an empty one if there is none that
// can be read.
func unsealLedger(body string) incident.Ledger {
	data, ok, err := markdown.Unseal(body, ledgerKind)
	if err != nil || !ok {
		return incident.Ledger{}
	}
	var l incident.Ledger
	if err := json.Unmarshal(data, &l); err != nil {
		return incident.Ledger{}
	}
	return l
}
