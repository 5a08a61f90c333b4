package check

import (
	"regexp"
	"strings"
)

// Names end where a label may: what goes on behind is part of a longer one.
var (
	host = regexp.MustCompile(`(?i)(?:^|[^a-z0-9._$%{}~-])((?:[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?\.)+` +
		`(?:internal|intranet|local|localdomain|corp|lan|home\.arpa|svc))(?:\.?[^a-z0-9._(-]|\.?$)`)
	awsHost = regexp.MustCompile(`(?i)(?:^|[^a-z0-9_.-])(ip(?:-\d{1,3}){4})(?:[^a-z0-9_-]|$)`)
)

// knownHosts are internal names that mean the same everywhere.
const knownHosts = " host.docker.internal gateway.docker.internal kubernetes.docker.internal host.containers.internal host.lima.internal " +
	"metadata.google.internal kubernetes.default.svc kubernetes.default.svc.cluster.local cluster.local svc.cluster.local "

// hosts are names of machines and services that only resolve inside.
func hosts(p *page) []hit {
	hits := matches(awsHost, p.open)
	for at := 0; at < len(p.open); {
		m := host.FindStringSubmatchIndex(p.open[at:])
		if m == nil {
			break
		}
		name := strings.ToLower(p.open[at+m[2] : at+m[3]])
		if !strings.Contains(knownHosts, " "+name+" ") && !isExample(strings.TrimSuffix(name, name[strings.LastIndexByte(name, '.'):])) {
			hits = append(hits, hit{at: at + m[2]})
		}
		at += m[3]
	}
	return hits
}
