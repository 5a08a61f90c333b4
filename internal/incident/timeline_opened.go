package incident

// openedRows: the issue was opened, which is the start as long as nobody told
// another one.
func openedRows(p past) []Row {
	r := row(p.Parent.CreatedAt, "opened").
		says(capital(p.noun())+" opened", p.Parent.Title, p.Parent.Author.Login).from(p.noun(), p.Parent.URL)
	if p.ledger().Told.Started.IsZero() {
		r.Mark = MarkStart
	}
	return []Row{r}
}
