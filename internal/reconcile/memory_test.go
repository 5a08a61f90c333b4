package reconcile_test

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"hindsight/internal/incident"
	"hindsight/internal/reconcile"
)

// fakeMemory remembers copies, as a database would.
type fakeMemory struct {
	*journal
	marker    *fakeMarker
	records   map[incident.Key]incident.Record
	followUps map[incident.Key]map[incident.Key]incident.FollowUp // by incident, then issue
	pulls     map[incident.Key][]incident.Key                     // by incident
	wikis     map[incident.Repo][]incident.Key                    // of other repositories
	settings  map[incident.Repo]reconcile.Settings
	looks     map[incident.Repo]time.Time
	troubles  map[incident.Repo]incident.SiteTrouble
	checked   map[incident.Key]time.Time // when follow-ups were looked at
	unchecked []incident.Key
	asked     time.Time // what Unchecked was asked for
	// refuse says why a record can't be stored.
	refuse func(incident.Record) error
}

func newMemory(marker *fakeMarker) *fakeMemory {
	return &fakeMemory{
		journal:   marker.journal,
		marker:    marker,
		records:   map[incident.Key]incident.Record{},
		followUps: map[incident.Key]map[incident.Key]incident.FollowUp{},
		pulls:     map[incident.Key][]incident.Key{},
		wikis:     map[incident.Repo][]incident.Key{},
		settings:  map[incident.Repo]reconcile.Settings{},
		looks:     map[incident.Repo]time.Time{},
		troubles:  map[incident.Repo]incident.SiteTrouble{},
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
		if stored, ok := f.records[key]; ok && stored.Revision != r.Revision {
			return &incident.Changed{What: "the record of " + key.String()}
		}
		stored := r.Clone()
		stored.Revision++
		f.records[key] = stored
		return nil
	})
}

func (f *fakeMemory) FollowUps(ctx context.Context, of incident.Key) (known []incident.FollowUp, err error) {
	err = f.call(ctx, "FollowUps", of.String(), func() error {
		known = slices.Collect(maps.Values(f.followUps[of]))
		slices.SortFunc(known, func(a, b incident.FollowUp) int { return a.Issue.Compare(b.Issue) })
		return nil
	})
	return known, err
}

func (f *fakeMemory) SaveFollowUp(
	ctx context.Context, of incident.Key, follow incident.FollowUp,
) (changed bool, err error) {
	err = f.call(ctx, "SaveFollowUp", follow.Issue.String(), func() error {
		old, ok := f.followUps[of][follow.Issue]
		if ok && (follow.At.Before(old.At) || gocmp.Equal(old, follow)) {
			return nil
		}
		if f.followUps[of] == nil {
			f.followUps[of] = map[incident.Key]incident.FollowUp{}
		}
		f.followUps[of][follow.Issue], changed = follow, true
		return nil
	})
	return changed, err
}

func (f *fakeMemory) NoteFollowUp(
	ctx context.Context, installation int64, of incident.Key, follow incident.FollowUp, due time.Time,
) error {
	changed, err := f.SaveFollowUp(ctx, of, follow)
	if err != nil || !changed {
		return err
	}
	return f.marker.Mark(ctx, installation, of, due)
}

// belongs has an issue be known as an incident's follow-up, as a test needs it.
func (f *fakeMemory) belongs(issue, of incident.Key) {
	f.followUps[of] = map[incident.Key]incident.FollowUp{issue: {Issue: issue, Parent: shopID, State: incident.Open}}
}

func (f *fakeMemory) ForgetFollowUp(ctx context.Context, of, followUp incident.Key) error {
	return f.call(ctx, "ForgetFollowUp", followUp.String(), func() error {
		delete(f.followUps[of], followUp)
		return nil
	})
}

func (f *fakeMemory) Pulls(ctx context.Context, of incident.Key) (pulls []incident.Key, err error) {
	err = f.call(ctx, "Pulls", of.String(), func() error {
		pulls = slices.Clone(f.pulls[of])
		return nil
	})
	return pulls, err
}

