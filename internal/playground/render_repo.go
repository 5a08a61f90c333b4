package playground

import (
	"net/url"
	"strings"
)

// escape makes text fit into one segment of a path.
func escape(s string) string { return strings.ReplaceAll(url.PathEscape(s), "+", "%2B") }

// addresses of a repository's parts, after its own.
const addresses = `archive_url /{archive_format}{/ref}
assignees_url /assignees{/user}
blobs_url /git/blobs{/sha}
branches_url /branches{/branch}
collaborators_url /collaborators{/collaborator}
comments_url /comments{/number}
commits_url /commits{/sha}
compare_url /compare/{base}...{head}
contents_url /contents/{+path}
contributors_url /contributors
deployments_url /deployments
downloads_url /downloads
events_url /events
forks_url /forks
git_commits_url /git/commits{/sha}
git_refs_url /git/refs{/sha}
git_tags_url /git/tags{/sha}
hooks_url /hooks
issue_comment_url /issues/comments{/number}
issue_events_url /issues/events{/number}
issues_url /issues{/number}
keys_url /keys{/key_id}
labels_url /labels{/name}
languages_url /languages
merges_url /merges
milestones_url /milestones{/number}
notifications_url /notifications{?since,all,participating}
pulls_url /pulls{/number}
releases_url /releases{/id}
stargazers_url /stargazers
statuses_url /statuses/{sha}
subscribers_url /subscribers
subscription_url /subscription
tags_url /tags
teams_url /teams
trees_url /git/trees{/sha}`

func (g *GitHub) repoJSON(r *repository) object {
	api, page := g.apiURL("/repos/%s", r.FullName()), g.url+"/"+r.FullName()
	visibility := "public"
	switch {
	case r.Internal:
		visibility = "internal"
	case r.Private:
		visibility = "private"
	}
	open := 0
	for _, i := range r.issues {
		if !i.Closed && i.here() {
			open++
		}
	}
	o := object{
		"id": r.ID, "node_id": nodeID("Repository", r.ID), "name": r.Name, "full_name": r.FullName(),
		"owner": g.userJSON(*g.user(r.Owner)), "private": r.Private, "visibility": visibility,
		"url": api, "html_url": page, "description": nil, "fork": false, "homepage": nil, "language": nil,
		"git_url": page + ".git", "ssh_url": page + ".git", "clone_url": page + ".git", "svn_url": page,
		"mirror_url": nil, "license": nil, "topics": []string{},
		"forks": 0, "forks_count": 0, "stargazers_count": 0, "watchers": 0, "watchers_count": 0,
		"size": 0, "default_branch": "main", "open_issues": open, "open_issues_count": open,
		"has_issues": true, "has_projects": false, "has_wiki": r.HasWiki, "has_pages": false,
		"has_downloads": false, "has_discussions": false, "is_template": false,
		"allow_forking": true, "web_commit_signoff_required": false,
		"archived": r.Archived, "disabled": false,
		"pushed_at": moment(r.PushedAt), "created_at": moment(r.CreatedAt), "updated_at": moment(r.UpdatedAt),
	}
	for line := range strings.Lines(addresses) {
		name, suffix, _ := strings.Cut(strings.TrimSpace(line), " ")
		o[name] = api + suffix
	}
	return o
}

// fullRepoJSON is for one repository alone.
func (g *GitHub) fullRepoJSON(r *repository) object {
	return g.repoJSON(r).with(object{"network_count": 0, "subscribers_count": 0})
}
