package incident

// assignedRows: the parent was assigned to somebody.
func assignedRows(p past) []Row {
	var rows []Row
	for _, e := range p.happened(EventAssigned) {
		rows = append(rows, row(e.At, "event", e.Key).says("Assigned", e.What, e.By.Login).from(p.noun(), e.URL))
	}
	return rows
}
