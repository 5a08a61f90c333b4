package config

import (
	"net/mail"
	"slices"
	"strings"
	"time"

	"hindsight/internal/incident"
)

// JiraSite is a Jira site, and what the operator lets whom do there. Nothing
// that a repository says changes it.
type JiraSite struct {
	URL string // as people open it, without a slash at its end
	// Email is that of the account whose token it is, for Cloud; "" for Data
	// Center, where the token alone says whose it is.
	Email string
	Token Secret
	// WebhookSecrets are what the site may sign with, the current one first;
	// none where it sends nothing, and the sweep alone finds what has changed.
	WebhookSecrets []Secret
	// Public is true where everybody can read the site, and Internal where
	// everybody in the enterprise can: those who can read its internal
	// repositories. Not both are.
	Public, Internal bool
	// SearchLag is how long the site's search may not show what has just been
	// written.
	SearchLag time.Duration
	// Owners are, by login in lower case, the keys of the projects that an
	// account's repositories may use, the default first. At least one, or nil
	// where everybody who is served may use those of Default.
	Owners  map[string][]string
	Default []string
	// People are, by GitHub login in lower case, who that is in Jira: an account
	// id, on Data Center a user name, or an e-mail address.
	People map[string]string
	// Dropped are more names of resolutions or statuses that mean that a ticket
	// was given up, as written.
	Dropped []string
	// Projects are the settings of those that have any, by key.
	Projects map[string]JiraProject
}

// JiraProject is how tickets of a project are to be. The names are Jira's, as
// written; "" for none.
type JiraProject struct {
	Type  string // the issue type
	Types map[incident.ItemType]string
	// Priorities count by the item's, and Severities by the incident's where the
	// item has none that is named.
	Priorities map[incident.Priority]string
	Severities map[incident.Severity]string
	Components []string
	// Fields are what goes into custom fields, by their id ("customfield_10010"):
	// what JSON can hold. In text [incident.Placeholders] are to be filled in.
	Fields map[string]any
	Done   string // the status to close with, where there are several
}

// standardLag is how long the search of Jira Cloud is late at times.
const standardLag = 2 * time.Minute

// Site names it in keys.
func (s JiraSite) Site() incident.Repo {
	_, address, _ := strings.Cut(s.URL, "://")
	return incident.JiraSite(address)
}

// Secrets are the webhook's, as package webhooks takes them.
func (s JiraSite) Secrets() [][]byte {
	var all [][]byte
	for _, secret := range s.WebhookSecrets {
		all = append(all, []byte(secret.Reveal()))
	}
	return all
}

const (
	jiraURL     = "HINDSIGHT_JIRA_URL"
	jiraFile    = "HINDSIGHT_JIRA_FILE"
	jiraProject = "HINDSIGHT_JIRA_PROJECT"
	jiraSecret  = "HINDSIGHT_JIRA_WEBHOOK_SECRET"
)

// resolve gives the sites of the file, or the one that the environment
// describes; none if neither does. The owners are those that are served.
func (j Jira) resolve(owners []string) ([]JiraSite, error) {
	set := j.set()
	switch {
	case j.File != "" && set != "":
		return nil, wrong(jiraFile, "and %s are both set: describe all sites in the file, and unset the variable", set)
	case j.File != "":
		return readSites(j.File)
	case set == "":
		return nil, nil
	case j.URL == "":
		return nil, wrong(set, "is set without %s: set it to the site's address, like https://acme.atlassian.net", jiraURL)
	}
	site, err := j.site(owners)
	if err != nil {
		return nil, err
	}
	return []JiraSite{site}, nil
}

// set is the first variable of the one site that is set, "" if none is.
func (j Jira) set() string {
	for _, v := range []struct {
		name string
		set  bool
	}{
		{jiraURL, j.URL != ""},
		{"HINDSIGHT_JIRA_EMAIL", j.Email != ""},
		{"HINDSIGHT_JIRA_TOKEN", !j.Token.IsZero()},
		{"HINDSIGHT_JIRA_TOKEN_FILE", j.TokenFile != ""},
		{jiraProject, j.Project != ""},
	} {
		if v.set {
			return v.name
		}
	}
	return ""
}

