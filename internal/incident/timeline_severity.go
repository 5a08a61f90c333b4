package incident

// severityRows: the severity was set, by a command or by hand. The label that
// Hindsight puts on after a command is no news.
func severityRows(p past) []Row {
	var rows []Row
	for _, o := range p.commands(nameIncident, "severity") {
		if s, ok := p.policy.severityTold(o.args); ok {
			rows = append(rows, commanded(o).says("Severity set to "+s.String(), "", o.Author.Login))
		}
	}
	for _, e := range p.happened(EventLabelled) {
		if s, ok := p.policy.severityOf(e.What); ok {
			rows = append(rows, row(e.At, "event", e.Key).
				says("Severity set to "+s.String(), "", e.By.Login).from(p.noun(), e.URL))
		}
	}
	return rows
}
