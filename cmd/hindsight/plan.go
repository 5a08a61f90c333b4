package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"hindsight/internal/config"
	"hindsight/internal/incident"
)

// planCommand says what would be done.
type planCommand struct {
	Ref        string `arg:"" help:"The issue: owner/repository#42, or its address." placeholder:"REF"`
	config.App `embed:""`
	config.Log `embed:""`
}

// Run observes and decides, and prints the plan.
func (p planCommand) Run(ctx context.Context, c console) error {
	key, err := incident.ParseKey(p.Ref)
	if err != nil {
		return &usageError{err}
	}
	return withApp(ctx, c, p.App, p.Log, func(a *app) error {
		plan, err := a.reconciler.Preview(ctx, key)
		if err != nil {
			return err
		}
		printPlan(c, key, plan)
		return nil
	})
}

func printPlan(c console, key incident.Key, plan incident.Plan) {
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(c.out, format+"\n", args...) }
	switch {
	case plan.Idle != "":
		say("%s: nothing to do: %s.", key, oneLine(plan.Idle))
	case len(plan.Effects) == 0:
		say("%s: nothing to do: everything is as it should be.", key)
	default:
		say("%s: would do, in this order, and then what follows from it:", key)
	}
	for i, e := range plan.Effects {
		say("%3d. %s", i+1, oneLine(e.String()))
	}
	for _, part := range partsOf(plan.Record) {
		if p, ok := plan.Record.Problems[part]; ok {
			say("  !  %s: %s Next try: %s.", called(part), oneLine(p.Text), p.RetryAt.UTC().Format("2006-01-02 15:04:05 UTC"))
		}
	}
}

// partsOf are the parts that can be in trouble, in the order in which people
// should see them happen; the Jira sites come after the others.
func partsOf(r incident.Record) []incident.Part {
	all := []incident.Part{
		incident.TrackerPart, incident.PagePart, incident.PublishPart, incident.FollowUpsPart,
		incident.AnswersPart, incident.ClosingPart,
	}
	for _, part := range slices.Sorted(maps.Keys(r.Problems)) {
		if _, ok := part.Site(); ok {
			all = append(all, part)
		}
	}
	return all
}

// called is what people call a part.
func called(part incident.Part) string {
	if site, ok := part.Site(); ok {
		return "tickets at " + site.Address()
	}
	return "the " + string(part)
}

// withApp runs a command that works as the App, beside a running server or
// alone.
func withApp(ctx context.Context, c console, flags config.App, logging config.Log, do func(*app) error) (err error) {
	log, err := logging.Logger(c.err)
	if err != nil {
		return err
	}
	settings, err := flags.Resolve()
	if err != nil {
		return err
	}
	a, err := newApp(ctx, settings, time.Now, log)
	if err != nil {
		return err
	}
	defer func() { err = join(err, a.close()) }()
	return do(a)
}

// join keeps the first error as it is, so that its sentence stays one.
func join(err, second error) error {
	if err == nil {
		return second
	}
	if second != nil {
		return errors.Join(err, second)
	}
	return err
}
