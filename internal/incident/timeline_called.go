package incident

import "time"

// calledRows: somebody called it an incident. Who does so by opening it has one
// row for both.
func calledRows(p past) []Row {
	called := p.ledger().Accepted
	if called.At.IsZero() || called.By == p.Parent.Author.Login && called.At.Sub(p.Parent.CreatedAt) < time.Minute {
		return nil
	}
	return []Row{row(called.At, "called").says("Called an incident", "", called.By).from(p.noun(), p.Parent.URL)}
}
