package incident

// releasedRows: something was released while it went on.
func releasedRows(p past) []Row {
	var rows []Row
	for _, e := range p.happened(EventReleased) {
		if p.during(e.At) {
			rows = append(rows, row(e.At, "event", e.Key).says("Released", e.What, "").from("release", e.URL))
		}
	}
	for _, e := range p.happened(EventMoreReleases) {
		rows = append(rows, row(e.At, "event", e.Key).says("More was released than is listed here", "", "").from("releases", e.URL))
	}
	return rows
}
