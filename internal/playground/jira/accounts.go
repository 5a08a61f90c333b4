package jira

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Account is somebody who can log in, a person or a program.
type Account struct {
	// ID is the account id on Cloud, and the user's key in Data Center. It is
	// by what tickets name people in [Ticket]. Required.
	ID string
	// Name is the user name, by which Data Center's API names people; the ID
	// if empty.
	Name string
	// Email and Token are what Cloud logs in with; Data Center takes the token
	// alone. Nobody logs in over the API without a token.
	Email, Token string
	// Display is the name that people see; the user name if empty.
	Display string
	// Zone is the account's time zone, in which it is told times, and in which
	// its JQL means them; UTC if nil.
	Zone *time.Location
	// HideEmail keeps the address out of what others are told, as most
	// profiles on Cloud do. The search for people still finds by it.
	HideEmail bool
	// NoSharing may not show others what it keeps, such as filters.
	NoSharing bool
	// Inactive can't log in and can't be assigned.
	Inactive bool
}

type account struct {
	Account
	expired bool
}

// AddAccount adds an account. It panics without an id, or when somebody has the
// id, name, e-mail or token.
func (j *Jira) AddAccount(a Account) {
	if a.ID == "" {
		panic("jira: Account.ID is required")
	}
	if a.Name == "" {
		a.Name = a.ID
	}
	if a.Display == "" {
		a.Display = a.Name
	}
	if a.Zone == nil {
		a.Zone = time.UTC
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, other := range j.accounts {
		same := a.ID == other.ID || a.Name == other.Name ||
			a.Email != "" && strings.EqualFold(a.Email, other.Email) || a.Token != "" && a.Token == other.Token
		if same {
			panic(fmt.Sprintf("jira: account %s is too much like %s", a.ID, other.ID))
		}
	}
	j.accounts = append(j.accounts, &account{Account: a})
}

// Accounts are all accounts in the order in which they were added.
func (j *Jira) Accounts() []Account {
	j.mu.Lock()
	defer j.mu.Unlock()
	var all []Account
	for _, a := range j.accounts {
		all = append(all, a.Account)
	}
	return all
}

// ExpireToken makes an account's token worthless.
func (j *Jira) ExpireToken(id string) error {
	return j.changeAccount(id, func(a *account) { a.expired = true })
}

// RenewToken gives an account another token.
func (j *Jira) RenewToken(id, token string) error {
	return j.changeAccount(id, func(a *account) { a.Token, a.expired = token, false })
}

func (j *Jira) changeAccount(id string, change func(*account)) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	a := j.account(id)
	if a == nil {
		return noAccount(id)
	}
	change(a)
	return nil
}

// account is nil where nobody has the id.
func (j *Jira) account(id string) *account {
	return j.accountBy(func(a *account) bool { return a.ID == id })
}

func (j *Jira) accountBy(is func(*account) bool) *account {
	if at := slices.IndexFunc(j.accounts, is); at >= 0 {
		return j.accounts[at]
	}
	return nil
}

// anyAccount finds somebody by id, name or e-mail.
func (j *Jira) anyAccount(who string) *account {
	return j.accountBy(func(a *account) bool {
		return a.ID == who || a.Name == who || who != "" && strings.EqualFold(a.Email, who)
	})
}

func noAccount(who string) error {
	return refuse(http.StatusNotFound, "The user "+who+" does not exist")
}
