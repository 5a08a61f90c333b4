// Hindsight runs a team's incident post-mortems where the team already works:
// label an issue "incident", and the wiki has a page, the follow-ups are open,
// and one comment tracks them until all is done.
//
// This is the tour of the code, from the bottom up. Every package says more in
// its own comment.
//
// [hindsight/internal/incident] holds the rules. A World says what is out
// there, a Policy what the team wants; Decide answers with the effects that
// are missing. It is pure: no clock, no network, no imports but the standard
// library's. Whoever changes what Hindsight does begins here.
//
// [hindsight/internal/markdown] reads what people write (checklists, commands)
// and makes what Hindsight writes safe (neutral text, hidden markers).
// [hindsight/templates] holds every text, one method each, and both sides of
// the markers by which Hindsight knows its texts again.
//
// [hindsight/internal/reconcile] goes round: observe, decide, carry out,
// observe again, until the plan is empty. It names the few small interfaces it
// needs, and four packages fill them, which never see each other:
// [hindsight/internal/github] for issues and comments,
// [hindsight/internal/wiki] for pages, over git,
// [hindsight/internal/jira] for tickets, and
// [hindsight/internal/store] for what is remembered, on SQLite or PostgreSQL.
//
// [hindsight/internal/workset] is the durable set of issues and tickets that
// want a look, and the workers that lease them one by one.
// [hindsight/webhooks] is the edge: it verifies a delivery and reduces it to
// one name, which goes into that set before GitHub, or Jira, is told that it
// arrived. [hindsight/internal/server] puts it behind HTTP, with health and
// metrics. [hindsight/internal/config] reads the settings of the server, of its
// Jira sites and of a repository.
//
// [hindsight/internal/playground] is a stand-in for GitHub, held to GitHub's
// own description of its API, and [hindsight/internal/playground/jira] one for
// Jira; the demo and the end-to-end tests run on them. What goes wrong on the
// way to and from both is in [hindsight/internal/playground/wire].
//
// This package wires them together, in app.go, and has a file for each
// command. Nothing else sees everything; a test holds that.
//
// So a label's way is: signed request, webhooks, one transaction in store,
// 202; a worker leases the name, reconcile observes through github, incident
// decides, and github, wiki and jira carry out, each effect recorded before
// the next. The sweep, which finds what no webhook told, and the commands plan
// and sweep come in at the same place.
package main
