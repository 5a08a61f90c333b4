package github

import (
	"strings"
	"testing"
)

// TestRedact has credentials of every shape, each of which holds "hush".
func TestRedact(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ in, want string }{
		"nothing":             {"Not Found", "Not Found"},
		"words about tokens":  {"the token expired", "the token expired"},
		"an address":          {"https://github.com/a/b?page=2", "https://github.com/a/b?page=2"},
		"installation token":  {"bad ghs_hush.b-c_d!", "bad [redacted]!"},
		"personal token":      {"github_pat_11hush", "[redacted]"},
		"JSON Web Token":      {"eyJhush.eyJi.x_y end", "[redacted] end"},
		"password":            {"Get https://u:hush@host/x", "Get https://[redacted]@host/x"},
		"git's address":       {"https://x-access-token:hush@host/x", "https://[redacted]@host/x"},
		"git's user":          {"x-access-token:hush@host", "x-access-token:[redacted]@host"},
		"git's user alone":    {"x-access-token:hush", "x-access-token:[redacted]"},
		"in a query":          {"/x?access_token=hush&y=1", "/x?access_token=[redacted]&y=1"},
		"client's secret":     {"client_secret=hush", "client_secret=[redacted]"},
		"bearer":              {`sent "Bearer hush"`, `sent "Bearer [redacted]"`},
		"basic":               {"basic hush, and", "basic [redacted], and"},
		"header":              {"Authorization: hush\nHost: x", "Authorization: [redacted]\nHost: x"},
		"header with scheme":  {"Authorization: token hush", "Authorization: [redacted]"},
		"token by its length": {"token 0123456789hush012", "token [redacted]"},
		"key":                 {"a -----BEGIN RSA PRIVATE KEY-----\nhush\n-----END RSA PRIVATE KEY----- b", "a [redacted] b"},
		"key that is cut off": {"a -----BEGIN RSA PRIVATE KEY-----\nhush", "a [redacted]"},
		"two keys":            {"-----BEGIN A-----hush-----END A----- and -----BEGIN B-----hush-----END B-----", "[redacted] and [redacted]"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := redact(tt.in); got != tt.want || strings.Contains(got, "hush") {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
