package reconcile_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// lots are lines to be followed up, numbered from a number on.
func lots(from, count int) string {
	var b strings.Builder
	b.WriteString("### Follow-ups\n")
	for n := range count {
		fmt.Fprintf(&b, "- [ ] Mend part number %d\n", from+n)
	}
	return b.String()
}

// Writes are paced to one a second, so that many follow-ups take minutes. That
// is no sign of a plan that never gets empty.
func TestManyFollowUpsComeToAnEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const many = 120
		s := newStage(t, lots(0, many))
		s.reconciler.Settle = time.Second
		s.say(ada, "/followup all")
		paced := func(ctx context.Context) error {
			select {
			case <-time.After(time.Second):
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		s.before["OpenIssue"], s.before["AttachSubIssue"], s.before["EditComment"] = paced, paced, paced
		if _, err := s.reconciler.Look(t.Context(), installation, parent); err != nil {
			t.Errorf("the look ended with %v", err)
		}
		if n := len(s.followUps()); n != many {
			t.Errorf("%d follow-ups were opened, want %d", n, many)
		}
		if edits := len(s.made("EditComment")); edits > many/2 {
			t.Errorf("the tracker was edited %d times", edits)
		}
	})
}

// A confirmation counts once, also when the database was deleted since.
func TestConfirmationCountsOnce(t *testing.T) {
	t.Parallel()
	s := newStage(t, lots(0, 30))
	s.look(t)
	s.say(ada, "/followup all")
	s.look(t)
	s.say(ada, lots(100, 30))
	s.look(t)
	s.memory = newMemory(s.marker)
	s.reconciler.Memory = s.memory
	s.look(t)
	if n := len(s.followUps()); n != 30 {
		t.Errorf("there are %d follow-ups, want the 30 that were confirmed", n)
	}
}
