package config

import (
	"regexp"
	"slices"
	"strings"
)

// loginForm takes the underscore too, which managed users' logins have.
var loginForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$`)

// parseOwners are the logins that are named; "*" alone stands for all, and
// none at all for the App's owner.
func parseOwners(text string) ([]string, error) {
	var logins []string
	for login := range strings.SplitSeq(text, ",") {
		switch login = strings.TrimSpace(login); {
		case login == "":
		case login == "*" || loginForm.MatchString(login):
			logins = append(logins, login)
		default:
			return nil, wrong("HINDSIGHT_ALLOWED_OWNERS", "holds %q, which is no account's login: name logins, separated by commas, or * for all", login)
		}
	}
	if slices.Contains(logins, "*") && len(logins) > 1 {
		return nil, wrong("HINDSIGHT_ALLOWED_OWNERS", "names accounts beside *, which is all of them: leave one out")
	}
	return logins, nil
}
