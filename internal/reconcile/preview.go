package reconcile

import (
	"context"
	"fmt"

	"hindsight/internal/incident"
)

// Preview plans for one incident and changes nothing.
func (r *Reconciler) Preview(ctx context.Context, key incident.Key) (incident.Plan, error) {
	n, err := r.rehearsal(ctx, key)
	if err != nil {
		return incident.Plan{}, err
	}
	return n.decide(ctx)
}

// PageView is what an incident's page shows, or would show if it were made now;
// it changes nothing.
func (r *Reconciler) PageView(ctx context.Context, key incident.Key) (incident.PageView, error) {
	n, err := r.rehearsal(ctx, key)
	if err != nil {
		return incident.PageView{}, err
	}
	w, err := n.observe(ctx)
	if err != nil {
		return incident.PageView{}, err
	}
	return incident.ViewPage(n.policy(), r.Texts, w, r.Clock()), nil
}

// rehearsal is a run that changes nothing, and takes what is out there for
// true, not what is remembered.
func (r *Reconciler) rehearsal(ctx context.Context, key incident.Key) (*run, error) {
	forge, installation, err := r.forge(ctx, 0, key.Repo)
	if err != nil {
		return nil, err
	}
	record, known, err := r.Memory.Record(ctx, key)
	if err != nil {
		return nil, fmt.Errorf("recall %s: %w", key, err)
	}
	n := r.newRun(forge, installation, key, record, known)
	n.dry, n.listed = true, false
	return n, nil
}