func (f *fakeMemory) SavePull(ctx context.Context, of, pull incident.Key, refers bool) (changed bool, err error) {
	err = f.call(ctx, "SavePull", pull.String(), func() error {
		before := slices.Contains(f.pulls[of], pull)
		changed = before != refers
		f.pulls[of] = slices.DeleteFunc(f.pulls[of], func(k incident.Key) bool { return k == pull })
		if refers {
			f.pulls[of] = append(f.pulls[of], pull)
		}
		return nil
	})
	return changed, err
}

func (f *fakeMemory) InWiki(ctx context.Context, wiki incident.Repo) (of []incident.Key, err error) {
	err = f.call(ctx, "InWiki", string(wiki), func() error {
		of = slices.Clone(f.wikis[wiki])
		return nil
	})
	return of, err
}

func (f *fakeMemory) SaveWiki(ctx context.Context, of incident.Key, wiki incident.Repo, there bool) error {
	return f.call(ctx, "SaveWiki", string(wiki), func() error {
		f.wikis[wiki] = slices.DeleteFunc(f.wikis[wiki], func(k incident.Key) bool { return k == of })
		if there {
			f.wikis[wiki] = append(f.wikis[wiki], of)
		}
		return nil
	})
}

func (f *fakeMemory) Settings(
	ctx context.Context, repo incident.Repo,
) (settings reconcile.Settings, ok bool, err error) {
	err = f.call(ctx, "Settings", string(repo), func() error {
		settings, ok = f.settings[repo]
		return nil
	})
	return settings, ok, err
}

func (f *fakeMemory) SaveSettings(ctx context.Context, repo incident.Repo, settings reconcile.Settings) error {
	return f.call(ctx, "SaveSettings", string(repo), func() error {
		f.settings[repo] = settings
		return nil
	})
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

func (f *fakeMemory) Observed(
	ctx context.Context, followUp incident.Key,
) (all map[incident.Key]incident.FollowUp, err error) {
	err = f.call(ctx, "Observed", followUp.String(), func() error {
		all = map[incident.Key]incident.FollowUp{}
		for parent, known := range f.followUps {
			if observed, ok := known[followUp]; ok {
				all[parent] = observed
			}
		}
		return nil
	})
	return all, err
}

func (f *fakeMemory) CheckedAt(ctx context.Context, followUp incident.Key) (at time.Time, err error) {
	err = f.call(ctx, "CheckedAt", followUp.String(), func() error {
		at = f.checked[followUp]
		return nil
	})
	return at, err
}

func (f *fakeMemory) IncidentsOf(ctx context.Context, issue incident.Key) (of []incident.Key, err error) {
	err = f.call(ctx, "IncidentsOf", issue.String(), func() error {
		for parent, known := range f.followUps {
			if _, ok := known[issue]; ok {
				of = append(of, parent)
			}
		}
		for parent, pulls := range f.pulls {
			if slices.Contains(pulls, issue) {
				of = append(of, parent)
			}
		}
		slices.SortFunc(of, incident.Key.Compare)
		return nil
	})
	return slices.Compact(of), err
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

func (f *fakeMemory) SiteTrouble(
	ctx context.Context, site incident.Repo,
) (trouble incident.SiteTrouble, err error) {
	err = f.call(ctx, "SiteTrouble", string(site), func() error {
		trouble = f.troubles[site]
		return nil
	})
	return trouble, err
}

func (f *fakeMemory) SaveSiteTrouble(ctx context.Context, site incident.Repo, trouble incident.SiteTrouble) error {
	return f.call(ctx, "SaveSiteTrouble", string(site), func() error {
		f.troubles[site] = trouble
		return nil
	})
}

func (f *fakeMemory) IncidentsAt(ctx context.Context, site incident.Repo) (of []incident.Key, err error) {
	err = f.call(ctx, "IncidentsAt", string(site), func() error {
		for parent, known := range f.followUps {
			for key := range known {
				if key.Repo == site {
					of = append(of, parent)
				}
			}
		}
		slices.SortFunc(of, incident.Key.Compare)
		return nil
	})
	return slices.Compact(of), err
}
