package incident

// assignedRows: the parent was assigned to somebody.
func assignedRows(d *decision) []Row {
	var rows []Row
	for _, e := range d.happened(EventAssigned) {
		rows = append(rows, row(e.At, "event", e.Key).says("Assigned", e.What, e.By.Login).from(d.noun(), e.URL))
	}
	return rows
}
