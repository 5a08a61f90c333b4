package config

import (
	"regexp"
	"slices"
	"strings"
)

// Owners are the accounts whose installations are served. The zero value is
// the App's owner alone.
type Owners struct {
	all    bool
	logins []string // lower case
}

// Allows tells whether an account is served. appOwner is the login of the
// App's owner, "" while it is not known: then only who is named counts.
func (o Owners) Allows(login, appOwner string) bool {
	switch {
	case login == "":
		return false
	case o.all:
		return true
	case len(o.logins) == 0:
		return strings.EqualFold(login, appOwner)
	}
	return slices.Contains(o.logins, strings.ToLower(login))
}

// NeedAppOwner is whether the App's owner must be looked up: nobody is named.
func (o Owners) NeedAppOwner() bool { return !o.all && len(o.logins) == 0 }

// loginForm takes the underscore too, which managed users' logins have.
var loginForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$`)

func parseOwners(text string) (Owners, error) {
	var o Owners
	for login := range strings.SplitSeq(text, ",") {
		switch login = strings.TrimSpace(login); {
		case login == "":
		case login == "*":
			o.all = true
		case loginForm.MatchString(login):
			o.logins = append(o.logins, strings.ToLower(login))
		default:
			return Owners{}, wrong("HINDSIGHT_ALLOWED_OWNERS", "holds %q, which is no account's login: name logins, separated by commas, or * for all", login)
		}
	}
	if o.all && len(o.logins) > 0 {
		return Owners{}, wrong("HINDSIGHT_ALLOWED_OWNERS", "names accounts beside *, which is all of them: leave one out")
	}
	return o, nil
}
