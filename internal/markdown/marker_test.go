package markdown_test

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/markdown"
)

func TestMarkerForm(t *testing.T) {
	t.Parallel()
	got := markdown.Marker("page", markdown.Fields{"path": "a--b c>d\n.md", "incident": "org/repo#42"})
	if want := "<!-- hindsight:page incident=org/repo#42 path=a-%2Db%20c%3Ed%0A.md -->"; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	if got, want := markdown.Marker("x", nil), "<!-- hindsight:x -->"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestFindMarker(t *testing.T) {
	t.Parallel()
	mark := markdown.Marker("page", markdown.Fields{"n": "1"})
	tests := []struct {
		name, src string
		found     bool
	}{
		{"alone", mark, true},
		{"first line", mark + "\n# Title\n", true},
		{"after a paragraph", "text\n" + mark + "\nmore\n", true},
		{"after a list", "- [ ] a\n" + mark, true},
		{"windows line ends", "text\r\n" + mark + "\r\nmore\r\n", true},
		{"the first of two", mark + "\n" + markdown.Marker("page", markdown.Fields{"n": "2"}), true},
		{"before an unclosed fence", mark + "\n```\n", true},
		{"another kind", markdown.Marker("pages", markdown.Fields{"n": "1"}), false},
		{"in a line", "see " + mark, false},
		{"with a tail", mark + " tail", false},
		{"in fenced code", "```\n" + mark + "\n```\n", false},
		{"in indented code", "    " + mark, false},
		{"in a quote", "> " + mark, false},
		{"in a list", "- " + mark, false},
		{"in another comment", "<!--\n" + mark + "\n-->", false},
		{"in a div", "<div>\n" + mark + "\n</div>", false},
		{"without fields that can be read", "<!-- hindsight:page junk -->", false},
		{"with a bad escape", "<!-- hindsight:page n=%zz -->", false},
		{"unclosed", strings.TrimSuffix(mark, "-->"), false},
		{"neutral text", markdown.Text(mark), false},
		{"neutral quote", markdown.Quote("x\n"+mark+"\ny", 1000), false},
		{"empty", "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			fields, found := markdown.FindMarker(tt.src, "page")
			if found != tt.found || found && fields["n"] != "1" {
				t.Errorf("found %v %v in %q, want %v", found, fields, tt.src, tt.found)
			}
		})
	}
}

func TestUnsealRefuses(t *testing.T) {
	t.Parallel()
	var bomb bytes.Buffer
	w, err := flate.NewWriter(&bomb, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(make([]byte, 1<<20+1)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	sealed := markdown.Seal("ledger", []byte(`{"t":1}`))
	tests := map[string]string{
		"not base64":        "<!-- hindsight:ledger %%% -->",
		"not deflate":       "<!-- hindsight:ledger AAAA -->",
		"wide and mixed":    "<!-- hindsight:ledger 一a -->",
		"wide, not deflate": "<!-- hindsight:ledger 一一 -->",
		"cut short":         sealed[:len(sealed)-len("xx -->")] + " -->",
		"too large":         "<!-- hindsight:ledger " + base64.RawStdEncoding.EncodeToString(bomb.Bytes()) + " -->",
	}
	for name, src := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			payload, found, err := markdown.Unseal(src, "ledger")
			if payload != nil || !found || err == nil {
				t.Errorf("Unseal = %d bytes, %v, %v, want an error for what was found", len(payload), found, err)
			}
		})
	}
	if _, found, err := markdown.Unseal("```\n"+sealed+"\n```", "ledger"); found || err != nil {
		t.Errorf("in a code block: found %v, %v", found, err)
	}
}

func TestSealIsSmall(t *testing.T) {
	t.Parallel()
	ledger := `{"i":[` + strings.Repeat(`{"k":"abcdefghijkl","s":"comment:123456","w":"bcdefghijklm","n":{"n":77,"i":123456}},`, 100) + `{}]}`
	if got := len(markdown.Seal("ledger", []byte(ledger))); got > len(ledger)/20 {
		t.Errorf("%d bytes sealed take %d", len(ledger), got)
	}
}

// A comment holds so many characters, whatever bytes they take.
func TestSealIsShortWhenItIsLarge(t *testing.T) {
	t.Parallel()
	for _, size := range []int{12_000, 12_288, 12_289, 20_000, 40_001, 40_002, 40_003, 40_004, 40_005, 40_006, 40_007} {
		payload := make([]byte, size)
		for i := range payload {
			payload[i] = byte(rand.Uint32()) // nothing that compresses
		}
		sealed := markdown.Seal("ledger", payload)
		got, ok, err := markdown.Unseal("words\n"+sealed+"\r\nwords", "ledger")
		if !ok || err != nil || !bytes.Equal(got, payload) {
			t.Errorf("%d bytes come back as %d, %v, %v", size, len(got), ok, err)
		}
		if n := utf8.RuneCountInString(sealed); size >= 20_000 && n > size*8/14+100 {
			t.Errorf("%d bytes take %d characters", size, n)
		}
	}
}

func FuzzMarker(f *testing.F) {
	f.Add("org/repo#42", "a--b->c d")
	f.Add("%", "=\n-- -->\x00\xff")
	f.Fuzz(func(t *testing.T, a, b string) {
		want := markdown.Fields{"a": a, "b": b}
		marker := markdown.Marker("kind", want)
		if inner := strings.TrimSuffix(strings.TrimPrefix(marker, "<!--"), "-->"); strings.Contains(inner, "--") || strings.Contains(inner, ">") {
			t.Fatalf("%q can be closed from inside", marker)
		}
		got, ok := markdown.FindMarker("text\n"+marker+"\n", "kind")
		if diff := cmp.Diff(want, got); !ok || diff != "" {
			t.Fatalf("found %v in %q (-want +got):\n%s", ok, marker, diff)
		}
	})
}

func FuzzSeal(f *testing.F) {
	f.Add([]byte(`{"t":1}`), "some text")
	f.Add([]byte{}, "")
	f.Fuzz(func(t *testing.T, payload []byte, before string) {
		got, ok, err := markdown.Unseal(markdown.Text(before)+"\n"+markdown.Seal("ledger", payload)+"\n", "ledger")
		if !ok || err != nil || !bytes.Equal(got, payload) {
			t.Fatalf("Unseal = %q, %v, %v, want %q", got, ok, err, payload)
		}
	})
}
