package jira

import (
	"net/http"
	"net/url"
	"strings"
)

// identify finds out who asks: nobody, without an error, where no attempt was
// made to log in.
func (j *Jira) identify(r *http.Request) (*account, error) {
	header := r.Header.Get("Authorization")
	if header == "" {
		return nil, nil //nolint:nilnil // nobody is an answer
	}
	var who *account
	if j.mode == Cloud {
		email, token, _ := r.BasicAuth()
		who = j.accountBy(func(a *account) bool {
			return a.Token != "" && a.Token == token && a.Email != "" && strings.EqualFold(a.Email, email)
		})
	} else if token, is := strings.CutPrefix(header, "Bearer "); is {
		// Basic authentication can be switched on in Data Center; it is off here,
		// as from Jira 11 on.
		who = j.accountBy(func(a *account) bool { return a.Token != "" && a.Token == token })
	}
	if who == nil || who.expired || who.Inactive {
		return nil, j.failed()
	}
	return who, nil
}

// failed is the answer to credentials that are wrong. Cloud's body is plain
// text.
func (j *Jira) failed() error {
	refused := j.unauthorized()
	refused.header.Set("X-Seraph-LoginReason", "AUTHENTICATED_FAILED")
	if j.mode == Cloud {
		refused.plain = mustLogIn
		refused.header.Set("Content-Type", "text/plain;charset=UTF-8")
	}
	return refused
}

// anonymous is the answer to no credentials. Jira lets strangers ask for much,
// and then finds nothing; here they are told at once.
func (j *Jira) anonymous() error { return j.unauthorized() }

const mustLogIn = "Client must be authenticated to access this resource."

func (j *Jira) unauthorized() *RefusalError {
	return &RefusalError{
		Status: http.StatusUnauthorized,
		plain:  `{"message":"` + mustLogIn + `","status-code":401}`,
		header: http.Header{"Www-Authenticate": {`OAuth realm="` + url.QueryEscape(j.url.String()) + `"`}},
	}
}
