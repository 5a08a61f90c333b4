package reconcile

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"hindsight/internal/incident"
)

// events are what the outside told in this run of what happened. Each source is
// asked once, also one that does not answer: the look that comes for that asks
// again.
type events struct {
	// history is the parent's own, as it was when the parent had last changed;
	// settled is whether no more can come of that time.
	history source[time.Time]
	settled bool
	// happened is what happened in the repository in the time that was asked for.
	happened source[span]
}

type span struct{ since, until time.Time }

// source is what was told of what was asked for.
type source[Q comparable] struct {
	asked  Q
	found  []incident.Event
	unread unread
}

// unread is why not all of a source is known: what people have to mend, or what
// may pass by itself. Neutral Markdown; the zero value is of one that answered.
type unread struct{ mend, pass string }

// askHistory asks what happened to the parent, as it was read by this round.
// GitHub tells whole seconds, and its clock is not ours: what is told right after
// a change may not be all of that second.
func (n *run) askHistory(ctx context.Context, parent incident.Issue) error {
	n.events.settled = n.r.Clock().After(parent.UpdatedAt.Add(overlap))
	found, err := n.forge.History(ctx, n.key)
	n.events.history = source[time.Time]{
		asked: parent.UpdatedAt, found: found, unread: n.unread(ctx, err, "What happened to the incident's issue"),
	}
	return err
}

// labelledBy is who put a label on last; of events that are in order. It is not
// known where that account is gone.
func labelledBy(history []incident.Event, label string) incident.Labelling {
	for _, e := range slices.Backward(history) {
		if e.Kind != incident.EventLabelled || !strings.EqualFold(e.What, label) {
			continue
		}
		if e.By.Login == "" {
			break
		}
		return incident.Labelling{By: e.By, At: e.At}
	}
	return incident.Labelling{}
}

// readEvents asks for what the timeline is made of, where the rules want it and
// this run does not have it yet. A source that does not answer holds up nothing
// but its rows; of one that answers in part, that part counts.
func (n *run) readEvents(ctx context.Context, w *incident.World) {
	wanted, e := incident.EventsWanted(n.policy(), *w, n.r.Clock()), &n.events
	if wanted.History && !e.history.asked.Equal(w.Parent.UpdatedAt) {
		_ = n.askHistory(ctx, w.Parent) // the world says so
	}
	if window := (span{wanted.Since, wanted.Until}); window != (span{}) && e.happened.asked != window {
		found, err := n.forge.Happened(ctx, n.key.Repo, window.since, window.until)
		e.happened = source[span]{window, found, n.unread(ctx, err, "Which releases and deployments there were")}
	}
	w.Events = slices.Concat(e.history.found, e.happened.found, n.merged)
	w.EventsAsked.History = e.history.unread == unread{} && e.settled && e.history.asked.Equal(w.Parent.UpdatedAt)
	if (e.happened.unread == unread{}) {
		w.EventsAsked.Since, w.EventsAsked.Until = e.happened.asked.since, e.happened.asked.until
	}
	w.EventsUnread, w.EventsPass = e.history.unread.and(e.happened.unread)
}

// and is of both sources: of what may pass nothing is said beside what people
// have to mend.
func (u unread) and(other unread) (text string, passes bool) {
	if mend := strings.TrimSpace(u.mend + " " + other.mend); mend != "" {
		return mend, false
	}
	pass := strings.TrimSpace(u.pass + " " + other.pass)
	return pass, pass != ""
}

// unread says why events could not be asked for.
func (n *run) unread(ctx context.Context, err error, what string) unread {
	if err == nil {
		return unread{}
	}
	n.r.Log.WarnContext(ctx, "events for the timeline could not be read", "incident", n.key, "error", err)
	if why, unknowable := whyUnknown(err); unknowable {
		return unread{mend: why}
	}
	return unread{pass: what + " could not be asked for the timeline yet. It is tried again by itself."}
}

// merge is the event that a pull request about the incident was merged.
func merge(pull incident.Issue) incident.Event {
	return incident.Event{
		Key: fmt.Sprintf("merge-%d", pull.Key.Number), Kind: incident.EventMerged, At: pull.ClosedAt,
		By: pull.Author, What: pull.Title, URL: pull.URL,
	}
}
