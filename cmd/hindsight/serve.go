package main

import (
	"context"
	"fmt"
	"net"
	"time"

	"hindsight/internal/config"
)

// serveCommand runs the app.
type serveCommand struct {
	config.Serve `embed:""`
	config.Log   `embed:""`
}

// Run listens until the context ends.
func (s serveCommand) Run(ctx context.Context, c console) (err error) {
	log, err := s.Logger(c.err)
	if err != nil {
		return err
	}
	settings, err := s.Resolve()
	if err != nil {
		return err
	}
	a, err := newApp(ctx, settings.Settings, time.Now, log)
	if err != nil {
		return err
	}
	defer func() { err = join(err, a.close()) }()
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", settings.Addr)
	if err != nil {
		return &config.SettingError{
			Variable: "HINDSIGHT_ADDR", Problem: "names an address that can't be listened on", Err: err,
		}
	}
	_, _ = fmt.Fprintf(c.out, "Hindsight listens on http://%s; webhooks go to %s/webhooks/github", l.Addr(), settings.PublicURL)
	if len(settings.Jira) > 0 {
		_, _ = fmt.Fprintf(c.out, ", those of Jira to %s/webhooks/jira", settings.PublicURL)
	}
	_, _ = fmt.Fprintln(c.out)
	return a.serve(ctx, l, settings.EdgeSettings, settings.SweepEvery)
}
