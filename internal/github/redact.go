package github

import (
	"regexp"
	"strings"
	"unicode"
)

// secretForms are what credentials look like. Each keeps its first group, which
// names what was there, and its second, where the credential ended.
var secretForms = []*regexp.Regexp{ //nolint:gochecknoglobals // constants that take a while to compile
	// PEM, cut off or not.
	regexp.MustCompile(`(?s)()-----BEGIN .*?(?:-----END [^-]*-----()|\z)`),
	// What GitHub's tokens start with; nothing is assumed of their length.
	regexp.MustCompile(`()(?:gh[a-z]_[A-Za-z0-9._-]+|github_pat_[A-Za-z0-9_]+)()`),
	// A JSON Web Token: three parts, the first a JSON object.
	regexp.MustCompile(`()eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9._-]+()`),
	// An address with a password, and git's way to write a token.
	regexp.MustCompile(`(://)[^/\s@]+(@)`),
	regexp.MustCompile(`(?i)(x-access-token:)[^\s@"']+()`),
	regexp.MustCompile(`(?i)\b((?:access_token|client_secret)=)[^\s&"']+()`),
	// A header, and what stands in one.
	regexp.MustCompile(`(?i)(authorization:\s*)[^\r\n]+()`),
	regexp.MustCompile(`(?i)\b((?:bearer|basic)\s+)[^\s"',;]+()`),
	regexp.MustCompile(`(?i)\b(token\s+)[A-Za-z0-9._~+/=:-]{16,}()`),
}

// redact takes out of a message what could be a credential. It rather takes
// out too much.
func redact(s string) string {
	for _, form := range secretForms {
		s = form.ReplaceAllString(s, "${1}[redacted]${2}")
	}
	return s
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
