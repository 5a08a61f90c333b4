// Package playground is a stand-in for GitHub: its REST API, its webhooks and
// its wikis, over HTTP, honest enough to be developed and demonstrated
// against.
//
// One [GitHub] holds accounts, repositories, issues, releases and deployments in
// memory and wikis as bare git repositories on disk. An app reaches it as it would reach GitHub
// Enterprise Server: the API under /api/v3/, of the GraphQL API under
// /api/graphql the history of edits, wikis under /OWNER/REPO.wiki.git behind
// git's own http-backend, and signed webhooks that come to it. People act
// through [GitHub.As], and every change, theirs or the app's, sends the
// webhooks that GitHub would send.
//
// Honest means that it refuses what GitHub refuses: tokens that are expired or
// lack a permission, bodies that are too long, writing too fast, a wiki that
// has no first page. Where GitHub's behaviour is not confirmed it takes the
// stricter reading. Where real life is unkind, [GitHub.SetFault] and
// [GitHub.SetDeliveryFault] make it so on demand: slow, cut off before or
// after the effect, deliveries lost, doubled or late.
//
// Of the project it imports nothing but package wire, where the faults are that
// it shares with the stand-in for Jira, and it shares no memory with the app.
// Package contract holds what it says to GitHub's own OpenAPI description.
package playground
