package config

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"hindsight/internal/incident"
)

const (
	ownerPattern = `[A-Za-z0-9][A-Za-z0-9_-]{0,99}`
	namePattern  = `[A-Za-z0-9._-]{1,100}`
	keyPattern   = `[A-Z][A-Z0-9_]{1,79}`
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

// projectKey is that of a project in Jira. Whether there is one, and who may
// use it, a file can't tell.
func projectKey() word[string] {
	form := regexp.MustCompile(`^` + keyPattern + `$`)
	return word[string]{
		holds:  "the key of a project in Jira",
		schema: schema{"type": "string", "pattern": `^\s*` + keyPattern + `\s*$`},
		show:   same,
		parse: func(written string) (string, string) {
			switch upper := strings.ToUpper(written); {
			case form.MatchString(written):
				return written, ""
			case form.MatchString(upper) && len(upper) <= mostShown:
				return "", quote(written) + " is no project's key, which is in capitals: write " + upper
			}
			return "", quote(written) + " is no project's key: write one like OPS"
		},
	}
}

// placeName is where a follow-up may go.
func placeName() word[string] {
	names := []string{incident.PlaceHere, incident.PlaceJira}
	return word[string]{
		holds: "`here`, `jira`, the key of a project in Jira, or a repository, as `owner/name`",
		schema: schema{
			"type": "string", "examples": names,
			"pattern": `^\s*([Hh][Ee][Rr][Ee]|[Jj][Ii][Rr][Aa]|` + keyPattern + `|` + ownerPattern + `/` + namePattern + `)\s*$`,
		},
		show: func(name string) string { return cmp.Or(name, incident.PlaceHere) },
		parse: func(written string) (string, string) {
			if name := strings.ToLower(written); slices.Contains(names, name) {
				return name, ""
			}
			if strings.Contains(written, "/") {
				repo, problem := repository().parse(written)
				return string(repo), problem
			}
			key, problem := projectKey().parse(written)
			if problem != "" {
				problem = quote(written) + " is no place: write here, jira, a project's key like OPS, or a repository like acme/shop"
			}
			return key, problem
		},
	}
}

func same(text string) string { return text }
