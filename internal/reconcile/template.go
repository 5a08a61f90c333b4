package reconcile

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"hindsight/internal/incident"
	"hindsight/internal/markdown"
)

// template is the repository's own template for the page.
type template struct {
	text  string
	wrong string // why it can't be used: neutral Markdown
	read  bool
}

// readTemplate reads the repository's own template when the page is about to be
// made: once, since afterwards the page is the people's. While it can't be read,
// the page waits: it would be made of another.
func (n *run) readTemplate(ctx context.Context, w *incident.World) {
	if !n.template.read && !n.isBusy(incident.PagePart) && n.makesPage(*w) {
		var err error
		if n.template, err = n.askTemplate(ctx); err != nil {
			n.fail(ctx, incident.PagePart, err)
		}
	}
	w.Template, w.TemplateError = n.template.text, n.template.wrong
}

// makesPage is whether the rules would have the page made, of whatever template.
func (n *run) makesPage(w incident.World) bool {
	w.Record = n.snapshot()
	if w.Record.Ledger.Page.Made() {
		return false
	}
	plan := incident.Decide(n.policy(), n.r.Texts, w, n.r.Clock())
	return slices.ContainsFunc(plan.Effects, func(e incident.Effect) bool {
		_, creates := e.(incident.CreatePage)
		return creates
	})
}

func (n *run) askTemplate(ctx context.Context) (template, error) {
	data, err := n.forge.File(ctx, n.key.Repo, incident.TemplateFile)
	blocked := new(incident.Blocked)
	switch {
	case isMissing(err):
		return template{read: true}, nil
	case errors.As(err, &blocked):
		return template{wrong: blocked.Text, read: true}, nil
	case err != nil:
		return template{}, fmt.Errorf("read the template of %s: %w", n.key.Repo, err)
	}
	if err := n.r.Texts.CheckTemplate(incident.TemplateFile, string(data)); err != nil {
		return template{wrong: markdown.Text(err.Error()), read: true}, nil
	}
	return template{text: string(data), read: true}, nil
}
