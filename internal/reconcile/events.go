package reconcile

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"hindsight/internal/incident"
)

// events are what the outside told in this run of what happened.
type events struct {
	// history is the parent's own, as it was when the parent had last changed at
	// historyAt.
	history   []incident.Event
	historyAt time.Time
	// happened is what happened in the repository in the time that was asked for.
	happened     []incident.Event
	since, until time.Time
	unread       string // neutral Markdown
}

// askHistory asks what happened to the parent, as it was read by this round.
func (n *run) askHistory(ctx context.Context, parent incident.Issue) error {
	found, err := n.forge.History(ctx, n.key)
	if err != nil {
		return err
	}
	n.events.history, n.events.historyAt = found, parent.UpdatedAt
	return nil
}

// labelledBy is who put a label on last; of events that are in order.
func labelledBy(history []incident.Event, label string) incident.Labelling {
	for _, e := range slices.Backward(history) {
		if e.Kind == incident.EventLabelled && strings.EqualFold(e.What, label) {
			return incident.Labelling{By: e.By, At: e.At}
		}
	}
	return incident.Labelling{}
}

// readEvents asks for what the timeline is made of, where the rules want it and
// this run does not have it yet. A source that does not answer holds up nothing
// but its rows.
func (n *run) readEvents(ctx context.Context, w *incident.World) {
	wanted, e := incident.EventsWanted(n.policy(), *w, n.r.Clock()), &n.events
	e.unread = ""
	if wanted.History && !e.historyAt.Equal(w.Parent.UpdatedAt) {
		n.unread(ctx, n.askHistory(ctx, w.Parent), "What happened to the incident's issue")
	}
	if !wanted.Since.IsZero() && (!e.since.Equal(wanted.Since) || !e.until.Equal(wanted.Until)) {
		n.unread(ctx, n.askHappened(ctx, wanted), "Which releases and deployments there were")
	}
	w.Events = slices.Concat(e.history, e.happened, n.merged)
	w.EventsAsked = incident.EventQuery{
		History: e.historyAt.Equal(w.Parent.UpdatedAt), Since: e.since, Until: e.until,
	}
	w.EventsUnread = e.unread
}

func (n *run) askHappened(ctx context.Context, q incident.EventQuery) error {
	found, err := n.forge.Happened(ctx, n.key.Repo, q.Since, q.Until)
	if err != nil {
		return err
	}
	n.events.happened, n.events.since, n.events.until = found, q.Since, q.Until
	return nil
}

// unread is about events that could not be asked for.
func (n *run) unread(ctx context.Context, err error, what string) {
	if err == nil {
		return
	}
	n.r.Log.WarnContext(ctx, "events for the timeline could not be read", "incident", n.key, "error", err)
	why, unknowable := whyUnknown(err)
	if !unknowable {
		why = what + " could not be asked for the timeline yet. It is tried again by itself."
	}
	n.events.unread = strings.TrimSpace(n.events.unread + " " + why)
}

// merge is the event that a pull request about the incident was merged.
func merge(pull incident.Issue) incident.Event {
	return incident.Event{
		Key: fmt.Sprintf("merge-%d", pull.Key.Number), Kind: incident.EventMerged, At: pull.ClosedAt,
		By: pull.Author, What: pull.Title, URL: pull.URL,
	}
}
