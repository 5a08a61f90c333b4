package github

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/google/go-github/v60/github"

	"hindsight/internal/incident"
	"hindsight/internal/reconcile"
)

// homeFor is how long it is remembered which installation sees a repository:
// short, since an owner may take the App off at any moment.
const homeFor = 3 * time.Minute

// home is the installation of a repository.
type home struct {
	installation int64
	until        time.Time
}

// Installations are those of allowed owners, suspended ones included.
func (a *App) Installations(ctx context.Context) ([]reconcile.Installation, error) {
	list := call{route: "GET /app/installations", query: url.Values{}, about: "the App's installations"}
	var all []github.Installation
	err := pages(ctx, a.asApp, list, func(page []github.Installation) int {
		all = append(all, page...)
		return len(page)
	})
	if err != nil {
		return nil, fmt.Errorf("list installations: %w", err)
	}
	var allowed []reconcile.Installation
	for i := range all {
		ok, err := a.Admits(ctx, all[i].GetAccount().GetLogin())
		if err != nil {
			return nil, err
		}
		if ok {
			allowed = append(allowed, toInstallation(&all[i]))
		}
	}
	return allowed, nil
}

func toInstallation(i *github.Installation) reconcile.Installation {
	return reconcile.Installation{
		ID:        i.GetID(),
		Account:   i.GetAccount().GetLogin(),
		Suspended: !i.GetSuspendedAt().IsZero(),
		CreatedAt: i.GetCreatedAt().Time,
	}
}

// InstallationOf is the installation that sees the repository. Only a yes is
// remembered: whoever has just installed the App should not have to wait.
func (a *App) InstallationOf(ctx context.Context, repo incident.Repo) (int64, error) {
	if known, ok := a.homes.Get(repo); ok && a.now().Before(known.until) {
		return known.installation, nil
	}
	var found github.Installation
	_, err := a.asApp.do(ctx, call{
		route: "GET /repos/{owner}/{repo}/installation", args: onRepo(repo),
		about: "an installation of the App that sees " + string(repo),
	}, &found)
	if err != nil {
		return 0, fmt.Errorf("find the installation of %s: %w", repo, err)
	}
	if err := a.serve(ctx, toInstallation(&found)); err != nil {
		return 0, fmt.Errorf("use the installation of %s: %w", repo, err)
	}
	a.homes.Add(repo, home{installation: found.GetID(), until: a.now().Add(homeFor)})
	return found.GetID(), nil
}

// serve is nil for installations that are served. Owners that nobody allowed
// get nothing: that way is closed.
func (a *App) serve(ctx context.Context, i reconcile.Installation) error {
	ok, err := a.Admits(ctx, i.Account)
	switch {
	case err != nil:
		return err
	case i.Account == "":
		return errors.New("GitHub names no account for the installation")
	case !ok:
		return &incident.Paused{Why: fmt.Sprintf("the owner %s is not among those that this server serves", i.Account)}
	case i.Suspended:
		return &incident.Paused{Why: "the App's installation on " + i.Account + " is suspended"}
	}
	return nil
}
