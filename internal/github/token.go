package github

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/google/go-github/v60/github"

	"hindsight/internal/incident"
)

// tokenMargin is how long before its expiry a token is no longer handed out:
// longer than the slowest push.
const tokenMargin = 5 * time.Minute

type tokenKey struct {
	installation int64
	repo         incident.Repo
}

type wikiToken struct {
	token string
	until time.Time
}

// WikiToken is a token for git that may write the contents of the one
// repository, its wiki among them, and nothing else. It is good for at least
// five minutes.
func (a *App) WikiToken(ctx context.Context, installation int64, repo incident.Repo) (string, error) {
	key := tokenKey{installation, repo}
	if known, ok := a.tokens.Get(key); ok && a.now().Before(known.until) {
		return known.token, nil
	}
	if err := a.forge(installation).client.gate.open(); err != nil {
		return "", fmt.Errorf("mint a token for the wiki of %s: %w", repo, err)
	}
	// Those who ask at the same time share one token; that the first of
	// them gives up must not fail the others.
	minted := a.minting.DoChan(fmt.Sprint(installation, " ", repo), func() (any, error) {
		return a.mint(context.WithoutCancel(ctx), key)
	})
	select {
	case <-ctx.Done():
		return "", fmt.Errorf("mint a token for the wiki of %s: %w", repo, ctx.Err())
	case r := <-minted:
		if r.Err != nil {
			return "", fmt.Errorf("mint a token for the wiki of %s: %w", repo, r.Err)
		}
		token, _ := r.Val.(string)
		return token, nil
	}
}

func (a *App) mint(ctx context.Context, key tokenKey) (string, error) {
	var minted github.InstallationToken
	_, err := a.asApp.do(ctx, call{
		route: mintRoute, args: []string{strconv.FormatInt(key.installation, 10)},
		body: github.InstallationTokenOptions{
			Repositories: []string{key.repo.Name()},
			Permissions:  &github.InstallationPermissions{Contents: new("write")},
		},
		about: "the wiki of " + string(key.repo), needs: "contents: write", harmless: true,
	}, &minted)
	if err != nil {
		return "", err
	}
	if minted.GetToken() == "" {
		return "", errors.New("GitHub's answer holds no token")
	}
	a.tokens.Add(key, wikiToken{token: minted.GetToken(), until: minted.GetExpiresAt().Add(-tokenMargin)})
	return minted.GetToken(), nil
}
