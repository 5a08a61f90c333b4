package check_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestCustomer(t *testing.T) {
	t.Parallel()
	names := []string{"Globex", "Initech  Ltd.", "AT&T", "Ö-Werk", "株式会社", "", " ", "!", "O'Neil", "Umbrella Pied Piper Inc", "Pied Piper"}
	tests := []struct {
		name, page string
		want       []string
	}{
		{"alone", "Globex", []string{"1:1"}},
		{"in any case", "for GLOBEX, globex", []string{"1:5", "1:13"}},
		{"in code, comments, links", "`Globex`\n<!-- Globex -->\n[a](https://globex.io)", []string{"1:2", "2:6", "3:13"}},
		{"of two words, over lines", "Initech\n  LTD", []string{"1:1"}},
		{"with signs", "→ AT&T, o'neil, at & t", []string{"1:3", "1:9", "1:17"}},
		{"with other signs", "at T, AT, T, initech-ltd", nil},
		{"other letters", "ÖWERK ö-werk 株式会社", []string{"1:7", "1:14"}},
		{"part of a word", "Globexes Neoglobex globex2 globex_", []string{"1:28"}},
		{"half a name", "Initech", nil},
		{"a name in another", "Umbrella Pied Piper Inc. Pied Piper", []string{"1:1", "1:10", "1:26"}},
		{"a name that goes on in another", "Umbrella Pied Umbrella Pied Piper Inc", []string{"1:15", "1:24"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, found(t, "customer", tt.page, names...)); diff != "" {
				t.Errorf("%q (-want +got):\n%s", tt.page, diff)
			}
		})
	}
}

// A list of many names, or of long ones, costs no more than to read it.
func TestManyCustomers(t *testing.T) {
	t.Parallel()
	many := make([]string, 50_000)
	for i := range many {
		many[i] = fmt.Sprintf("Customer%d Ltd", i)
	}
	var alike []string
	for n := range 400 {
		alike = append(alike, strings.Repeat("a ", n)+"b")
	}
	for name, tt := range map[string]struct {
		names []string
		page  string
	}{
		"many":     {many, strings.Repeat("some words that name nobody, ", 1<<13) + "customer49999 ltd"},
		"long":     {[]string{strings.Repeat("a ", 32<<10) + "b"}, strings.Repeat("a ", 50<<10) + "b"},
		"repeated": {alike, strings.Repeat("a ", 100<<10) + "c b"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			start := time.Now()
			got := found(t, "customer", tt.page, tt.names...)
			if took := time.Since(start); len(got) == 0 || took > 30*time.Second {
				t.Errorf("found %d in %s", len(got), took)
			}
		})
	}
}
