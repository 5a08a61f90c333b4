package templates

import (
	"encoding/json"
	"unicode/utf8"

	"hindsight/internal/incident"
	"hindsight/internal/markdown"
)

// ledgerLimit is how many characters the ledger may take of a comment: what of
// it people are to read has to fit in, too.
const ledgerLimit = 56_000

// sealLedger is the ledger as a hidden comment. Of one that is too long, as
// people could make it by editing the tracker, the newest items are left out:
// the database has them, and without it their issues' markers.
func sealLedger(l incident.Ledger) string {
	sealed := seal(l)
	for utf8.RuneCountInString(sealed) > ledgerLimit && len(l.Items) > 0 {
		l.Items = l.Items[:len(l.Items)*3/4]
		sealed = seal(l)
	}
	return sealed
}

// seal is the ledger as a hidden comment. Its items stand in columns, one
// for each field: alike beside alike, a thousand of them compress to what a
// comment can carry beside the checklist.
func seal(l incident.Ledger) string {
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
