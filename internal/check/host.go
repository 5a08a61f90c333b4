package check

import (
	"regexp"
	"strings"
)

// Names end where a label may: what goes on behind is part of a longer one.
var (
	host = regexp.MustCompile(`(?i)(?:^|[^a-z0-9._$%{}~-])((?:[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?\.)+` +
		`(?:internal|intranet|local|localdomain|corp|lan|home\.arpa|svc))(?:\.?[^a-z0-9._(-]|\.?$)`)
	// insideEnding is quick to say that there is none.
	insideEnding = regexp.MustCompile(`(?i)\.(?:in|lo|co|la|ho|sv)`)
	awsHost      = regexp.MustCompile(`(?i)(?:^|[^a-z0-9_.-])(ip(?:-\d{1,3}){4})(?:[^a-z0-9_-]|$)`)
)

// knownHosts are internal names that mean the same everywhere.
const knownHosts = " host.docker.internal gateway.docker.internal kubernetes.docker.internal host.containers.internal host.lima.internal " +
	"metadata.google.internal kubernetes.default.svc kubernetes.default.svc.cluster.local cluster.local svc.cluster.local "

// hosts are names of machines and services that only resolve inside.
func hosts(text string) []hit {
	hits := matches(awsHost, text)
	if !insideEnding.MatchString(text) {
		return hits
	}
	for at := 0; at < len(text); {
		m := host.FindStringSubmatchIndex(text[at:])
		if m == nil {
			break
		}
		name, ending := hostName(text[at+m[2] : at+m[3]])
		if !isIdentifier(name, ending) && !strings.Contains(knownHosts, " "+name+" ") && !isExample(name[:len(name)-len(ending)]) {
			hits = append(hits, hit{at: at + m[2], to: at + m[3]})
		}
		at += m[3]
	}
	return hits
}

// hostName is a name in lower case, and its last label as it is written.
func hostName(name string) (folded, ending string) {
	return strings.ToLower(name), name[strings.LastIndexByte(name, '.')+1:]
}

// isIdentifier is whether a name is written as in a program: "time.Local",
// "this.local".
func isIdentifier(name, ending string) bool {
	mixed := ending != strings.ToLower(ending) && ending != strings.ToUpper(ending)
	return mixed || strings.HasPrefix(name, "this.") || strings.HasPrefix(name, "self.")
}
