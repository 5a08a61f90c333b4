package jira

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/incident"
)

func TestParseRefusal(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, body string
		said       []string
		fields     map[string]string
	}{
		{"messages", `{"errorMessages":["One.","  ","Two."],"errors":{}}`, []string{"One.", "Two."}, nil},
		{"fields", `{"errorMessages":[],"errors":{"duedate":"No.","x":["A","B"],"":"nobody's","empty":""}}`, nil, map[string]string{"duedate": "No.", "x": "A B"}},
		{"a gateway's", `{"message":"Too many.","status-code":429}`, []string{"Too many."}, nil},
		{"a list of errors", `{"errors":[{"message":"x"}]}`, nil, nil},
		{"other shapes", `{"errorMessages":{"a":1},"errors":{"a":{"b":"c"}}}`, nil, nil},
		{"a page", `<html><body>Login</body></html>`, nil, nil},
		{"a list", `["x"]`, nil, nil},
		{"nothing", ``, nil, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			said, fields := parseRefusal([]byte(tt.body))
			if len(said) != len(tt.said) || len(said) > 0 && !cmp.Equal(said, tt.said) {
				t.Errorf("said: %s", cmp.Diff(tt.said, said))
			}
			if len(fields) != len(tt.fields) || len(fields) > 0 && !cmp.Equal(fields, tt.fields) {
				t.Errorf("fields: %s", cmp.Diff(tt.fields, fields))
			}
		})
	}
}

// FuzzRefusal: whatever a site answers, people see it as code in one line, and
// never the token.
func FuzzRefusal(f *testing.F) {
	f.Add(`{"errorMessages":["Bad ` + "`" + `@ada` + "`" + ` <!-- x -->"],"errors":{"due|date":"a\nb"}}`)
	f.Add(`{"errorMessages":["t0ken"],"errors":{"t0ken":"t0ken"},"message":"t0ken"}`)
	f.Add(`{"errors":{"<!--":"-->","":"","a":null,"b":[1],"c":{}}}`)
	f.Add(`[]`)
	f.Fuzz(func(t *testing.T, body string) {
		r := &refusal{call: "GET /x", status: 400, sent: true, redact: func(s string) string { return strings.ReplaceAll(s, "t0ken", "[redacted]") }}
		r.said, r.fields = parseRefusal([]byte(body))
		quoted := r.quote()
		if strings.ContainsAny(quoted, "\n\r|") || strings.Contains(quoted, "<!--") && !strings.Contains(quoted, "`") {
			t.Errorf("not neutral: %q", quoted)
		}
		if strings.Contains(quoted, "t0ken") || strings.Contains(r.Error(), "t0ken") {
			t.Errorf("the token is shown: %q, %q", quoted, r.Error())
		}
	})
}

// FuzzMarker: a marker that is read is one that was written.
func FuzzMarker(f *testing.F) {
	f.Add(`{"of":"99#42","key":"k","source":"body","words":"w","wrote":{"s":2},"lacks":"duedate"}`)
	f.Add(`{"of":"1#-2","key":"` + strings.Repeat("k", 100) + `"}`)
	f.Add(`null`)
	f.Fuzz(func(t *testing.T, raw string) {
		m, ok := readMarker([]byte(raw))
		if !ok {
			return
		}
		written, err := m.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		again, ok := readMarker(written)
		if !ok || again != m {
			t.Errorf("want %+v, got %+v", m, again)
		}
	})
}

func TestJQLText(t *testing.T) {
	t.Parallel()
	if got, want := jqlText(`a" OR project = "EVIL\`), `"a\" OR project = \"EVIL\\"`; got != want {
		t.Errorf("want %s, got %s", want, got)
	}
}

func TestDays(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]incident.Day{"2026-12-01": "20261201", "": "", "2026-13-01": "", "tomorrow": ""} {
		if got := day(text); got != want {
			t.Errorf("%q: want %q, got %q", text, want, got)
		}
		if got := dateOf(want); want != "" && got != text {
			t.Errorf("%q: want %q, got %q", want, text, got)
		}
	}
}
