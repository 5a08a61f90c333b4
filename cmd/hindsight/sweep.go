package main

import (
	"context"
	"fmt"

	"hindsight/internal/config"
	"hindsight/internal/incident"
)

// sweepCommand catches up with what no webhook told.
type sweepCommand struct {
	Ref        string `arg:"" optional:"" help:"Only this issue: owner/repository#42, or its address." placeholder:"REF"`
	config.App `embed:""`
	config.Log `embed:""`
}

// Run sweeps, and works until nothing is due.
func (s sweepCommand) Run(ctx context.Context, c console) error {
	var key incident.Key
	if s.Ref != "" {
		var err error
		if key, err = incident.ParseKey(s.Ref); err != nil {
			return &usageError{err}
		}
	}
	return withApp(ctx, c, s.App, s.Log, func(a *app) error {
		if s.Ref != "" {
			return a.sweepOne(ctx, c, key)
		}
		swept, err := a.reconciler.Sweep(ctx)
		if err != nil {
			return err
		}
		if err := a.runner.Drain(ctx); err != nil {
			return err
		}
		_, _ = fmt.Fprintf(c.out, "swept %d repositories, looked at %d issues\n", swept.Repositories, swept.Due)
		if failed := swept.Failed + int(a.failures.Load()); failed > 0 {
			return fmt.Errorf("%d of them could not be looked at; the log says why, and they are tried again", failed)
		}
		return nil
	})
}

// sweepOne goes through the work set like everything else, so that a server
// beside it does not work on the same incident.
func (a *app) sweepOne(ctx context.Context, c console, key incident.Key) error {
	installation, err := a.github.InstallationOf(ctx, key.Repo)
	if err != nil {
		return err
	}
	if err = a.store.Mark(ctx, installation, key, a.clock()); err != nil {
		return err
	}
	if err = a.runner.Drain(ctx); err != nil {
		return err
	}
	plan, err := a.reconciler.Preview(ctx, key)
	if err != nil {
		return err
	}
	printPlan(c, key, plan)
	return nil
}
