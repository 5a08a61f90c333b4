package check_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/check"
)

func TestCustomer(t *testing.T) {
	t.Parallel()
	names := []string{"Globex", "Initech  Ltd.", "AT&T", "Ö-Werk", "株式会社", "", " ", "!", "O'Neil"}
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

// A list of many names costs no more than to read it.
func TestManyCustomers(t *testing.T) {
	t.Parallel()
	names := make([]string, 50_000)
	for i := range names {
		names[i] = fmt.Sprintf("Customer%d Ltd", i)
	}
	page := strings.Repeat("some words that name nobody, ", 1<<13) + "customer49999 ltd"
	start := time.Now()
	got := check.New().Check(page, allBut("customer"), names)
	if took := time.Since(start); len(got) != 1 || took > 20*time.Second {
		t.Errorf("found %v in %s", got, took)
	}
}
