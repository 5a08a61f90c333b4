package check

import (
	"net/netip"
	"regexp"
	"strings"
)

var (
	ipv4 = regexp.MustCompile(`\d{1,3}(?:\.\d{1,3}){3}`)
	ipv6 = regexp.MustCompile(`(?i)[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}`)
	// numbered is what stands before numbers that look like an address.
	numbered = regexp.MustCompile(`(?i)(?:version|release|section|chapter|clause|oid|build|rfc|§|\bv|\bver\.?|[<>=~]=|~>|[~^])["'\x60:(\s]*$`)
	// behindVersion begins what follows on a version.
	behindVersion = regexp.MustCompile(`^(?:[-+_][a-zA-Z]|\.[0-9a-zA-Z]|[a-zA-Z0-9_])`)
)

// harmlessNetworks mean the same everywhere, or are made for examples (RFC 5737,
// RFC 3849, RFC 9637), or belong to servers of names that everybody knows.
var harmlessNetworks = []netip.Prefix{ //nolint:gochecknoglobals // a constant
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("224.0.0.0/3"),
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"),
	netip.MustParsePrefix("169.254.169.254/32"), // where clouds tell their machines about themselves
	netip.MustParsePrefix("1.1.1.1/32"), netip.MustParsePrefix("1.0.0.1/32"),
	netip.MustParsePrefix("8.8.8.8/32"), netip.MustParsePrefix("8.8.4.4/32"), netip.MustParsePrefix("9.9.9.9/32"),
	netip.MustParsePrefix("2001:4860:4860::8800/120"), netip.MustParsePrefix("2606:4700:4700::/64"),
	netip.MustParsePrefix("1.2.3.4/32"), // nobody means that one
	netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("3fff::/20"), netip.MustParsePrefix("ff00::/8"),
}

// realNetworks are those in which IPv6 addresses are given out: what is in no
// other is a name in a program, as a rule.
var realNetworks = []netip.Prefix{ //nolint:gochecknoglobals // a constant
	netip.MustParsePrefix("2000::/3"), netip.MustParsePrefix("fc00::/7"), netip.MustParsePrefix("fe80::/10"),
}

// wholeNetworks are the private ones as they are written when all of one is
// meant.
const wholeNetworks = " 10.0.0.0 172.16.0.0 192.168.0.0 100.64.0.0 "

// addresses are those of machines, not versions and times.
func addresses(text string) []hit {
	var hits []hit
	for _, m := range ipv4.FindAllStringIndex(text, -1) {
		addr, ok := readAddress(text[m[0]:m[1]])
		if ok && !harmless(addr) && !isVersion(text, m[0], m[1]) && !strings.Contains(wholeNetworks, " "+addr.String()+" ") {
			hits = append(hits, hit{at: m[0], to: m[1]})
		}
	}
	for _, m := range ipv6.FindAllStringIndex(text, -1) {
		if standsAlone(text, m[0], m[1]) && isMachine(text[m[0]:m[1]]) {
			hits = append(hits, hit{at: m[0], to: m[1]})
		}
	}
	return hits
}

// isMachine is whether a text is the IPv6 address of one.
func isMachine(text string) bool {
	addr, ok := readAddress(text)
	return ok && strings.ContainsAny(text, "0123456789") && !harmless(addr) && within(realNetworks, addr)
}

func readAddress(text string) (netip.Addr, bool) {
	addr, err := netip.ParseAddr(text)
	return addr, err == nil
}

func harmless(addr netip.Addr) bool { return addr.IsLoopback() || within(harmlessNetworks, addr) }

func within(networks []netip.Prefix, addr netip.Addr) bool {
	for _, n := range networks {
		if n.Contains(addr) {
			return true
		}
	}
	return false
}

// isVersion is whether the numbers belong to a version, a section or a longer
// number.
func isVersion(text string, start, stop int) bool {
	before := text[max(0, start-20):start]
	last := ""
	if before != "" {
		last = before[len(before)-1:]
	}
	return strings.Trim(last, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_.-") == "" && last != "" && !strings.HasSuffix(before, "ip-") ||
		numbered.MatchString(before) || behindVersion.MatchString(text[stop:])
}

// standsAlone is whether nothing around belongs to the same word.
func standsAlone(text string, start, stop int) bool {
	const word = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_:"
	return (start == 0 || !strings.Contains(word, text[start-1:start])) && (stop == len(text) || !strings.Contains(word, text[stop:stop+1]))
}
