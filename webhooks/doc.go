// Package webhooks is the edge: it takes in what GitHub and Jira say, and lets
// nothing through but which issue or ticket may have changed.
//
// A delivery of GitHub's is a POST with the headers X-GitHub-Event, X-GitHub-Delivery and
// X-Hub-Signature-256, and a JSON object of 5 to 30 KB as its body (GitHub's
// limit is 25 MB). [New] checks it in the order in which a stranger learns
// least and costs least: the form of the signature, the size, the signature
// itself, and only then what it says. The shapes are those of
// https://docs.github.com/webhooks/webhook-events-and-payloads; the examples
// that the tests send are npm's @octokit/webhooks-examples.
//
// The body is not decoded. One walk over its top level picks out what
// [workset.Delivery] needs:
//
//	action                              "labeled"
//	installation.id                     which installation of the App
//	repository.full_name                "owner/name"
//	sender.login                        to know our own changes
//	issue, pull_request, parent_issue   .number and .labels[].name
//	comment                             .body, as that of a pull request: what it may refer to
//	sub_issue                           .labels[].name
//	parent_issue_repo.full_name         a parent may live elsewhere
//	label.name                          the label that was put on or taken off, or
//	changes.name.from                   that the repository no longer has by this name
//	deployment_status.state             whether the deployment has ended
//	deployment.transient_environment    a preview is no news
//
// An event of the wiki, of a label itself, or of a release or deployment names
// no issue: its key stands for the repository's wiki, labels, or releases. Which
// labels count is each repository's own choice: [Options.Labels].
//
// A delivery of Jira's comes to [NewJira], in by the same door, with the header
// X-Hub-Signature, and as a rule X-Atlassian-Webhook-Identifier. Nothing else
// says which site sent it: the secret does that verifies it. Of its body counts
//
//	webhookEvent           "jira:issue_…" or "comment_…"
//	issue.id               the ticket's id, a number as text
//	issue.fields.updated   since when there is something to see
//
// and no more. It may have 5 MB, since a stranger's is signed once with each
// secret of each site, to compare. The shapes are those of
// https://developer.atlassian.com/cloud/jira/platform/webhooks/ and, for Data
// Center, https://developer.atlassian.com/server/jira/platform/webhooks/. Our own
// changes to tickets are no news by the last of these: they have been seen. That
// way somebody is heard who shares the account, too.
//
// All this serves to discard. What is acted on is read again; a payload that
// lies can at most cause a look too many or too few, and the sweep finds what a
// look too few has missed.
//
// What comes back:
//
//	202 queued, duplicate   on disk; only now does the sender hear so
//	200 ignored             concerns no incident, with the reason
//	400, 408, 413, 415      can't be read, with the next step
//	401                     not signed with one of our secrets
//	503                     could not be stored, or too much at once: nothing
//	                        is acknowledged
//
// GitHub does not send a refused delivery again by itself, but keeps it for
// three days, and shows the answer to whoever set up the webhook. Hence the
// sentences. Jira tries a few times more, with the same identifier.
package webhooks
