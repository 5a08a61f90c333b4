package github

import (
	"regexp"
	"strings"
	"unicode"
)

var (
	// tokenForm is what GitHub's tokens start with; nothing is assumed of
	// their length.
	tokenForm = regexp.MustCompile(`gh[a-z]_[A-Za-z0-9._-]+|github_pat_[A-Za-z0-9_]+`)
	// jwtForm is a JSON Web Token: three parts, the first a JSON object.
	jwtForm = regexp.MustCompile(`eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9._-]+`)
	// credentialForm is what an Authorization header, or an address with a
	// password, shows.
	credentialForm = regexp.MustCompile(`(?i)(authorization:\s*\S+\s+|\b(?:bearer|token|basic)\s+|://)[A-Za-z0-9._~+/=:-]{16,}(@?)`)
	userinfoForm   = regexp.MustCompile(`://[^/\s@]+@`)
)

// redact takes out of a message what could be a credential.
func redact(s string) string {
	s = tokenForm.ReplaceAllString(s, "[redacted]")
	s = jwtForm.ReplaceAllString(s, "[redacted]")
	s = userinfoForm.ReplaceAllString(s, "://[redacted]@")
	return credentialForm.ReplaceAllString(s, "$1[redacted]")
}

// quoteMost is how much of GitHub's words is shown.
const quoteMost = 300

// quote shows GitHub's own words, which may repeat what people wrote, as
// code: nobody is mentioned, no marker forged, no table broken.
func quote(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '`':
			return '\''
		case r == '|':
			return '/'
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return -1
		}
		return r
	}, redact(s))
	s = strings.Join(strings.Fields(s), " ")
	if runes := []rune(s); len(runes) > quoteMost {
		s = string(runes[:quoteMost]) + "…"
	}
	if s == "" {
		return "(it gave no reason)"
	}
	return "`" + s + "`"
}
