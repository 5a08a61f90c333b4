package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// starts is how often each kind of start is measured.
const starts = 11

// startup measures the time from exec to the first 2xx: of a first start,
// which makes its database, and of a later one, which finds it.
func (b *bench) startup(ctx context.Context) error {
	github, err := newStandIn(ctx, b.dir+"/startup-github")
	if err != nil {
		return err
	}
	first, later, err := b.startOften(ctx, github)
	if err = errors.Join(err, github.end()); err != nil {
		return err
	}
	b.print(fmt.Sprintf("Start-up: from exec to the first 2xx on /healthz, median of %d", starts), []row{
		{"new data folder", spread(first), "under 50 ms"},
		{"existing data folder", spread(later), "under 50 ms"},
	})
	return nil
}

func (b *bench) startOften(ctx context.Context, github *standIn) (first, later []time.Duration, err error) {
	for n := range starts {
		data := fmt.Sprintf("%s/startup-%d", b.dir, n)
		for _, took := range []*[]time.Duration{&first, &later} {
			p, err := b.start(ctx, github, data)
			if err != nil {
				return nil, nil, err
			}
			*took = append(*took, p.started)
			if err := p.stop(); err != nil {
				return nil, nil, err
			}
		}
	}
	return first, later, nil
}
