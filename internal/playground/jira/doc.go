// Package jira is a stand-in for a Jira site: its REST API, of its Agile API
// what makes boards, and its webhooks, over HTTP, honest enough to be developed
// and demonstrated against.
//
// One [Jira] holds accounts, projects with their issue types, fields and
// workflows, tickets, filters and boards, in memory. It is one of the two
// kinds that exist ([Cloud], [DataCenter]): they differ in how one logs in, how
// people are named, which search there is and what create metadata looks like.
// People act through [Jira.As], and every change, theirs or a client's, sends
// the webhooks that Jira would send.
//
// Honest means that it refuses what Jira refuses, in Jira's words: tokens that
// are expired, projects that an account may not see, fields that are on no
// screen, transitions that the workflow does not offer or whose screen wants
// more, JQL that it does not understand, the search that Cloud has removed.
// What the search finds lags behind by [Jira.SetLag]. Where Jira's behaviour is
// not confirmed it takes the stricter reading, and a comment says so. Where
// real life is unkind, [Jira.SetFault], [Jira.SetDown], [Jira.ExpireToken] and
// [Jira.SetDeliveryFault] make it so on demand.
//
// Of the project it imports nothing but package wire, where the faults are that
// it shares with the stand-in for GitHub, and it shares no memory with the app.
package jira
