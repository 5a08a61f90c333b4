package incident

// startedRows: people told when it started.
func startedRows(p past) []Row {
	rows := p.toldRow(p.ledger().Told.Started, "started", "It started")
	for i := range rows {
		rows[i].Mark = MarkStart
	}
	return rows
}

// detectedRows: people told when it was noticed.
func detectedRows(p past) []Row {
	return p.toldRow(p.ledger().Told.Detected, "detected", "It was noticed")
}

// resolvedRows: people told when it was over.
func resolvedRows(p past) []Row {
	rows := p.toldRow(p.ledger().Told.Resolved, "resolved", "It was over")
	for i := range rows {
		rows[i].Mark = MarkEnd
	}
	return rows
}
