package jira

import (
	"cmp"
	"slices"
	"time"
)

// version is how the search shows a ticket from a time on.
type version struct {
	from time.Time
	t    Ticket
	gone bool
}

// reindex lets the search show the ticket as it is now, after the lag.
func (j *Jira) reindex(t *ticket) { j.addVersion(t.ID, version{t: t.clone()}) }

func (j *Jira) unindex(id int64) { j.addVersion(id, version{gone: true}) }

func (j *Jira) addVersion(id int64, v version) {
	now := j.now()
	v.from = now.Add(j.lag)
	all := j.index[id]
	// What a newer one has taken the place of by now is not asked for again.
	for len(all) > 1 && !all[1].from.After(now) {
		all = all[1:]
	}
	j.index[id] = append(all, v)
}

// shown are the tickets as the search shows them now, by id.
func (j *Jira) shown() []Ticket {
	now := j.now()
	var all []Ticket
	for _, versions := range j.index {
		var newest *version
		for n := range versions {
			if !versions[n].from.After(now) {
				newest = &versions[n]
			}
		}
		if newest != nil && !newest.gone {
			all = append(all, newest.t)
		}
	}
	slices.SortFunc(all, func(a, b Ticket) int { return cmp.Compare(a.ID, b.ID) })
	return all
}
