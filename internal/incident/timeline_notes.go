package incident

// noteRows: what people noted.
func noteRows(p past) []Row {
	var rows []Row
	for _, n := range p.noted() {
		rows = append(rows, n.row())
	}
	return rows
}

func (n notedOrder) row() Row {
	return row(n.At, "command", string(n.key)).says("", n.Text, n.By).from("comment", n.URL)
}
