package reconcile_test

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"hindsight/internal/incident"
)

// fakeMemory remembers copies, as a database would.
type fakeMemory struct {
	*journal
	records   map[incident.Key]incident.Record
	followUps map[incident.Key]incident.FollowUp
	parents   map[incident.Key]incident.Key // of the follow-ups
	looks     map[incident.Repo]time.Time
	checked   map[incident.Key]time.Time // when follow-ups were looked at
	unchecked []incident.Key
	asked     time.Time // what Unchecked was asked for
	// refuse says why a record can't be stored.
	refuse func(incident.Record) error
}

func newMemory(j *journal) *fakeMemory {
	return &fakeMemory{
		journal:   j,
		records:   map[incident.Key]incident.Record{},
		followUps: map[incident.Key]incident.FollowUp{},
		parents:   map[incident.Key]incident.Key{},
		looks:     map[incident.Repo]time.Time{},
	}
}

func (f *fakeMemory) Record(ctx context.Context, key incident.Key) (r incident.Record, ok bool, err error) {
	err = f.call(ctx, "Record", key.String(), func() error {
		r, ok = f.records[key]
		r = r.Clone()
		return nil
	})
	return r, ok, err
}

func (f *fakeMemory) SaveRecord(ctx context.Context, key incident.Key, r incident.Record) error {
	return f.call(ctx, "SaveRecord", key.String(), func() error {
		if f.refuse != nil {
			if err := f.refuse(r); err != nil {
				return err
			}
		}
		f.records[key] = r.Clone()
		return nil
	})
}

func (f *fakeMemory) FollowUps(ctx context.Context, of incident.Key) (known []incident.FollowUp, err error) {
	err = f.call(ctx, "FollowUps", of.String(), func() error {
		for key, follow := range f.followUps {
			if f.parents[key] == of {
				known = append(known, follow)
			}
		}
		slices.SortFunc(known, func(a, b incident.FollowUp) int { return cmp.Compare(a.Issue.Number, b.Issue.Number) })
		return nil
	})
	return known, err
}

func (f *fakeMemory) SaveFollowUp(
	ctx context.Context, of incident.Key, follow incident.FollowUp,
) (changed bool, err error) {
	err = f.call(ctx, "SaveFollowUp", follow.Issue.String(), func() error {
		old, ok := f.followUps[follow.Issue]
		if ok && (follow.At.Before(old.At) || gocmp.Equal(old, follow)) {
			return nil
		}
		f.followUps[follow.Issue], f.parents[follow.Issue], changed = follow, of, true
		return nil
	})
	return changed, err
}

func (f *fakeMemory) Unchecked(
	ctx context.Context, repo incident.Repo, before time.Time, most int,
) (keys []incident.Key, err error) {
	err = f.call(ctx, "Unchecked", string(repo), func() error {
		f.asked = before
		for _, key := range f.unchecked {
			if key.Repo == repo && len(keys) < most {
				keys = append(keys, key)
			}
		}
		return nil
	})
	return keys, err
}

func (f *fakeMemory) CheckedAt(ctx context.Context, followUp incident.Key) (at time.Time, err error) {
	err = f.call(ctx, "CheckedAt", followUp.String(), func() error {
		at = f.checked[followUp]
		return nil
	})
	return at, err
}

func (f *fakeMemory) IncidentOf(
	ctx context.Context, followUp incident.Key,
) (of incident.Key, ok bool, err error) {
	err = f.call(ctx, "IncidentOf", followUp.String(), func() error {
		of, ok = f.parents[followUp]
		return nil
	})
	return of, ok, err
}

func (f *fakeMemory) Incidents(ctx context.Context, repo incident.Repo) (keys []incident.Key, err error) {
	err = f.call(ctx, "Incidents", string(repo), func() error {
		for key := range maps.Keys(f.records) {
			if key.Repo == repo {
				keys = append(keys, key)
			}
		}
		slices.SortFunc(keys, func(a, b incident.Key) int { return cmp.Compare(a.Number, b.Number) })
		return nil
	})
	return keys, err
}

func (f *fakeMemory) Look(ctx context.Context, repo incident.Repo) (until time.Time, err error) {
	err = f.call(ctx, "Look", string(repo), func() error {
		until = f.looks[repo]
		return nil
	})
	return until, err
}

func (f *fakeMemory) SaveLook(ctx context.Context, repo incident.Repo, until time.Time) error {
	return f.call(ctx, "SaveLook", string(repo), func() error {
		f.looks[repo] = until
		return nil
	})
}
