package check

import (
	"regexp"
	"strings"
)

var email = regexp.MustCompile(`(?i)(?:^|[^a-z0-9._%+/@-])([a-z0-9_][a-z0-9._%+-]*)@((?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+([a-z]{2,24}))(?:[^a-z0-9@:/_-]|:\s|:?$)`)

// notDomains end what looks like a domain and is the name of a file.
const notDomains = " png jpg jpeg gif svg webp ico md txt html css js ts jsx tsx mjs cjs json yml yaml toml xml go rs py rb java sh tgz tar gz zip mod sum lock "

// emails are addresses of people. Those that nobody reads are none.
func emails(text string) []hit {
	var hits []hit
	for at := 0; at < len(text); {
		m := email.FindStringSubmatchIndex(text[at:])
		if m == nil {
			break
		}
		name, host, end := text[at+m[2]:at+m[3]], text[at+m[4]:at+m[5]], text[at+m[6]:at+m[7]]
		if !unread(name, host) && !inAddress(text[:at+m[2]]) && !strings.Contains(notDomains, " "+strings.ToLower(end)+" ") && !isExample(host) {
			hits = append(hits, hit{at: at + m[2], to: at + m[5]})
		}
		at += m[5]
	}
	return hits
}

// inAddress is whether what was read last belongs to an address, where a
// password may stand before "@".
func inAddress(before string) bool {
	before = before[max(0, len(before)-100):]
	return strings.Contains(before[strings.LastIndexAny(before, " \t\r\n<>(|\"'`")+1:], "://")
}

// unread is whether nobody reads what is sent there: "git@" begins addresses of
// repositories.
func unread(name, host string) bool {
	name, host = strings.ToLower(name), strings.ToLower(host)
	return name == "git" || strings.Contains(name, "noreply") || strings.Contains(name, "no-reply") || strings.HasPrefix(host, "noreply.") ||
		strings.Contains(host, ".noreply.")
}
