package config

import (
	"regexp"
	"strings"

	"hindsight/internal/incident"
)

const (
	ownerPattern = `[A-Za-z0-9][A-Za-z0-9_-]{0,99}`
	namePattern  = `[A-Za-z0-9._-]{1,100}`
)

// repository is one by its full name. Whether it is there, and whose it is, a
// file can't tell.
func repository() word[incident.Repo] {
	form := regexp.MustCompile(`^` + ownerPattern + `/` + namePattern + `$`)
	return word[incident.Repo]{
		holds:  "a repository, as `owner/name`",
		schema: schema{"type": "string", "pattern": `^\s*` + ownerPattern + `/` + namePattern + `\s*$`},
		show:   func(r incident.Repo) string { return string(r) },
		parse: func(written string) (incident.Repo, string) {
			return asRepo(written), wrongRepo(form, written, "acme/postmortems")
		},
	}
}

// writer is a repository, or all of an owner's.
func writer() word[string] {
	form := regexp.MustCompile(`^` + ownerPattern + `/(` + namePattern + `|\*)$`)
	return word[string]{
		holds:  "repositories, as `owner/name`, or `owner/*` for all of an owner's",
		schema: schema{"type": "string", "pattern": `^\s*` + ownerPattern + `/(` + namePattern + `|\*)\s*$`},
		show:   func(name string) string { return name },
		parse: func(written string) (string, string) {
			return string(asRepo(written)), wrongRepo(form, written, "acme/shop, or acme/* for all of acme's")
		},
	}
}

func asRepo(written string) incident.Repo {
	owner, name, _ := strings.Cut(written, "/")
	return incident.NewRepo(owner, name)
}

// wrongRepo is what is wrong with a repository's name; like shows a right one.
func wrongRepo(form *regexp.Regexp, written, like string) string {
	_, name, _ := strings.Cut(written, "/")
	switch {
	case !form.MatchString(written) || name == "." || name == "..":
		return quote(written) + " names no repository: write one like " + like
	case strings.HasSuffix(strings.ToLower(name), ".wiki"), strings.HasSuffix(strings.ToLower(name), ".git"):
		return quote(written) + " is an address that git uses: write the repository's name alone, like " + like
	}
	return ""
}
