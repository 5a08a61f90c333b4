package incident

// startedRows: people told when it started.
func startedRows(d *decision) []Row {
	rows := d.toldRow(d.ledger().Told.Started, "started", "Started")
	for i := range rows {
		rows[i].Mark = MarkStart
	}
	return rows
}

// detectedRows: people told when it was noticed.
func detectedRows(d *decision) []Row {
	return d.toldRow(d.ledger().Told.Detected, "detected", "Detected")
}

// resolvedRows: people told when it was over.
func resolvedRows(d *decision) []Row {
	rows := d.toldRow(d.ledger().Told.Resolved, "resolved", "Resolved")
	for i := range rows {
		rows[i].Mark = MarkEnd
	}
	return rows
}
