package incident

import "strings"

// deployedRows: something was deployed while it went on, or was to be; nobody is
// named, since nobody is to be blamed.
func deployedRows(p past) []Row {
	var rows []Row
	for _, e := range p.happened(EventDeployed, EventFailed) {
		if !p.during(e.At) {
			continue
		}
		says := "Deployed"
		if e.Kind == EventFailed {
			says = "Deployment failed"
		}
		words := strings.TrimSpace(e.What)
		if e.Where != "" {
			words = strings.TrimSpace(words + " to " + e.Where)
		}
		rows = append(rows, row(e.At, "event", e.Key).says(says, words, "").from("deployment", e.URL))
	}
	for _, e := range p.happened(EventMoreDeployments) {
		rows = append(rows, row(e.At, "event", e.Key).says("More was deployed than is listed here", "", "").from("deployments", e.URL))
	}
	return rows
}