// site is the one that the environment describes. Where everybody's
// installation is served it is refused: anybody could write there.
func (j Jira) site(owners []string) (JiraSite, error) {
	site := JiraSite{Email: strings.TrimSpace(j.Email), SearchLag: standardLag}
	var problem string
	if site.URL, problem = siteURL(j.URL); problem != "" {
		return JiraSite{}, wrong(jiraURL, "%s", problem)
	}
	if problem = wrongEmail(site.URL, site.Email); problem != "" {
		return JiraSite{}, wrong("HINDSIGHT_JIRA_EMAIL", "%s", problem)
	}
	var err error
	if site.Token, err = secret("HINDSIGHT_JIRA_TOKEN", j.Token, j.TokenFile); err != nil {
		return JiraSite{}, err
	}
	if site.Token.IsZero() {
		return JiraSite{}, wrong("HINDSIGHT_JIRA_TOKEN", "is not set: set it, or HINDSIGHT_JIRA_TOKEN_FILE, to an API token of the account, on Data Center to a personal access token")
	}
	projects, problem := projectList(j.Project)
	switch {
	case problem != "":
		return JiraSite{}, wrong(jiraProject, "%s", problem)
	case slices.Contains(owners, "*"):
		return JiraSite{}, wrong(jiraURL, "and HINDSIGHT_ALLOWED_OWNERS=* would let everybody write to this site: name the accounts, or say in %s who may use which projects", jiraFile)
	case len(owners) == 0: // the App's owner alone is served, and not known yet
		site.Default = projects
		return site, nil
	}
	site.Owners = map[string][]string{}
	for _, owner := range owners {
		site.Owners[strings.ToLower(owner)] = projects
	}
	return site, nil
}

// projectList are keys with commas between them.
func projectList(text string) (keys []string, problem string) {
	for written := range strings.SplitSeq(text, ",") {
		if written = strings.TrimSpace(written); written == "" {
			continue
		}
		key, problem := discreet(projectKey()).parse(written)
		switch {
		case problem != "":
			return nil, "holds what can't be used: " + problem
		case slices.Contains(keys, key):
			return nil, "names " + key + " twice: keep one"
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return nil, "is not set: set it to the key of the project that tickets are opened in, like OPS; several with commas between them, the default first"
	}
	return keys, ""
}

// Resolve adds the secrets of the one site that the environment describes to
// the sites that [App.Resolve] has found, and checks that they go together.
func (h JiraHook) Resolve(j Jira, sites []JiraSite) ([]JiraSite, error) {
	secrets, err := secretsOf(jiraSecret, h.WebhookSecret, h.WebhookSecretFile)
	switch {
	case err != nil || len(secrets) == 0:
		return sites, err
	case j.File != "":
		return nil, wrong(named(jiraSecret, h.WebhookSecretFile), "and %s are both set: write each site's secret in the file", jiraFile)
	case len(sites) == 0:
		return nil, wrong(named(jiraSecret, h.WebhookSecretFile), "is set without %s: set that too, or unset this", jiraURL)
	}
	one := sites[0]
	one.WebhookSecrets = secrets
	return []JiraSite{one}, nil
}

// longestAddress leaves room for a delivery's id beside it.
const longestAddress = 128

// siteURL is without a slash at its end. Neither it nor the problem, a sentence
// without its subject, repeats what may be a password.
func siteURL(text string) (address, problem string) {
	u, err := absolute(jiraURL, strings.TrimSpace(text))
	if err != nil {
		return "", err.(*SettingError).Problem //nolint:errorlint,forcetypeassert // absolute returns no other
	}
	if u.Scheme == "http" && !loopback(u.Hostname()) {
		return "", "is an address with http, where the token would travel unencrypted: use https"
	}
	if port := u.Port(); (u.Scheme == "https" && port == "443") || (u.Scheme == "http" && port == "80") {
		u.Host = strings.TrimSuffix(u.Host, ":"+port)
	}
	u.Host = strings.ToLower(u.Host)
	address = strings.TrimRight(u.JoinPath().String(), "/")
	if len(address) > longestAddress || !incident.SiteChecked(JiraSite{URL: address}.Site()) {
		return "", "is no address of a Jira site, which has letters, digits, hyphens and dots, and after a slash _ and ~ too: write it like https://acme.atlassian.net"
	}
	return address, ""
}

// wrongEmail is what is wrong with the account's address; "" belongs to Data
// Center.
func wrongEmail(site, email string) (problem string) {
	if email == "" {
		if strings.HasSuffix(site, ".atlassian.net") {
			return "is not set, and " + site + " is Jira Cloud: set it to the e-mail address of the account whose token it is"
		}
		return ""
	}
	if !isEmail(email) {
		return "is no e-mail address: write the one of the account whose token it is, and none for Data Center"
	}
	return ""
}

func isEmail(text string) bool {
	parsed, err := mail.ParseAddress(text)
	return err == nil && parsed.Address == text
}
