package store

import (
	"context"
	"fmt"
	"slices"

	"hindsight/internal/incident"
	"hindsight/internal/store/db"
)

// InWiki are the incidents whose page is known to be in the wiki of another
// repository than their own, this one, by repository and number.
func (s *Store) InWiki(ctx context.Context, wiki incident.Repo) ([]incident.Key, error) {
	rows, err := s.reads.InWiki(ctx, string(wiki))
	if err != nil {
		return nil, fmt.Errorf("store: look up whose pages are in the wiki of %s: %w", wiki, err)
	}
	found := make([]incident.Key, len(rows))
	for i, row := range rows {
		found[i] = incident.Key{Repo: incident.Repo(row.IncidentRepo), Number: int(row.IncidentNumber)}
	}
	slices.SortFunc(found, compareKeys)
	return found, nil
}

// SaveWiki remembers that an incident's page is in the wiki of another
// repository, or forgets it.
func (s *Store) SaveWiki(ctx context.Context, of incident.Key, wiki incident.Repo, there bool) error {
	if err := checkPair(of, incident.Key{Repo: wiki}); err != nil {
		return err
	}
	row := db.AddToWikiParams{Wiki: string(wiki), IncidentRepo: string(of.Repo), IncidentNumber: int64(of.Number)}
	var err error
	if there {
		err = s.writes.AddToWiki(ctx, row)
	} else {
		err = s.writes.RemoveFromWiki(ctx, db.RemoveFromWikiParams(row))
	}
	if err != nil {
		return fmt.Errorf("store: save whether the page of %s is in the wiki of %s: %w", of, wiki, err)
	}
	return nil
}
