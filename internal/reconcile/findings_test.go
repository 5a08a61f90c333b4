package reconcile_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/incident"
)

// withCustomers is a stage whose page names a customer, of whom the list of a
// private repository knows.
func withCustomers(t *testing.T) *stage {
	t.Helper()
	s := newStage(t, "Initech can't pay.")
	s.forge.config = "customers"
	s.forge.repository.Private = true // else nobody is told who is a customer
	s.forge.others[secret], s.forge.private[secret] = 93, true
	s.forge.files[string(secret)+"/.github/hindsight.yml"] = "lends to shop"
	s.forge.files[string(secret)+"/"+incident.CustomersFile] = "# Ours\nInitech\n\nHooli\n"
	return s
}

// checked is the answer to "/postmortem check".
func (s *stage) checked(t *testing.T) string {
	t.Helper()
	s.look(t)
	s.say(ada, "/postmortem check")
	s.look(t)
	ours := s.ours()
	return ours[len(ours)-1].Body
}

func TestCustomers(t *testing.T) {
	t.Parallel()
	s := withCustomers(t)
	if reply := s.checked(t); !strings.Contains(reply, "customer") || strings.Contains(reply, "Initech") {
		t.Errorf("the reply is:\n%s", reply)
	}
	// The operator's own count as well, without any configuration.
	s = newStage(t, "Umbrella can't pay.")
	s.forge.repository.Private = true
	s.reconciler.Customers = []string{"Umbrella"}
	if reply := s.checked(t); !strings.Contains(reply, "customer") {
		t.Errorf("the reply is:\n%s", reply)
	}
}

// A list that can't be used is told of, and the page counts as unchecked.
func TestCustomersThatCannotBeRead(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		set  func(*stage)
		says string
	}{
		"not private":   {func(s *stage) { s.forge.private[secret] = false }, "has to be a private repository"},
		"not installed": {func(s *stage) { delete(s.forge.others, secret) }, "has to be a private repository"},
		"given away": {
			func(s *stage) { s.tweak(secret, func(r *incident.Repository) { r.FullName = "rival/secret" }) },
			"has to be a private repository",
		},
		"no list": {func(s *stage) { delete(s.forge.files, string(secret)+"/"+incident.CustomersFile) }, "There is no list of customers"},
		"not lent": {
			func(s *stage) { delete(s.forge.files, string(secret)+"/.github/hindsight.yml") }, "is not lent to this repository",
		},
		"nobody's list": {
			func(s *stage) { s.forge.files[string(secret)+"/"+incident.CustomersFile] = "# none\n" }, "can't be used: it lists nobody",
		},
		"another file": {func(s *stage) {
			s.forge.files[string(secret)+"/"+incident.CustomersFile] = strings.Repeat("Initech, ", 30)
		}, "line 1 has more than 200 characters"},
		"too large": {
			func(s *stage) {
				s.before["File acme/secret/"+incident.CustomersFile] = fails(&incident.Blocked{Text: "The list is too large."})
			}, "The list is too large.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := withCustomers(t)
			c.set(s)
			if reply := s.checked(t); !strings.Contains(reply, "was not checked for the names of customers") {
				t.Errorf("the reply is:\n%s", reply)
			}
			if tracker := s.ours()[0].Body; !strings.Contains(tracker, c.says) {
				t.Errorf("the tracker does not say %q:\n%s", c.says, tracker)
			}
			if name == "not private" || name == "given away" {
				s.expect(t, 0, "File acme/secret/"+incident.CustomersFile)
			}
		})
	}
}

// Where the check is switched off, its list is nobody's business.
func TestCustomersAreSwitchedOff(t *testing.T) {
	t.Parallel()
	s := withCustomers(t)
	s.forge.config = "no customers"
	s.look(t)
	s.expect(t, 0, "Repository acme/secret")
	if !slices.Equal(s.checker.off, []string{"customer"}) {
		t.Errorf("rules that are off: %q", s.checker.off)
	}
}

// While the list does not come, it is not known what is wrong with the page;
// the rest goes on.
func TestCustomersDoNotCome(t *testing.T) {
	t.Parallel()
	s := withCustomers(t)
	s.look(t)
	s.say(ada, "/postmortem check")
	s.say(ada, "/postmortem owner @cleo")
	s.before["File acme/secret/"+incident.CustomersFile] = fails(errors.New("502"))
	s.look(t)
	s.shows(t, "cleo") // and there is no reply
	clear(s.before)
	s.look(t)
	if ours := s.ours(); len(ours) != 2 || !strings.Contains(ours[1].Body, "customer") {
		t.Errorf("our comments: %+v", ours)
	}
}

// A page is looked through once for each text that it has.
func TestPageIsCheckedOnce(t *testing.T) {
	t.Parallel()
	s := newStage(t, oneItem)
	s.look(t)
	looked := slices.Clone(s.checker.looked)
	slices.Sort(looked)
	if diff := cmp.Diff(slices.Compact(slices.Clone(looked)), looked); diff != "" {
		t.Errorf("checked more than once:\n%s", diff)
	}
	before := len(looked)
	s.look(t)
	if again := len(s.checker.looked) - before; again != 1 {
		t.Errorf("%d checks in a look without news, want one", again)
	}
}
