package incident

import "slices"

// byPosition is the fourth rule: similar words in the same position of the same
// source. A position is between the same two lines that were recognised, so
// that a line that is added above or below does not shift it.
func (m *matcher) byPosition() {
	gone := map[Source][]Entry{}
	for _, e := range m.entries {
		// A line of the tracker gives way to Hindsight's own when it is
		// followed up: another one there is no rewording of it.
		replaced := e.Source == FromTracker && e.Opened()
		if !m.taken[e.Key] && e.Sketch != "" && !e.Adopted && !replaced {
			gone[e.Source] = append(gone[e.Source], e)
		}
	}
	lines := map[Source][]*candidate{}
	for _, c := range m.open() {
		if !c.moves && len(gone[c.Item.Source]) > 0 {
			lines[c.Item.Source] = append(lines[c.Item.Source], c)
		}
	}
	for source, open := range lines {
		slices.SortStableFunc(gone[source], func(a, b Entry) int { return a.Position - b.Position })
		m.pair(open, gone[source], m.landmarks(source, open, gone[source]))
	}
}

// pair takes the lines in their order, and for each the first entry that it is.
func (m *matcher) pair(open []*candidate, gone []Entry, l landmarks) {
	for _, c := range open {
		words := sketch(normalized(c.Wish.Title))
		i := slices.IndexFunc(gone, func(e Entry) bool {
			return words.like(e.Sketch) && l.now(c.place) == l.before(e.Position)
		})
		if i < 0 {
			continue
		}
		c.moves = true
		if m.may(c, gone[i]) {
			m.take(c, gone[i])
		}
		gone = gone[i+1:]
	}
}

// landmarks are the recognised lines of a source that stood in it before.
type landmarks []landmark

type landmark struct{ before, now int }

// gap is between two landmarks, by where these stand now; -1 is an end.
type gap struct{ above, below int }

// landmarks leave out lines that say the same as one that is gone, or new:
// which of them it was can't be known.
func (m *matcher) landmarks(source Source, open []*candidate, gone []Entry) landmarks {
	unclear := map[string]bool{}
	for _, c := range open {
		unclear[c.words] = true
	}
	for _, e := range gone {
		unclear[e.Words] = true
	}
	var l landmarks
	for _, c := range m.found {
		if c.Known && c.Item.Source == source && c.Entry.Source == source && (c.Refers || !unclear[c.words]) {
			l = append(l, landmark{c.Entry.Position, c.place})
		}
	}
	return l
}

// now is the gap in which a line stands, and before the one in which an entry's
// line stood.
func (l landmarks) now(place int) gap {
	return l.gap(place, func(m landmark) int { return m.now })
}

func (l landmarks) before(place int) gap {
	return l.gap(place, func(m landmark) int { return m.before })
}

func (l landmarks) gap(place int, at func(landmark) int) gap {
	g := gap{-1, -1}
	above, below := -1, -1
	for _, mark := range l {
		p := at(mark)
		if p < place && p > above {
			above, g.above = p, mark.now
		}
		if p > place && (below < 0 || p < below) {
			below, g.below = p, mark.now
		}
	}
	return g
}
