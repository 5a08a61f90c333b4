// Package pages shows the stand-in for GitHub to people: issues, wikis, releases,
// deployments and webhook deliveries as web pages, at the addresses that the stand-in's API
// gives out for them.
//
// [New] makes the handler that [playground.GitHub.Pages] serves. Whoever looks
// acts as one of the people in [Options] and chooses which, so that one can
// try what somebody without permission may do. All of it goes through
// [playground.GitHub.As]: the pages hold no state but what is to go wrong on
// demand.
//
// What people write is hostile. Pages are html/template; Markdown is rendered
// as GitHub does, then sanitised, then balanced; the content security policy
// allows nothing but this origin's own script, style and images. The script
// only fetches the page again and swaps what has changed, and sends a box that
// was ticked without leaving the page; everything works without it.
package pages
