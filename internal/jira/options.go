package jira

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"hindsight/internal/incident"
)

// Options are the sites, and what is needed to work at them.
type Options struct {
	// Sites are in the operator's order: the first that an owner may use has
	// their default project.
	Sites  []Site
	Clock  func() time.Time
	Logger *slog.Logger
	// Observe, unless nil, is told of every answer: the site's address and the
	// status, 0 when there was no answer. It is called from many goroutines.
	Observe func(site string, status int)
}

// Site is one Jira, and who may use what of it, by the operator's word.
type Site struct {
	// URL is "https://acme.atlassian.net", or "https://jira.example/context".
	// Plain http is taken on loopback only.
	URL string
	// Email and Token are those of an account of Cloud; without Email, Token is a
	// personal access token of Data Center.
	Email, Token string
	// Public is true where everybody can read the site, and Internal where
	// everybody in the enterprise can.
	Public, Internal bool
	// Lag is how long the site's search may not show a new ticket.
	Lag time.Duration
	// Owners are the keys of the projects that each GitHub account, in lower
	// case, may use, the default first. Where it is nil, everybody who is served
	// may use those of Default.
	Owners  map[string][]string
	Default []string
	// People are the accounts of GitHub's logins, in lower case: the account id,
	// or the user name on Data Center, or the e-mail address.
	People map[string]string
	// Dropped are statuses and resolutions that mean that a ticket won't be done,
	// beside those that everybody uses.
	Dropped []string
	// Projects are by their key; what is not there has the defaults.
	Projects map[string]Project
}

// Project is how tickets are written in a project.
type Project struct {
	// Type is the name of the issue type, "Task" where it is empty; Types come
	// first, by the item's type.
	Type  string
	Types map[incident.ItemType]string
	// Priorities are Jira's by the item's, and Severities by the incident's where
	// the item has none that is named.
	Priorities map[incident.Priority]string
	Severities map[incident.Severity]string
	Components []string
	// Fields are other fields' values by their id, as in Jira's API. In their
	// texts {severity}, {date}, {number}, {priority} and {type} are filled in.
	Fields map[string]any
	// Done is the status to close with, where there are several.
	Done string
}

// defaultType is the issue type that nearly every project has.
const defaultType = "Task"

// typeOf is the name of the issue type for an item.
func (p Project) typeOf(item incident.ItemType) string {
	return cmp.Or(p.Types[item], p.Type, defaultType)
}

// priorityOf is Jira's name for what was written; "" for none.
func (p Project) priorityOf(w incident.Written) string {
	return cmp.Or(p.Priorities[w.Priority], p.Severities[w.Severity])
}

// priorities are all that may be written.
func (p Project) priorities() []string {
	return slices.AppendSeq(slices.Collect(maps.Values(p.Priorities)), maps.Values(p.Severities))
}

// Jira are the operator's sites.
type Jira struct {
	sites []*site
	byKey map[incident.Repo]*site
}

// New does no request. Its errors are the operator's to mend.
func New(o Options) (*Jira, error) {
	j := &Jira{byKey: map[incident.Repo]*site{}}
	for _, options := range o.Sites {
		s, err := newSite(options, o)
		if err != nil {
			return nil, err
		}
		if j.byKey[s.key] != nil {
			return nil, fmt.Errorf("the Jira site %s is named twice: name it once, with all of its owners", options.URL)
		}
		j.sites, j.byKey[s.key] = append(j.sites, s), s
	}
	return j, nil
}

// Sites are all of them.
func (j *Jira) Sites() []incident.Repo {
	var all []incident.Repo
	for _, s := range j.sites {
		all = append(all, s.key)
	}
	return all
}

// Projects are those that an owner's repositories may use, the default first.
func (j *Jira) Projects(owner string) []incident.Project {
	var all []incident.Project
	for _, s := range j.sites {
		keys := s.Default
		if s.Owners != nil {
			keys = s.Owners[strings.ToLower(owner)]
		}
		for _, key := range keys {
			all = append(all, incident.Project{Site: s.key, URL: s.URL, Key: key, Public: s.Public, Internal: s.Internal, Lag: s.Lag})
		}
	}
	return all
}

// site finds one by its name. What is not there was taken out of the
// configuration while tickets at it are still known.
func (j *Jira) site(key incident.Repo) (*site, error) {
	if s := j.byKey[key]; s != nil {
		return s, nil
	}
	return nil, &incident.Blocked{
		Whole: true,
		Text: fmt.Sprintf("The Jira site `%s` is not in the server's configuration any more. "+
			"Whoever runs Hindsight can put it back, so that its tickets are followed again.", key.Address()),
	}
}

// projects are the keys of all that anybody may use at the site, sorted.
func (s *site) projects() []string {
	keys := slices.Clone(s.Default)
	for list := range maps.Values(s.Owners) {
		keys = append(keys, list...)
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// projectOf is how tickets are written there.
func (s *site) projectOf(key string) Project { return s.Projects[key] }

// parseURL takes an address that a token may be sent to.
func parseURL(address string) (*url.URL, error) {
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return nil, errors.New("the address of a Jira site can't be read: write it as https://acme.atlassian.net")
	case u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return nil, fmt.Errorf("%q is no Jira site's address: write it as https://acme.atlassian.net", u.Redacted())
	case u.Scheme == "https" || u.Scheme == "http" && loopback(u.Hostname()):
		return u, nil
	}
	return nil, fmt.Errorf("the Jira site %s is not reached by https: the token would be readable on the way", u.Redacted())
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// numbered is the site of a ticket, and Jira's id for the ticket.
func (j *Jira) numbered(key incident.Key) (*site, string, error) {
	s, err := j.site(key.Repo)
	if err != nil {
		return nil, "", err
	}
	if key.Number <= 0 {
		return nil, "", &incident.Missing{What: key.String()}
	}
	return s, fmt.Sprint(key.Number), nil
}
