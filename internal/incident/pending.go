package incident

func (d *decision) doubts() []Doubt { return nil }
