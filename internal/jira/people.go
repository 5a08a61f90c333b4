package jira

import (
	"context"
	"errors"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	gojira "github.com/andygrunwald/go-jira"

	"hindsight/internal/incident"
)

const (
	// personKept is how long an account that was found by its address is
	// remembered, and strangerKept that there is none.
	personKept   = time.Hour
	strangerKept = 10 * time.Minute
)

// Assignable is whether the operator's list has an account for the login, which
// can be found. Where Hindsight may not look for people, it can't.
func (j *Jira) Assignable(ctx context.Context, site incident.Repo, login string) (incident.Verdict, error) {
	s, err := j.site(site)
	if err != nil {
		return incident.Unknown, err
	}
	_, found, err := s.account(ctx, login)
	if blocked := new(incident.Blocked); errors.As(err, &blocked) && !blocked.Whole {
		s.log.Warn("can't look for people at Jira", "login", login, "error", err)
		return incident.Denied, nil
	}
	switch {
	case err != nil:
		return incident.Unknown, err
	case found:
		return incident.Allowed, nil
	}
	return incident.Denied, nil
}

// account is the one that the operator's list has for a login.
func (s *site) account(ctx context.Context, login string) (gojira.User, bool, error) {
	entry := s.People[strings.ToLower(login)]
	if entry == "" {
		return gojira.User{}, false, nil
	}
	cloud, err := s.isCloud(ctx)
	switch {
	case err != nil:
		return gojira.User{}, false, err
	case strings.Contains(entry, "@"):
		user, err := s.byAddress(ctx, entry, cloud)
		return user, !nameless(user), err
	case cloud:
		return gojira.User{AccountID: entry}, true, nil
	}
	return gojira.User{Name: entry}, true, nil
}

// byAddress finds an account by its e-mail address; none if Jira does not show
// that it is theirs.
func (s *site) byAddress(ctx context.Context, address string, cloud bool) (gojira.User, error) {
	return s.people.get(address, s.now, func() (gojira.User, time.Duration, error) {
		parameter := "username"
		if cloud {
			parameter = "query"
		}
		var found []gojira.User
		query := url.Values{parameter: {address}, "maxResults": {"50"}}
		if err := s.get(ctx, "rest/api/2/user/search", query, &found, "people's accounts"); err != nil {
			return gojira.User{}, 0, err
		}
		for _, user := range found {
			if user.Active && (strings.EqualFold(user.EmailAddress, address) || strings.EqualFold(user.Name, address)) {
				return user, personKept, nil
			}
		}
		return gojira.User{}, strangerKept, nil
	})
}

// reference is how an account is named when it is written.
func reference(user gojira.User, cloud bool) map[string]string {
	if cloud {
		return map[string]string{"accountId": user.AccountID}
	}
	return map[string]string{"name": user.Name}
}

// loginOf is the login that the operator's list has for an account; "" for none.
func (s *site) loginOf(user *gojira.User) string {
	if user == nil {
		return ""
	}
	for _, login := range slices.Sorted(maps.Keys(s.People)) {
		entry := s.People[login]
		for _, name := range []string{user.AccountID, user.Name, user.EmailAddress} {
			if name != "" && strings.EqualFold(name, entry) {
				return login
			}
		}
		// Cloud may not show the address that the account was found by.
		if known, ok := s.people.have(entry, s.now()); ok && same(&known, user) {
			return login
		}
	}
	return ""
}
