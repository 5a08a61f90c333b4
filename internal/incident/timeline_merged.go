package incident

// mergedRows: a pull request that refers to the incident was merged: before it,
// as its cause, or since.
func mergedRows(d *decision) []Row {
	var rows []Row
	for _, e := range d.happened(EventMerged) {
		if !e.At.Before(d.facts.Started.Add(-earliest)) {
			rows = append(rows, row(e.At, "event", e.Key).says("Merged", e.What, e.By.Login).from("pull request", e.URL))
		}
	}
	return rows
}
