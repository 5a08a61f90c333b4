package playground

import (
	"crypto/sha1" //nolint:gosec // git names blobs by it
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"path"
	"slices"
	"strings"
)

func (g *GitHub) reposJSON(repos []*repository) []object {
	all := make([]object, 0, len(repos))
	for _, r := range repos {
		all = append(all, g.repoJSON(r))
	}
	return all
}

func getRepo(x *exchange) (reply, error) { return ok(x.g.fullRepoJSON(x.repo)) }

func listRepos(x *exchange) (reply, error) {
	all := x.g.sortedRepos(x.token.sees)
	selection := "all"
	if x.token.repos != nil || x.token.in.selected != nil {
		selection = "selected"
	}
	some, header := paged(x, all)
	rep, err := ok(object{
		"total_count": len(all), "repository_selection": selection, "repositories": x.g.reposJSON(some),
	})
	rep.header = header
	return rep, err
}

// getPermission folds the roles into the older four, as GitHub does, and
// names the real one beside it.
func getPermission(x *exchange) (reply, error) {
	u := x.g.users[strings.ToLower(x.vars["username"])]
	if u == nil {
		return reply{}, notFound()
	}
	role := x.repo.role(u.Login)
	permission := role.String()
	switch role {
	case Maintain:
		permission = Write.String()
	case Triage:
		permission = Read.String()
	case None, Read, Write, Admin:
	}
	return ok(object{"permission": permission, "role_name": role.String(), "user": x.g.roleJSON(x.repo, *u)})
}

// roleJSON is what somebody may do in a repository, beside who it is.
func (g *GitHub) roleJSON(r *repository, u User) object {
	role := r.role(u.Login)
	return g.userJSON(u).with(object{
		"role_name": role.String(),
		"permissions": object{
			"pull": role >= Read, "triage": role >= Triage, "push": role >= Write,
			"maintain": role >= Maintain, "admin": role >= Admin,
		},
	})
}

// listCollaborators are those who were given a role, whether as people or, on
// GitHub, by their organisation. It is nothing that strangers may ask, even of
// what is public.
func listCollaborators(x *exchange) (reply, error) {
	if !x.token.sees(x.repo) {
		return reply{}, refuse(http.StatusForbidden, "Resource not accessible by integration")
	}
	var all []User
	for _, login := range x.repo.collaborators() {
		if u := *x.g.user(login); u.Type == TypeUser {
			all = append(all, u)
		}
	}
	return listed(x, all, func(u User) object { return x.g.roleJSON(x.repo, u) })
}

func getContents(x *exchange) (reply, error) {
	name := strings.Trim(x.vars["path"], "/")
	if content, isFile := x.repo.files[name]; isFile {
		o := x.g.entryJSON(x.repo, name, "file", content)
		o["encoding"], o["content"] = "base64", wrapped(base64.StdEncoding.EncodeToString(content))
		return ok(o)
	}
	entries := map[string]object{}
	for file, content := range x.repo.files {
		rest, inside := strings.CutPrefix(file, name+"/")
		if name == "" {
			rest, inside = file, true
		}
		if !inside {
			continue
		}
		first, _, deeper := strings.Cut(rest, "/")
		if deeper {
			entries[first] = x.g.entryJSON(x.repo, path.Join(name, first), "dir", nil)
		} else {
			entries[first] = x.g.entryJSON(x.repo, file, "file", content)
		}
	}
	if len(entries) == 0 {
		return reply{}, notFound()
	}
	var all []object
	for _, key := range slices.Sorted(maps.Keys(entries)) {
		all = append(all, entries[key])
	}
	return ok(all)
}

func (g *GitHub) entryJSON(r *repository, file, kind string, content []byte) object {
	sum := sha1.Sum(fmt.Appendf(nil, "blob %d\x00%s", len(content), content)) //nolint:gosec // git names blobs by it
	sha := fmt.Sprintf("%x", sum)
	api := g.apiURL("/repos/%s/contents/%s?ref=main", r.FullName(), file)
	blob := g.apiURL("/repos/%s/git/blobs/%s", r.FullName(), sha)
	page := fmt.Sprintf("%s/%s/blob/main/%s", g.url, r.FullName(), file)
	return object{
		"type": kind, "name": path.Base(file), "path": file, "size": len(content), "sha": sha,
		"url": api, "git_url": blob, "html_url": page,
		"download_url": fmt.Sprintf("%s/%s/raw/main/%s", g.url, r.FullName(), file),
		"_links":       object{"self": api, "git": blob, "html": page},
	}
}

// wrapped breaks base64 into lines, as GitHub does: clients must cope.
func wrapped(s string) string {
	var b strings.Builder
	for chunk := range slices.Chunk([]byte(s), 60) {
		b.Write(chunk)
		b.WriteByte('\n')
	}
	return b.String()
}
