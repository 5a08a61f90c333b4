// Package jira is what is out there at the operator's Jira sites, in the rules'
// words: it fills [reconcile.Jira], for Jira Cloud and for Data Center, on the
// second version of the REST API, which both have and which takes wiki markup.
//
// Every request takes the same way. go-jira encodes it and gives it to the
// site's door, which lets a few through at once, signs them, follows no redirect
// and reads the whole answer, up to a limit. It closes for a while to a site that
// does not take the token, or does not answer. What Jira refuses comes back as a
// refusal, and one classifier turns that into one of the errors of package
// incident, which say what happens next. Nothing here tries again: a ticket may
// have been created by a request that was answered with 502, and only looking
// again can tell. The one exception is an edit that Jira refuses as a whole for
// fields that it names: it is sent again without them.
//
// Which kind a site is decides where it is searched, how accounts are named, and
// what a page of create metadata looks like; Jira itself says it. How Hindsight
// logs in is the operator's word: an e-mail address and an API token for Cloud, a
// personal access token for Data Center. The token is in memory only, and no
// error and no log line carries it.
//
// A ticket is known to be Hindsight's by two things together: its own account
// has created it, which nobody can change, and it carries the marker, an issue
// property that was set by the call that created it. Labels and links can be
// edited by anybody; by them tickets are only found.
package jira
