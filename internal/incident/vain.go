package incident

import (
	"slices"
	"time"
)

// What people name and does not exist, and what an edited tracker tells of and is
// not ours, would cost a request in each look. So it is remembered, and asked for
// again from time to time.
const (
	vainEvery = time.Hour
	vainKept  = 200
)

// Vain is something that was asked for in vain: a ticket's name that no ticket has
// which can be adopted, or an issue or ticket that does not prove to be a follow-up.
type Vain struct {
	Name  TicketRef `json:"name,omitzero"`
	Issue Key       `json:"issue,omitzero"`
	At    time.Time `json:"at"` // when it was asked for last
}

// InVain remembers that a name was asked for, or an issue, and when. Of too many the
// least recently asked are forgotten.
func (r *Record) InVain(name TicketRef, issue Key, now time.Time) {
	r.NotInVain(name, issue)
	r.Vain = append(r.Vain, Vain{Name: name, Issue: issue, At: now.UTC().Truncate(time.Second)})
	r.Vain = r.Vain[max(0, len(r.Vain)-vainKept):]
}

// NotInVain forgets that a name, or an issue, was asked for in vain: it was found.
func (r *Record) NotInVain(name TicketRef, issue Key) {
	r.Vain = slices.DeleteFunc(slices.Clone(r.Vain), func(v Vain) bool { return v.Name == name && v.Issue == issue })
}

// AskedInVain is when a name, or an issue, was last asked for in vain; zero for one
// that was not.
func (r Record) AskedInVain(name TicketRef, issue Key) time.Time {
	for _, v := range r.Vain {
		if v.Name == name && v.Issue == issue {
			return v.At
		}
	}
	return time.Time{}
}

// AsksAgain is whether a name, or an issue, may be asked for now: when that was in
// vain before, not within the hour, nor while so many were as can be remembered.
func (r Record) AsksAgain(name TicketRef, issue Key, now time.Time) bool {
	at := r.AskedInVain(name, issue)
	if at.IsZero() && len(r.Vain) >= vainKept {
		at = r.Vain[0].At
	}
	return at.IsZero() || !now.Before(at.Add(vainEvery))
}
