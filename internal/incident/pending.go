package incident

func (d *decision) commands()       {}
func (d *decision) orders()         {}
func (d *decision) doubts() []Doubt { return nil }
