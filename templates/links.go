package templates

import (
	"net/url"
	"strings"
)

// addressLimit is how long an address may be that is linked, in bytes.
const addressLimit = 2000

// address is a web address in a form that ends neither a link nor a table's
// cell, a comment or an attribute; "" if it is none, or holds a name and
// password.
func address(s string) string {
	u, err := url.Parse(strings.TrimSpace(s))
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || len(s) > addressLimit {
		return ""
	}
	const hex, harmless = "0123456789ABCDEF", "-._~:/?#@!&+,;=%"
	var b strings.Builder
	for _, c := range []byte(u.String()) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte(harmless, c) >= 0:
			b.WriteByte(c)
		default:
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
		}
	}
	return b.String()
}

// linked is neutral text with a link to an address, or without one where that
// is none.
func linked(text, to string) string {
	if to = address(to); to == "" || text == "" {
		return text
	}
	return "[" + text + "](" + to + ")"
}
