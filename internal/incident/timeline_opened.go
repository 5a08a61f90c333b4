package incident

// openedRows: the issue was opened, which is the start as long as nobody told
// another one.
func openedRows(d *decision) []Row {
	p := d.Parent
	r := row(p.CreatedAt, "opened").says(capital(d.noun())+" opened", p.Title, p.Author.Login).from(d.noun(), p.URL)
	if d.ledger().Told.Started.IsZero() {
		r.Mark = MarkStart
	}
	return []Row{r}
}
