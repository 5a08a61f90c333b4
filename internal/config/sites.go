package config

import (
	"cmp"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// What a file of sites may hold.
const (
	mostSites  = 50
	mostPeople = 2000
	mostNames  = 200 // in any other list
)

// readSites reads the operator's file. Secrets are in it, so that no error
// repeats a value that may be one.
func readSites(file string) ([]JiraSite, error) {
	data, err := readFile(file, siteLimits().bytes)
	if err != nil {
		return nil, &SettingError{Variable: jiraFile, Problem: "names a file that can't be read", Err: unnamed(file, err)}
	}
	r := sitesReader{dir: filepath.Dir(file), owned: map[[2]string]string{}, signs: map[string]string{}}
	root, problem := parseTree(data, siteLimits())
	if problem == nil {
		problem = r.all(root)
	}
	if problem != nil {
		problem.File = file
		return nil, &SettingError{Variable: jiraFile, Problem: "names a file that can't be used", Err: problem}
	}
	return r.sites, nil
}

func siteLimits() limits { return limits{bytes: 256 << 10, entries: 16 << 10, secret: true} }

// sitesReader reads site after site, and holds each against those before it.
type sitesReader struct {
	dir   string // that files are relative to
	sites []JiraSite
	owned map[[2]string]string // by owner and project, the site
	signs map[string]string    // by webhook secret, the site
}

func (r *sitesReader) all(root ast.Node) *RepositoryError {
	err := readKeys(root, "the file", map[string]reader{
		"sites": func(n ast.Node) *RepositoryError { return items(n, mostSites, r.site) },
	})
	if err == nil && len(r.sites) == 0 {
		err = at(nil, "there are no sites: list them below sites, or unset %s", jiraFile)
	}
	return err
}

// site reads one. What must not be missing, and what depends on several of
// its keys, is complained of where the site begins.
func (r *sitesReader) site(n ast.Node) *RepositoryError {
	s := siteReader{dir: r.dir, site: JiraSite{SearchLag: standardLag}}
	if err := s.read(n); err != nil {
		return err
	}
	if err := s.whole(n); err != nil {
		return err
	}
	if err := r.beside(s, n); err != nil {
		return err
	}
	r.sites = append(r.sites, s.site)
	return nil
}

// beside refuses what two sites can't share.
func (r *sitesReader) beside(s siteReader, n ast.Node) *RepositoryError {
	name := s.site.Site().Address()
	for _, other := range r.sites {
		if other.Site() == s.site.Site() {
			return at(start(find(n, "url")), "%s is there twice: keep one", name)
		}
	}
	for _, secret := range s.site.WebhookSecrets {
		if other := r.signs[secret.Reveal()]; other != "" && other != name {
			return at(start(n), "%s has a webhook secret of %s, and which of them sent something could not be told: give each its own", name, other)
		}
		r.signs[secret.Reveal()] = name
	}
	for _, owner := range slices.Sorted(maps.Keys(s.site.Owners)) {
		for _, key := range s.site.Owners[owner] {
			if other, there := r.owned[[2]string{owner, key}]; there {
				return at(start(find(n, "owners")), "%s has a project %s at %s too, and \"in %s\" would say too little: leave one out", owner, key, other, key)
			}
			r.owned[[2]string{owner, key}] = name
		}
	}
	return nil
}

// siteReader reads one site.
type siteReader struct {
	dir  string
	site JiraSite
	// The two ways to give a secret.
	token, tokenFile     Secret
	secrets, secretsFile []Secret
}

func (s *siteReader) read(n ast.Node) *RepositoryError {
	return readKeys(n, "a site", map[string]reader{
		"url":                 into(&s.site.URL, scalar(siteAddress())),
		"email":               into(&s.site.Email, scalar(email())),
		"token":               secretInto(&s.token),
		"token_file":          s.fileInto(&s.tokenFile),
		"webhook_secrets":     s.webhookSecrets,
		"webhook_secret_file": s.webhookFile,
		"public":              into(&s.site.Public, scalar(yesOrNo())),
		"internal":            into(&s.site.Internal, scalar(yesOrNo())),
		"search_lag":          into(&s.site.SearchLag, scalar(discreet(lag()))),
		"owners":              into(&s.site.Owners, byKey(discreet(discreet(account())), list(discreet(discreet(projectKey())), mostNames), mostNames)),
		"people":              into(&s.site.People, byKey(discreet(discreet(account())), scalar(discreet(person())), mostPeople)),
		"dropped":             into(&s.site.Dropped, list(name(), mostNames)),
		"projects":            into(&s.site.Projects, byKey(discreet(discreet(projectKey())), project(), mostNames)),
	})
}

// whole is what is missing, or doesn't go together.
func (s *siteReader) whole(n ast.Node) *RepositoryError {
	place := start(n)
	switch {
	case s.site.URL == "":
		return at(place, "a site needs its url, like https://acme.atlassian.net")
	case !s.token.IsZero() && !s.tokenFile.IsZero():
		return at(place, "token and token_file are both there: keep one")
	case s.token.IsZero() && s.tokenFile.IsZero():
		return at(place, "a site needs a token or a token_file: an API token of the account, on Data Center a personal access token")
	case len(s.secrets) > 0 && len(s.secretsFile) > 0:
		return at(place, "webhook_secrets and webhook_secret_file are both there: keep one")
	case s.site.Public && s.site.Internal:
		return at(place, "public and internal are both true: keep the one that says who can read the site")
	}
	if problem := wrongEmail(s.site.URL, s.site.Email); problem != "" {
		return at(place, "the email %s", problem)
	}
	s.site.Token = s.token
	if s.token.IsZero() {
		s.site.Token = s.tokenFile
	}
	s.site.WebhookSecrets = slices.Concat(s.secrets, s.secretsFile)
	if problem := s.wrongOwners(); problem != "" {
		return at(start(cmp.Or(find(n, "owners"), n)), "%s", problem)
	}
	if key := s.unused(); key != "" {
		return at(start(find(n, "projects."+key)), "no owner may use the project %s: name it under owners, or remove this", key)
	}
	return nil
}

func (s *siteReader) wrongOwners() (problem string) {
	if len(s.site.Owners) == 0 {
		return "nobody may use the site: name the accounts under owners, and the projects of each"
	}
	for _, owner := range slices.Sorted(maps.Keys(s.site.Owners)) {
		keys := s.site.Owners[owner]
		if len(keys) == 0 {
			return owner + " has no project: list the keys, the default first"
		}
		if twice := repeated(keys); twice != "" {
			return owner + " has the project " + twice + " twice: keep one"
		}
	}
	return ""
}

// repeated is the first that is there twice, or "".
func repeated(keys []string) string {
	for i, key := range keys {
		if slices.Contains(keys[:i], key) {
			return key
		}
	}
	return ""
}

// unused is a project with settings that nobody may use, or "": its key is
// likely a slip.
func (s *siteReader) unused() string {
	for _, key := range slices.Sorted(maps.Keys(s.site.Projects)) {
		if !slices.Contains(slices.Concat(slices.Collect(maps.Values(s.site.Owners))...), key) {
			return key
		}
	}
	return ""
}

// webhookSecrets are a list, or one alone.
func (s *siteReader) webhookSecrets(n ast.Node) *RepositoryError {
	return items(n, mostNames, func(n ast.Node) *RepositoryError {
		var one Secret
		if err := secretInto(&one)(n); err != nil {
			return err
		}
		secrets, problem := splitSecrets(one)
		if problem != "" {
			return at(n.GetToken(), "this %s", problem)
		}
		if s.secrets = append(s.secrets, secrets...); len(s.secrets) > mostSecrets {
			return at(n.GetToken(), "the list %s", tooManySecrets())
		}
		return nil
	})
}

func (s *siteReader) webhookFile(n ast.Node) *RepositoryError {
	var all Secret
	if err := s.fileInto(&all)(n); err != nil {
		return err
	}
	secrets, problem := splitSecrets(all)
	if problem != "" {
		return at(n.GetToken(), "the file %s", problem)
	}
	s.secretsFile = secrets
	return nil
}

// secretInto takes a secret that stands in the file itself.
func secretInto(into *Secret) reader {
	return func(n ast.Node) *RepositoryError {
		written, err := text(n)
		if err != nil {
			return err
		}
		if written = strings.TrimSpace(written); written == "" {
			return at(n.GetToken(), "this is empty: write the secret, or name a file that holds it")
		}
		*into = NewSecret(written)
		return nil
	}
}

// fileInto reads the file that is named.
func (s *siteReader) fileInto(into *Secret) reader {
	return func(n ast.Node) *RepositoryError {
		file, err := text(n)
		if err != nil {
			return err
		}
		read, problem := secretFile(s.dir, file)
		if problem != "" {
			return at(n.GetToken(), "this %s", problem)
		}
		*into = read
		return nil
	}
}
