package check

import "strings"

// exampleNames end the names of hosts that are made for examples (RFC 2606, RFC
// 6761), or mean the machine at hand.
var exampleNames = []string{"example", "example.com", "example.net", "example.org", "test", "invalid", "localhost"} //nolint:gochecknoglobals // a constant

// isExample is whether the name of a host, or an address, is no real one.
func isExample(host string) bool {
	host = strings.ToLower(strings.Trim(host, ".[]"))
	for _, name := range exampleNames {
		if host == name || strings.HasSuffix(host, "."+name) {
			return true
		}
	}
	for label := range strings.SplitSeq(host, ".") {
		if label == "example" || strings.HasPrefix(label, "example-") {
			return true
		}
	}
	addr, ok := readAddress(host)
	return ok && harmless(addr)
}
