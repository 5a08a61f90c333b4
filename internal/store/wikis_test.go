package store_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"hindsight/internal/incident"
)

// A wiki knows all incidents whose pages are in it, until each is forgotten.
func TestWikis(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(d database) {
		t := d.t
		s, other := d.open(t), d.open(t)
		const shared, another = incident.Repo("acme/postmortems"), incident.Repo("acme/archive")
		till := incident.NewKey("acme", "till", 7)
		want := func(wiki incident.Repo, want ...incident.Key) {
			t.Helper()
			got, err := other.InWiki(t.Context(), wiki)
			if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); err != nil || diff != "" {
				t.Errorf("in the wiki of %s: %v (-want +got):\n%s", wiki, err, diff)
			}
		}
		want(shared)
		must(t, s.SaveWiki(t.Context(), till, shared, true))
		must(t, s.SaveWiki(t.Context(), key(42), shared, true))
		must(t, other.SaveWiki(t.Context(), key(42), shared, true)) // again, by another process
		must(t, s.SaveWiki(t.Context(), key(9), shared, true))
		must(t, s.SaveWiki(t.Context(), key(9), another, true))
		want(shared, key(9), key(42), till)
		want(another, key(9))
		must(t, s.SaveWiki(t.Context(), key(9), shared, false))
		must(t, s.SaveWiki(t.Context(), key(9), shared, false))
		want(shared, key(42), till)
		want(another, key(9))
		want("acme/shop")
	})
}

func TestSaveWikiRefuses(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(d database) {
		t := d.t
		s := d.open(t)
		for name, wiki := range map[string]incident.Repo{"no repository": "", "NUL": "acme/\x00"} {
			if err := s.SaveWiki(t.Context(), key(42), wiki, true); err == nil {
				t.Errorf("%s: saved", name)
			}
		}
		if err := s.SaveWiki(t.Context(), incident.Key{Number: 1}, "acme/postmortems", true); err == nil {
			t.Error("saved an incident without a repository")
		}
	})
}
