package incident

// Notes are what a decision about the world finds noted.
func Notes(policy Policy, w World) []Note {
	d := decision{policy: policy, World: w, next: w.Record}
	return d.notes()
}

// IsFollowUpTitle is whether what follows "/followup" is a title.
func IsFollowUpTitle(rest string) bool { return isFollowUpTitle(rest) }
