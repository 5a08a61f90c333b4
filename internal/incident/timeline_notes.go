package incident

// noteRows: what people noted.
func noteRows(d *decision) []Row {
	var rows []Row
	for _, n := range d.noted() {
		rows = append(rows, row(n.At, "command", string(n.key)).says("", n.Text, n.By).from("comment", n.URL))
	}
	return rows
}
