package playground

import (
	"crypto/sha256"
	"fmt"
)

// pullJSON is a pull request in webhooks. There is no code behind one: each
// has one commit, from a branch that is named after its number.
func (g *GitHub) pullJSON(r *repository, i *issue) object {
	o := g.issueJSON(r, i)
	for _, name := range []string{"pull_request", "state_reason", "sub_issues_summary", "performed_via_github_app", "reactions"} {
		delete(o, name)
	}
	page, merged := g.issuePage(r, i), !i.MergedAt.IsZero()
	o = o.with(g.pullLinks(r, i)).with(object{
		"html_url": page, "diff_url": page + ".diff", "patch_url": page + ".patch",
		"head": g.branchJSON(r, i, fmt.Sprintf("change-%d", i.Number)), "base": g.branchJSON(r, i, "main"),
		"merged": merged, "merged_at": moment(i.MergedAt), "merged_by": nil, "merge_commit_sha": nil,
		"mergeable": nil, "rebaseable": nil, "mergeable_state": "unknown", "auto_merge": nil, "maintainer_can_modify": false,
		"requested_reviewers": []object{}, "requested_teams": []object{},
		"commits": 1, "additions": 1, "deletions": 1, "changed_files": 1, "review_comments": 0,
	})
	if merged {
		o["merged_by"], o["merge_commit_sha"] = g.userOrNull(i.ClosedBy), commitOf(i.ID, "merge")
	}
	return o
}

func (g *GitHub) pullLinks(r *repository, i *issue) object {
	api, issue := g.apiURL("/repos/%s/pulls/%d", r.FullName(), i.Number), g.apiURL("/repos/%s/issues/%d", r.FullName(), i.Number)
	statuses := g.apiURL("/repos/%s/statuses/%s", r.FullName(), commitOf(i.ID, "head"))
	link := func(to string) object { return object{"href": to} }
	return object{
		"url": api, "issue_url": issue, "comments_url": issue + "/comments", "commits_url": api + "/commits",
		"review_comments_url": api + "/comments", "statuses_url": statuses,
		"review_comment_url": g.apiURL("/repos/%s/pulls/comments{/number}", r.FullName()),
		"_links": object{
			"self": link(api), "html": link(g.issuePage(r, i)), "issue": link(issue), "comments": link(issue + "/comments"),
			"commits": link(api + "/commits"), "statuses": link(statuses), "review_comments": link(api + "/comments"),
			"review_comment": link(g.apiURL("/repos/%s/pulls/comments{/number}", r.FullName())),
		},
	}
}

func (g *GitHub) branchJSON(r *repository, i *issue, name string) object {
	return object{
		"label": r.Owner + ":" + name, "ref": name, "sha": commitOf(i.ID, name),
		"user": g.userJSON(*g.user(r.Owner)), "repo": g.repoJSON(r),
	}
}

// commitOf makes up a commit, as long as git's names of one.
func commitOf(id int64, of string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %s", id, of))
	return fmt.Sprintf("%x", sum[:20])
}
