package incident

// releasedRows: something was released while it went on.
func releasedRows(d *decision) []Row {
	var rows []Row
	for _, e := range d.happened(EventReleased) {
		if d.during(e.At) {
			rows = append(rows, row(e.At, "event", e.Key).says("Released", e.What, e.By.Login).from("release", e.URL))
		}
	}
	return rows
}
