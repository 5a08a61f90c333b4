package incident

// closedRows: the parent was closed, and opened again. Where nobody told when it
// was over, the close that holds is the end.
func closedRows(p past) []Row {
	events := p.happened(EventClosed, EventReopened)
	var rows []Row
	for i, e := range events {
		says := " reopened"
		if e.Kind == EventClosed {
			says = " closed"
		}
		r := row(e.At, "event", e.Key).says(capital(p.noun())+says, "", e.By.Login).from(p.noun(), e.URL)
		holds := i == len(events)-1 && p.Parent.State != Open
		if e.Kind == EventClosed && holds && p.ledger().Told.Resolved.IsZero() {
			r.Mark = MarkEnd
		}
		rows = append(rows, r)
	}
	return rows
}
