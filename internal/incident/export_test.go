package incident

// Notes are what a decision about the world finds noted.
func Notes(policy Policy, w World) []Note {
	d := decision{policy: policy, World: w, next: w.Record}
	return d.notes(func(ItemKey) bool { return true })
}

// IsFollowUpTitle is whether what follows "/followup" is a title.
func IsFollowUpTitle(rest string) bool { return World{}.isFollowUpTitle(rest) }

// RowOf is a digest of the page's row in the index of its wiki as it is to be.
func RowOf(policy Policy, w World) string {
	d := newDecision(policy, w)
	d.learn()
	return d.indexRow().digest()
}

// PublicWords is the digest by which it is remembered what was to go out.
func PublicWords(texts Texts, w World) string {
	d := decision{texts: texts, World: w}
	return d.publicWords()
}

// Digest is the digest by which a page's row in the index is remembered.
func (r IndexRow) Digest() string { return r.digest() }
