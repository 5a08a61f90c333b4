package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"hindsight/internal/config"
	"hindsight/internal/incident"
	"hindsight/templates"
)

// renderCommand shows the page that a template makes.
type renderCommand struct {
	Template   string `arg:"" help:"A template's file, or the name of a built-in one: default, pagerduty, 18f or minimal." placeholder:"TEMPLATE"`
	Ref        string `arg:"" optional:"" help:"The incident: owner/repository#42, or its address. Without it, an example." placeholder:"REF"`
	Public     bool   `help:"Show the example as in a wiki that everybody can read."`
	config.App `embed:""`
	config.Log `embed:""`
}

// Run prints the page, and writes nothing to GitHub.
func (r renderCommand) Run(ctx context.Context, c console) error {
	if r.Public && r.Ref != "" {
		return &usageError{errors.New("--public is for the example: an incident's own page is as public as its wiki")}
	}
	texts := templates.New()
	built, own, err := r.template(c, texts)
	if err != nil {
		return err
	}
	view, err := r.view(ctx, c)
	if err != nil {
		return err
	}
	view.Built, view.Own = built, own
	_, err = io.WriteString(c.out, texts.Page(view))
	return err
}

// template is a built-in one by its name, or a file's text.
func (r renderCommand) template(c console, texts templates.Texts) (built, own string, err error) {
	if slices.Contains(incident.Templates(), r.Template) {
		return r.Template, "", nil
	}
	data, err := readSome(r.Template)
	if err != nil {
		return "", "", &usageError{fmt.Errorf("the template can't be read, and no built-in one (%s) is called so: %w",
			strings.Join(incident.Templates(), ", "), err)}
	}
	own = string(data)
	for _, mistake := range errorParts(texts.CheckTemplate(r.Template, own)) {
		// Alone on its line and first, as editors and CI look for places.
		_, _ = fmt.Fprintln(c.err, mistake)
		err = fmt.Errorf("%s can't be used as it is: mend it and try again", r.Template)
	}
	return incident.Templates()[0], own, err // which is what an empty file comes to
}

// view is what the page is to show: an incident as it stands, or an example.
func (r renderCommand) view(ctx context.Context, c console) (view incident.PageView, err error) {
	if r.Ref == "" {
		return templates.Example(r.Public), nil
	}
	key, err := incident.ParseKey(r.Ref)
	if err != nil {
		return view, &usageError{err}
	}
	err = withApp(ctx, c, r.App, r.Log, func(a *app) (err error) {
		view, err = a.reconciler.PageView(ctx, key)
		return err
	})
	return view, err
}
