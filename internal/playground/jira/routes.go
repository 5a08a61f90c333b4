package jira

import "net/http"

// apiRoutes are the endpoints.
func apiRoutes() []route {
	const (
		get, post, put, del = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete

		project  = "/project/{project}"
		issue    = "/issue/{issue}"
		meta     = "/issue/createmeta"
		property = issue + "/properties/{key}"
		filter   = "/filter/{filter}"
		board    = "/agile/board"
	)
	cloud, dataCenter := Cloud, DataCenter
	return []route{
		{method: get, pattern: "/serverInfo", open: true, handle: getServerInfo},
		{method: get, pattern: "/myself", handle: getMyself},
		{method: get, pattern: "/mypermissions", handle: getMyPermissions},
		{method: get, pattern: "/user/search", handle: searchUsers},

		{method: get, pattern: "/field", handle: listFields},
		{method: get, pattern: "/priority", handle: listPriorities},
		{method: get, pattern: "/resolution", handle: listResolutions},
		{method: get, pattern: "/project", handle: listProjects},
		{method: get, pattern: "/project/search", only: &cloud, handle: searchProjects},
		{method: get, pattern: project, handle: getProject},
		{method: get, pattern: project + "/statuses", handle: listStatuses},

		{method: get, pattern: meta, only: &cloud, handle: oldCreateMeta},
		{method: get, pattern: meta + "/{project}/issuetypes", handle: listCreateTypes},
		{method: get, pattern: meta + "/{project}/issuetypes/{type}", handle: listCreateFields},

		{method: post, pattern: "/issue", handle: createIssue},
		{method: get, pattern: issue, handle: getIssue},
		{method: put, pattern: issue, handle: editIssue},
		{method: del, pattern: issue, handle: deleteIssue},
		{method: get, pattern: issue + "/editmeta", handle: getEditMeta},
		{method: get, pattern: issue + "/transitions", handle: listTransitions},
		{method: post, pattern: issue + "/transitions", handle: doTransition},
		{method: get, pattern: issue + "/comment", handle: listComments},
		{method: post, pattern: issue + "/comment", handle: addComment},
		{method: get, pattern: issue + "/remotelink", handle: listRemoteLinks},
		{method: post, pattern: issue + "/remotelink", handle: putRemoteLink},
		{method: get, pattern: issue + "/properties", handle: listProperties},
		{method: get, pattern: property, handle: getProperty},
		{method: put, pattern: property, handle: putProperty},
		{method: post, pattern: "/issueLink", handle: linkIssues},
		{method: get, pattern: "/issueLinkType", handle: listLinkTypes},

		{method: get, pattern: "/search", only: &cloud, handle: removedSearch},
		{method: post, pattern: "/search", only: &cloud, handle: removedSearch},
		{method: get, pattern: "/search/jql", only: &cloud, handle: searchJQL},
		{method: post, pattern: "/search/jql", only: &cloud, handle: searchJQL},
		{method: get, pattern: "/search", only: &dataCenter, handle: search},
		{method: post, pattern: "/search", only: &dataCenter, handle: search},

		{method: post, pattern: "/filter", handle: createFilter},
		{method: get, pattern: "/filter/favourite", handle: favouriteFilters},
		{method: get, pattern: filter, handle: getFilter},
		{method: put, pattern: filter, handle: editFilter},
		{method: post, pattern: filter + "/permission", handle: shareFilter},
		{method: get, pattern: board, handle: listBoards},
		{method: post, pattern: board, handle: createBoard},
		{method: get, pattern: board + "/{board}", handle: getBoard},
		{method: get, pattern: board + "/{board}/configuration", handle: getBoardConfiguration},
	}
}
