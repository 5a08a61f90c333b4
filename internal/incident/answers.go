package incident

import "slices"

// The reactions that answer a command.
const (
	Seen    = "eyes"
	Carried = "+1"
)

// answers reacts to commands: seen as soon as they are understood, carried
// out when all that the comment asks for is there.
func (d *decision) answers() {
	var comments []int64
	unopened := map[int64]bool{}
	for _, c := range d.lines {
		if c.Item.Command == 0 {
			continue
		}
		comments = union(comments, []int64{c.Item.Command})
		if e := d.ledger().Entry(c.Entry.Key); e == nil || !e.Opened() {
			unopened[c.Item.Command] = true
		}
	}
	for _, comment := range comments {
		d.react(comment, Seen)
		if !unopened[comment] {
			d.react(comment, Carried)
		}
	}
	all := d.ledger().All
	if slices.ContainsFunc(d.Commands, func(c Command) bool { return c.Comment == all }) && !slices.Contains(comments, all) {
		d.react(all, Carried)
	}
}

func (d *decision) react(comment int64, content string) {
	r := Reaction{Comment: comment, Content: content}
	if !slices.Contains(d.ledger().Reactions, r) {
		d.plan(React{r})
	}
}
