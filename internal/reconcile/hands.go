package reconcile

import (
	"context"
	"fmt"
	"slices"

	"hindsight/internal/incident"
)

// editsTold is how many edits of a text are told at most: who came before the
// oldest of them is not known.
const editsTold = 100

// text is one that lines stand in.
type text struct {
	body  string
	never bool // edited, by its times, which are whole seconds
	edits func(context.Context) ([]incident.Edit, bool, error)
}

func (n *run) commentText(c incident.Comment) text {
	return text{
		body: c.Body, never: c.UpdatedAt.Equal(c.CreatedAt),
		edits: func(ctx context.Context) ([]incident.Edit, bool, error) { return n.forge.Edits(ctx, c) },
	}
}

// bodyText is an issue's own text, whose times say nothing of edits: whatever
// happens to the issue changes them.
func (n *run) bodyText(i incident.Issue) text {
	return text{body: i.Body, edits: func(ctx context.Context) ([]incident.Edit, bool, error) {
		return n.forge.BodyEdits(ctx, i)
	}}
}

// hands are those who had a hand in a text, beside its author.
type hands struct {
	body    string
	editors []incident.Actor
	untold  bool // the host does not tell who they are
	more    bool // there may be others
}

// may answers a question. In another repository than the parent's, a line
// counts only if everybody may who can have written it: whoever has write
// permission here can edit what people wrote who have a say there.
func (n *run) may(ctx context.Context, ask incident.Ask) (incident.Verdict, error) {
	verdict, err := n.mayCommand(ctx, ask)
	if err != nil || verdict != incident.Allowed || ask.Source == "" {
		return verdict, err
	}
	h, err := n.handsIn(ctx, ask.Source)
	if err != nil {
		return incident.Unknown, err
	}
	n.answers.linesOf[ask.Source] = append(n.answers.linesOf[ask.Source], ask.Line)
	if h.untold || h.more {
		return incident.Denied, nil
	}
	for _, who := range h.editors {
		if who.Bot || who.Login == "" {
			return incident.Denied, nil
		}
		verdict, err = n.mayCommand(ctx, incident.Ask{Repo: ask.Repo, Login: who.Login, Write: ask.Write})
		if err != nil || verdict != incident.Allowed {
			return verdict, err
		}
	}
	return incident.Allowed, nil
}

// handsIn asks for a text's history, even where its times say that there is
// none: they don't show an edit in the second in which it was written.
func (n *run) handsIn(ctx context.Context, source incident.Source) (hands, error) {
	if h, asked := n.answers.hands[source]; asked {
		return h, nil
	}
	t, read := n.texts[source]
	if !read {
		return hands{more: true}, nil
	}
	edits, known, err := t.edits(ctx)
	if err != nil {
		return hands{}, fmt.Errorf("ask who edited %s of %s: %w", source, n.key, err)
	}
	h := hands{body: t.body, untold: !known && !t.never, more: len(edits) >= editsTold}
	for _, e := range edits {
		if !e.Ours && !slices.Contains(h.editors, e.By) {
			h.editors = append(h.editors, e.By)
		}
	}
	n.answers.hands[source] = h
	return h, nil
}

// untold is whether the host was asked who edited a text, and does not tell.
func (a answers) untold() bool {
	for _, h := range a.hands {
		if h.untold {
			return true
		}
	}
	return false
}

// forgetEdited forgets what was answered about the lines of a text that says
// something else by now: somebody else may have edited it since.
func (a answers) forgetEdited(now map[incident.Source]text) {
	for source, h := range a.hands {
		if now[source].body == h.body {
			continue
		}
		for _, line := range a.linesOf[source] {
			delete(a.lines, line)
		}
		delete(a.hands, source)
		delete(a.linesOf, source)
	}
}
