package incident

import "time"

// calledRows: somebody called it an incident. Who does so by opening it has one
// row for both.
func calledRows(d *decision) []Row {
	a, p := d.ledger().Accepted, d.Parent
	at := a.At
	if at.IsZero() || a.By == p.Author.Login && at.Sub(p.CreatedAt) < time.Minute {
		return nil
	}
	return []Row{row(at, "called").says("Called an incident", "", a.By).from(d.noun(), p.URL)}
}
