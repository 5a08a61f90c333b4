package webhooks

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestReferred(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		text string
		want []int
	}{
		"incident":                  {"Incident: #42", []int{42}},
		"incident without space":    {"incident:#42", []int{42}},
		"in bold":                   {"**Incident:** #42", []int{42}},
		"as a link":                 {"Incident: [#42](https://github.com/octo/shop/issues/42)", []int{42}},
		"with its title":            {"Incident: checkout answers 500, #42", []int{42}},
		"by the full name":          {"INCIDENT: octo-org/shop.web#42", []int{42}},
		"by its address":            {"Incident: https://github.com/octo/shop/issues/42#issuecomment-7", []int{42}},
		"by a pull's address":       {"Incident: <https://ghe.example/octo/shop/pull/42>", []int{42}},
		"old manner":                {"Incident: GH-42", []int{42}},
		"several in the line":       {"Incidents: #42, #43 and\n#44", []int{42, 43}},
		"in the next line":          {"Incident:\r\n#42", []int{42}},
		"in a heading":              {"## Incident\n\n#42", []int{42}},
		"closes":                    {"Closes #42", []int{42}},
		"closing, in a list":        {"- fixed: #42\n- Resolves gh-43\n- close octo/shop#44\n", []int{42, 43, 44}},
		"closing by address":        {"resolves: https://github.com/octo/shop/issues/42", []int{42}},
		"closing, glued":            {"fix:#42", []int{42}},
		"closing, as a link":        {"fixes [#42](https://github.com/octo/shop/issues/42)", []int{42}},
		"closing, another address":  {"https://example.com/ fixes https://github.com/octo/shop/issues/42", []int{42}},
		"closing, once":             {"Fixes #42. Fixes #42.", []int{42}},
		"former name":               {"Incident: old/name#42", []int{42}},
		"full-width line":           {"事故 – Incident: #42 ✅", []int{42}},
		"end of a word":             {"Prefixes #42", nil},
		"mentioned":                 {"See #42", nil},
		"in a changelog":            {"Fix a crash in the parser (#42)", nil},
		"keyword behind":            {"#42 is an incident", nil},
		"no number":                 {"Incident: #x", nil},
		"number alone":              {"Incident: 42", nil},
		"zero":                      {"Incident: #0", nil},
		"too large":                 {"Incident: #99999999999 #4294967338 #" + strings.Repeat("9", 400), nil},
		"leading zeros":             {"Incident: #0042", []int{42}},
		"nothing":                   {"", nil},
		"number first":              {"42", nil},
		"hash at the end":           {"Incident: #", nil},
		"other line":                {"incident\nwas bad\nlike #42", nil},
		"too far":                   {"fixes" + strings.Repeat(" ", 40) + "#42", nil},
		"a long name":               {"fixes " + strings.Repeat("n", 5000) + "#42", nil},
		"after a long line":         {strings.Repeat("n", 5000) + " fixes #42", []int{42}},
		"bytes that are no text":    {"\xff\xfe fixes \xff#42 fixes #43", []int{43}},
		"address without a scheme":  {"fixes /issues/42", []int{42}},
		"after what is no sentence": {"(fixes #42)", []int{42}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, referred(nil, tt.text)); diff != "" {
				t.Errorf("%q (-want +got):\n%s", tt.text, diff)
			}
		})
	}
}

// A text that is made to be slow is not: as much as GitHub lets people write.
func TestReferredIsLinear(t *testing.T) {
	t.Parallel()
	for name, part := range map[string]string{
		"references": "#1 ", "addresses": "http://a/issues/1 ", "one name": "a", "keywords": "incident fixes ", "digits": "1",
	} {
		text := strings.Repeat(part, 65_536/len(part))
		began := time.Now()
		referred(nil, text)
		if took := time.Since(began); took > 500*time.Millisecond {
			t.Errorf("%s: took %v", name, took)
		}
	}
}
