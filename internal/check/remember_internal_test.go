package check

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/incident"
)

// A page is looked through once for each text, list and set of rules.
func TestCheckerRemembers(t *testing.T) {
	t.Parallel()
	c := New()
	all := func(names ...string) func() []incident.Finding {
		return func() []incident.Finding { return c.Check("Globex", nil, names) }
	}
	for i, look := range []func() []incident.Finding{
		all(), all("Globex"), all("Globex", ""), all("Glo", "bex"),
		func() []incident.Finding { return c.Check("Globex ", nil, nil) },
		func() []incident.Finding { return c.Check("Globex", []string{"email"}, []string{"Globex"}) },
		func() []incident.Finding { return c.Template("Globex", nil, []string{"Globex"}) },
	} {
		first := look()
		again := look()
		if diff := cmp.Diff(first, again); diff != "" || c.known.Len() != i+1 {
			t.Errorf("look %d: %d are remembered (-first +again):\n%s", i, c.known.Len(), diff)
		}
		for i := range again {
			again[i].Text = "changed"
		}
		if diff := cmp.Diff(first, look()); diff != "" {
			t.Errorf("look %d can be changed by who reads it:\n%s", i, diff)
		}
	}
}

func TestCheckerForgets(t *testing.T) {
	t.Parallel()
	c := New()
	for i := range remembered + 10 {
		c.Check(fmt.Sprint(i), incident.Checks(), nil)
	}
	if n := c.known.Len(); n != remembered {
		t.Errorf("%d pages are remembered", n)
	}
}

// What there was no time for is told, and tried again.
func TestOutOfTime(t *testing.T) {
	t.Parallel()
	late := func(*page) []hit { return []hit{{says: noCustomers, anywhere: true}} }
	p := newPage("a\n# B\n<!-- public -->\n", nil)
	found, whole := p.check([]rule{{Rule: Rule{ID: "customer", Serious: true}, find: late}})
	want := []incident.Finding{{Rule: "customer", Line: 1, Column: 1, Serious: true, Public: true, Text: noCustomers}}
	if diff := cmp.Diff(want, found); diff != "" || whole {
		t.Errorf("whole: %v (-want +got):\n%s", whole, diff)
	}
}

func TestCustomersInTime(t *testing.T) {
	t.Parallel()
	names := newNames([]string{"Globex"})
	late, cancel := context.WithCancel(t.Context())
	cancel()
	if hits, whole := names.find(late, "Globex"); whole || hits != nil {
		t.Errorf("out of time: %v, %v", hits, whole)
	}
	if hits, whole := names.find(t.Context(), strings.Repeat("a ", 5000)+"Globex"); !whole || len(hits) != 1 {
		t.Errorf("in time: %v, %v", hits, whole)
	}
	slow := inTime("too slow", func(context.Context, string) ([]hit, bool) { return []hit{{at: 1, to: 2}}, false })
	if got := slow("abc"); len(got) != 2 || !got[0].anywhere || got[0].says != "too slow" {
		t.Errorf("what was not looked through: %+v", got)
	}
}
