package playground

import "net/http"

// apiRoutes are the endpoints, with the permissions that GitHub's page
// "Permissions required for GitHub Apps" names.
func apiRoutes() []route {
	const (
		get, post, patch, del = http.MethodGet, http.MethodPost, http.MethodPatch, http.MethodDelete

		repo     = "/repos/{owner}/{repo}"
		issue    = repo + "/issues/{issue_number}"
		comment  = repo + "/issues/comments/{comment_id}"
		delivery = "/app/hook/deliveries/{delivery_id}"

		app                   = "app"
		metadata              = "metadata:read"
		contents              = "contents:read"
		deployments           = "deployments:read"
		readIssue, writeIssue = "issues:read", "issues:write"
	)
	return []route{
		{method: get, pattern: "/app", needs: app, handle: getApp},
		{method: get, pattern: "/app/installations", needs: app, handle: listInstallations},
		{method: get, pattern: repo + "/installation", needs: app, handle: getRepoInstallation},
		{method: post, pattern: "/app/installations/{installation_id}/access_tokens", needs: app, handle: createToken},
		{method: get, pattern: "/app/hook/deliveries", needs: app, handle: listDeliveries},
		{method: get, pattern: delivery, needs: app, handle: getDelivery},
		{method: post, pattern: delivery + "/attempts", needs: app, handle: redeliver},

		{method: post, pattern: graphqlPath, handle: answerQuery},
		{method: get, pattern: "/rate_limit", handle: getRateLimit},
		{method: get, pattern: "/installation/repositories", handle: listRepos},
		{method: get, pattern: repo, needs: metadata, handle: getRepo},
		{method: get, pattern: repo + "/contents/{path}", needs: contents, handle: getContents},
		{method: get, pattern: repo + "/collaborators", needs: metadata, handle: listCollaborators},
		{method: get, pattern: repo + "/collaborators/{username}/permission", needs: metadata, handle: getPermission},
		{method: get, pattern: repo + "/releases", needs: contents, handle: listReleases},
		{method: get, pattern: repo + "/deployments", needs: deployments, handle: listDeployments},
		{method: get, pattern: repo + "/deployments/{deployment_id}/statuses", needs: deployments, handle: listStatuses},

		{method: get, pattern: repo + "/labels", needs: readIssue, handle: listRepoLabels},
		{method: post, pattern: repo + "/labels", needs: writeIssue, creates: true, handle: createLabel},
		{method: get, pattern: repo + "/labels/{name}", needs: readIssue, handle: getLabel},
		{method: get, pattern: repo + "/assignees/{assignee}", needs: readIssue, handle: getAssignee},

		{method: get, pattern: repo + "/issues", needs: readIssue, handle: listIssues},
		{method: post, pattern: repo + "/issues", needs: writeIssue, creates: true, handle: createIssue},
		{method: get, pattern: issue, needs: readIssue, leads: true, handle: getIssue},
		{method: patch, pattern: issue, needs: writeIssue, leads: true, handle: updateIssue},
		{method: get, pattern: issue + "/events", needs: readIssue, handle: listEvents},
		{method: get, pattern: issue + "/timeline", needs: readIssue, handle: listTimeline},
		{method: get, pattern: issue + "/labels", needs: readIssue, leads: true, handle: listLabels},
		{method: post, pattern: issue + "/labels", needs: writeIssue, leads: true, handle: addLabels},
		{method: del, pattern: issue + "/labels/{name}", needs: writeIssue, leads: true, handle: removeLabel},
		{method: post, pattern: issue + "/reactions", needs: writeIssue, handle: reactToIssue},

		{method: get, pattern: issue + "/comments", needs: readIssue, handle: listComments},
		{method: post, pattern: issue + "/comments", needs: writeIssue, creates: true, handle: createComment},
		{method: get, pattern: repo + "/issues/comments", needs: readIssue, handle: listRepoComments},
		{method: get, pattern: comment, needs: readIssue, handle: getComment},
		{method: patch, pattern: comment, needs: writeIssue, handle: updateComment},
		{method: del, pattern: comment, needs: writeIssue, handle: deleteComment},
		{method: post, pattern: comment + "/reactions", needs: writeIssue, handle: reactToComment},

		{method: get, pattern: issue + "/sub_issues", needs: readIssue, handle: listSubIssues},
		{method: post, pattern: issue + "/sub_issues", needs: writeIssue, creates: true, handle: addSubIssue},
		{method: del, pattern: issue + "/sub_issue", needs: writeIssue, handle: removeSubIssue},
		{method: get, pattern: issue + "/parent", needs: readIssue, leads: true, handle: getParent},
	}
}
