package incident

import "strings"

// deployedRows: something was deployed while it went on, or was to be.
func deployedRows(d *decision) []Row {
	var rows []Row
	for _, e := range d.happened(EventDeployed, EventFailed) {
		if !d.during(e.At) {
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
		rows = append(rows, row(e.At, "event", e.Key).says(says, words, e.By.Login).from("deployment", e.URL))
	}
	return rows
}
