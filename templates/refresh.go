package templates

import (
	"hindsight/internal/incident"
	"hindsight/internal/markdown"
)

// pageBlocks are the names of a page's blocks, in the order in which people are
// told of them.
func pageBlocks() []string {
	return []string{factsBlock, rolesBlock, timelineBlock, followUpsBlock}
}

// newBlock is a block as a new page has it.
func (t Texts) newBlock(block string, v incident.PageView) string {
	if block == timelineBlock {
		return markdown.GainingBlock(block, timelineHead, timelineRows(v.Rows))
	}
	return markdown.Block(block, t.content(block, v))
}

// RefreshPage writes the blocks anew that are Hindsight's own, and adds to the
// timeline the rows that it has never had. What people changed or removed
// stays. A page that carries another incident's marker, or none, is not touched
// and has no blocks.
func (t Texts) RefreshPage(now string, v incident.PageView) incident.PageRefresh {
	r := incident.PageRefresh{Text: now}
	if of, ok := t.ReadPage(now); !ok || of != v.ID {
		return r
	}
	for _, block := range pageBlocks() {
		was := r.Text
		anew, ours := t.refreshed(was, block, v)
		state := incident.BlockOurs
		if !ours {
			state = stateOf(was, block)
		}
		if anew != was {
			r.Changed = append(r.Changed, block)
		}
		r.Text, r.Blocks = anew, append(r.Blocks, incident.PageBlock{Name: block, State: state})
	}
	return r
}

// refreshed is a page with one of its blocks brought up to date; false, and the
// page as it was, where that is not ours.
func (t Texts) refreshed(now, block string, v incident.PageView) (string, bool) {
	if block == timelineBlock {
		return markdown.GainRows(now, block, timelineHead, timelineRows(v.Rows))
	}
	return markdown.ReplaceBlock(now, block, t.content(block, v))
}

// stateOf is the state of one of a page's blocks.
func stateOf(page, block string) incident.BlockState {
	state := markdown.StateOf
	if block == timelineBlock {
		state = markdown.GainingStateOf
	}
	switch state(page, block) {
	case markdown.BlockOurs:
		return incident.BlockOurs
	case markdown.BlockChanged:
		return incident.BlockChanged
	case markdown.BlockBroken:
		return incident.BlockBroken
	case markdown.BlockAbsent:
	}
	return incident.BlockAbsent
}
