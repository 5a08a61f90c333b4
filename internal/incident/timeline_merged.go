package incident

// mergedRows: a pull request that refers to the incident was merged: before it,
// as its cause, or since. Nobody is named, since nobody is to be blamed.
func mergedRows(p past) []Row {
	var rows []Row
	for _, e := range p.happened(EventMerged) {
		if !e.At.Before(p.facts.Started.Add(-earliest)) {
			rows = append(rows, row(e.At, "event", e.Key).says("Merged", e.What, "").from("pull request", e.URL))
		}
	}
	return rows
}
