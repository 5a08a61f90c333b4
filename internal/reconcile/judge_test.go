package reconcile_test

import (
	"errors"
	"testing"

	"hindsight/internal/incident"
)

// What is said of people's lines does not come and go with the part that opens
// follow-ups.
func TestDoubtsStayWhileFollowUpsFail(t *testing.T) {
	t.Parallel()
	s := newStage(t, "### Follow-ups\n- [ ] Mend the pool @ghost\n- [ ] Write it down in other/attic\n")
	s.forge.unassignable["ghost"] = true
	s.look(t)
	doubts := []string{"`ghost` can't be assigned", "belongs to another owner"}
	s.shows(t, doubts...)
	s.edit(parent, func(i *incident.Issue) { i.Body += "- [ ] Call the customer\n" })
	s.before["OpenIssue"] = fails(errors.New("bad gateway"))
	s.forget()
	for range 4 {
		next := s.look(t)
		s.shows(t, doubts...)
		s.reconciler.Clock = later(next)
	}
	s.expect(t, 2, "EditComment") // the new line, and that it can't be opened
}

// An issue that is adopted may have moved twice over: each place is asked for.
func TestAdoptedThatHasMoved(t *testing.T) {
	t.Parallel()
	const attic = incident.Repo("acme/attic")
	s := newStage(t, "### Follow-ups\n- [ ] acme/till#7\n")
	s.forge.others[attic] = 80
	old, anew := incident.Key{Repo: till, Number: 7}, incident.Key{Repo: attic, Number: 3}
	s.forge.moved[old] = anew
	s.addIssue(anew)
	s.look(t)
	items := s.record(parent).Ledger.Items
	if len(items) != 1 || items[0].Issue != (incident.Ref{Repo: attic, Number: 3}) {
		t.Fatalf("adopted %+v, want %s", items, anew)
	}
	s.forget()
	s.look(t)
	s.expect(t, 0, outward...)
}
