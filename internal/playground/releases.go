package playground

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Release is a release as it was at one moment.
type Release struct {
	ID          int64
	Tag         string
	Name, Body  string
	Author      User
	Draft       bool // only who may write sees it
	Prerelease  bool
	CreatedAt   time.Time
	PublishedAt time.Time // zero for a draft
}

// NewRelease is a release that is to be made.
type NewRelease struct {
	Tag, Name, Body   string
	Draft, Prerelease bool
}

// Release makes a release, and publishes it unless it is to be a draft.
func (p Person) Release(repo string, n NewRelease) (int64, error) {
	var id int64
	err := p.in(repo, Write, "release "+n.Tag, func(by actor, r *repository) error {
		rel, err := p.g.release(by, r, n)
		if err == nil {
			id = rel.ID
		}
		return err
	})
	return id, err
}

// PublishRelease publishes a draft.
func (p Person) PublishRelease(repo string, id int64) error {
	return p.in(repo, Write, "publish a release", func(by actor, r *repository) error {
		at := slices.IndexFunc(r.releases, func(rel *Release) bool { return rel.ID == id })
		if at < 0 {
			return notFound()
		}
		if r.releases[at].Draft {
			p.g.publish(by, r, r.releases[at])
		}
		return nil
	})
}

// Releases are a repository's releases and drafts, the newest first.
func (g *GitHub) Releases(repo string) []Release {
	g.mu.Lock()
	defer g.mu.Unlock()
	r, err := g.find(repo)
	if err != nil {
		return nil
	}
	var all []Release
	for _, rel := range slices.Backward(r.releases) {
		all = append(all, *rel)
	}
	return all
}

func (g *GitHub) release(by actor, r *repository, n NewRelease) (*Release, error) {
	switch {
	case strings.TrimSpace(n.Tag) == "":
		return nil, invalid("Release", "tag_name", "missing_field", "")
	case strings.ContainsAny(n.Tag, " ~^:?*[\\") || strings.Contains(n.Tag, ".."): // git's own rules for names
		return nil, invalid("Release", "tag_name", "custom", "tag_name is not well-formed")
	case slices.ContainsFunc(r.releases, func(o *Release) bool { return o.Tag == n.Tag }):
		return nil, invalid("Release", "tag_name", "already_exists", "")
	}
	rel := &Release{
		ID: g.newID(), Tag: n.Tag, Name: n.Name, Body: n.Body, Author: by.user,
		Draft: n.Draft, Prerelease: n.Prerelease, CreatedAt: g.now(),
	}
	if !n.Draft {
		rel.PublishedAt = rel.CreatedAt
	}
	r.releases = append(r.releases, rel)
	g.emitRelease(by, r, rel, "created")
	if !n.Draft {
		g.publish(by, r, rel)
	}
	return rel, nil
}

// publish tells of a release twice: that it is out, and which kind it is.
func (g *GitHub) publish(by actor, r *repository, rel *Release) {
	rel.Draft, rel.PublishedAt = false, g.now()
	g.emitRelease(by, r, rel, "published")
	kind := "released"
	if rel.Prerelease {
		kind = "prereleased"
	}
	g.emitRelease(by, r, rel, kind)
}

func (g *GitHub) emitRelease(by actor, r *repository, rel *Release, action string) {
	g.emit(by, r, "release", action, object{"release": g.releaseJSON(r, rel)})
}

func (g *GitHub) releaseJSON(r *repository, rel *Release) object {
	api := g.apiURL("/repos/%s/releases/%d", r.FullName(), rel.ID)
	ball := g.apiURL("/repos/%s", r.FullName())
	return object{
		"id": rel.ID, "node_id": nodeID("Release", rel.ID), "url": api, "assets_url": api + "/assets",
		"upload_url":  fmt.Sprintf("%s/api/uploads/repos/%s/releases/%d/assets{?name,label}", g.url, r.FullName(), rel.ID),
		"html_url":    fmt.Sprintf("%s/%s/releases/tag/%s", g.url, r.FullName(), escape(rel.Tag)),
		"tarball_url": ball + "/tarball/" + escape(rel.Tag), "zipball_url": ball + "/zipball/" + escape(rel.Tag),
		"tag_name": rel.Tag, "target_commitish": "main", "name": textOrNull(rel.Name), "body": textOrNull(rel.Body),
		"draft": rel.Draft, "prerelease": rel.Prerelease, "immutable": false, "assets": []object{},
		"author": g.userJSON(rel.Author), "created_at": moment(rel.CreatedAt), "updated_at": moment(rel.CreatedAt),
		"published_at": moment(rel.PublishedAt),
	}
}

// listReleases shows drafts to nobody who may not write.
func listReleases(x *exchange) (reply, error) {
	writes := x.token.sees(x.repo) && x.token.may("contents", "write")
	var some []*Release
	for _, rel := range slices.Backward(x.repo.releases) {
		if writes || !rel.Draft {
			some = append(some, rel)
		}
	}
	return listed(x, some, func(rel *Release) object { return x.g.releaseJSON(x.repo, rel) })
}
