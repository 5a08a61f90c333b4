package check_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/check"
	"hindsight/internal/markdown"
)

// stillFound are texts in which the thing a rule finds, where "»" stands, is
// made neutral, or taken apart so that people read it as before.
func stillFound(t *testing.T, id, text string, customers ...string) {
	t.Helper()
	before, after, _ := strings.Cut(text, "»")
	words := before + after
	if len(words) > 10_000 {
		return // the other texts show as much, and sooner
	}
	for name, page := range map[string]string{
		"as a line": markdown.Text(words), "in a cell": "| a | " + markdown.Text(words) + " |", "hidden": "a <!-- " + markdown.Text(words) + " -->",
		"in code": "`` " + markdown.Text(words) + " ``", "quoted": markdown.Quote(words, len(words)), "in a list": "1. a\n   - " + strings.ReplaceAll(markdown.Quote(words, len(words)), "\n", "\n     "),
		"before the follow-ups": markdown.Account(words + "\n\n# Follow-ups\n- [ ] a\n"),
		"summary":               markdown.Quote(markdown.Account(words), len(words)),
	} {
		if len(found(t, id, page, customers...)) == 0 {
			t.Errorf("%s: %.60q is not found in %.90q", name, words, page)
		}
	}
	at := len(before) + 2
	splits := map[string]string{"an unseen character": "\u200b", "an unseen entity": "&shy;", "a tag": "<b></b>", "an unknown tag": "<x-y z='>'>"}
	if !strings.Contains(words, "<!--") { // a second one would end the first
		splits["a comment"] = "<!-- x -->"
	}
	if c := words[at]; c < 0x80 {
		splits["an entity"] = fmt.Sprintf("&#%d;", c)
	}
	for name, split := range splits {
		page := words[:at] + split + words[at:]
		if name == "an entity" {
			page = words[:at] + split + words[at+1:]
		}
		lines := strings.Split(before, "\n")
		want := []string{place(len(lines), len([]rune(lines[len(lines)-1]))+1)}
		if diff := cmp.Diff(want, found(t, id, page, customers...)); diff != "" {
			t.Errorf("split by %s: %.90q (-want +got):\n%s", name, page, diff)
		}
	}
}

func TestCustomersAreStillFound(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"Globex", "AT&T", "E*TRADE", "Foo_Bar", "Initech Ltd.", "株式会社", "O'Neil & Sons", "<Hooli>", "yahoo.com", "a/b#1"} {
		stillFound(t, "customer", "→ »"+strings.TrimLeft(name, "<")+", too", name)
	}
}

// What is written in another way than it reads is found once, where it begins.
func TestBothViews(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, rule, page string
		want             []string
	}{
		{"emphasis", "customer", "**Glo**bex and *Globex* G~~lo~~bex", []string{"1:3", "1:17", "1:25"}},
		{"links", "customer", "[Glo](x)bex ![Glo][1]bex [a](globex)\n\n[1]: y", []string{"1:2", "1:15", "1:30"}},
		{"attributes", "email", `<a title="ann&#64;acme.io">x</a>`, []string{"1:11"}},
		{"backslashes", "email", `ann\_b\@acme\.io, bob@acme.io`, []string{"1:1", "1:19"}},
		{"a part of it is plain", "address", "10.1.<b>2</b>.3 10.1.2.3<!-- 4 -->5", []string{"1:1", "1:17"}},
		{"lines of a quote", "customer", "> Initech\\\r\n> Ltd\r\n\r\nInitech\nLtd", []string{"1:3", "4:1"}},
		{"an address that is a link", "secret", "<https://app:hunter2@db.acme.io>", []string{"1:14"}},
		{"what stands apart", "customer", "<table><tr><td>Glo</td><td>bex</td></tr></table>\n\n| Glo | bex |\n\n- Initech\n- Ltd", nil},
		{"what only looks whole in the source", "customer", "Globex<b>es</b>", []string{"1:1"}},
		{"behind a byte order mark", "email", "\uFEFFann&#64;acme.io", []string{"1:1"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, found(t, tt.rule, tt.page, "Globex", "Initech Ltd")); diff != "" {
				t.Errorf("%q (-want +got):\n%s", tt.page, diff)
			}
		})
	}
}

// What begins before a public section and ends in it would go out.
func TestFindingAcrossSections(t *testing.T) {
	t.Parallel()
	key := "-----BEGIN RSA " + "PRIVATE KEY-----\n" + strings.Repeat(random(2, mixed, 64)+"\n", 4) + "\n# B\n<!-- public -->\n" + strings.Repeat(random(3, mixed, 64)+"\n", 4) + "-----END RSA " + "PRIVATE KEY-----"
	for page, public := range map[string]bool{key: true, strings.Replace(key, "# B", "B", 1): false, "# B\n<!-- public -->\na\n# C\n" + token(): false} {
		got := check.New().Check(page, allBut("secret"), nil)
		if len(got) != 1 || got[0].Public != public {
			t.Errorf("%.60q: %+v, public %v", page, got, public)
		}
	}
}
