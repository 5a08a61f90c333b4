package incident_test

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"hindsight/internal/incident"
)

// sealed is how many characters a ledger takes in a tracker.
func sealed(t *testing.T, l incident.Ledger) int {
	t.Helper()
	data, err := json.Marshal(l)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return base64.RawStdEncoding.EncodedLen(b.Len())
}

// TestLedgerOfAThousand leaves room for people's words in a comment, of which
// GitHub takes 65,536 characters.
func TestLedgerOfAThousand(t *testing.T) {
	t.Parallel()
	const comment, rest = 65_536, 20_000
	policy := incident.DefaultPolicy()
	policy.MaxNew = 1000
	w := world()
	for i := range 1000 {
		title := strings.ToUpper(fmt.Sprintf("Follow-up number %d of %d", i, i*i*i))
		wrote(ada, incident.FromComment(int64(3_141_592_653+i/40)), fmt.Sprintf("%s @person%d due %dd p%d", title, i%12, 3+i%60, i%5))(&w)
	}
	for range 2 {
		judged(policy)(&w)
		w = carryOut(w, incident.Decide(policy, plain{}, w, now))
	}
	l, err := carried(w.Trackers[0].Body)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "entries", 1000, len(l.Checked().Items))
	if size := sealed(t, l); size > comment-rest {
		t.Errorf("the ledger takes %d characters and leaves %d", size, comment-size)
	} else {
		t.Logf("the ledger takes %d characters", size)
	}
}
