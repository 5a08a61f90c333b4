package jira

import (
	"net/http"

	"hindsight/internal/playground/wire"
)

// Call is one request that came over the network. Its kind is the endpoint
// without the API's version, such as "POST /issue/{issue}/transitions", or
// "POST /agile/board" of the Agile API. What is none is "unknown".
type Call = wire.Call

// Drop in place of a status cuts the connection.
const Drop = wire.Drop

// Fault is what goes wrong with a call.
type Fault = wire.Fault

// SetFault says what goes wrong with each call to the API from now on; nil for
// nothing. It is asked without locks held.
func (j *Jira) SetFault(fault func(Call) Fault) { j.watch.SetFault(fault) }

// Calls are all calls since the start, or since [Jira.ResetCalls].
func (j *Jira) Calls() []Call { return j.watch.Calls() }

// Counts are how many calls of each kind there were since the start, or since
// [Jira.ResetCalls].
func (j *Jira) Counts() map[string]int {
	counts := map[string]int{}
	for _, c := range j.Calls() {
		counts[c.Kind]++
	}
	return counts
}

// ResetCalls forgets all calls.
func (j *Jira) ResetCalls() { j.watch.Reset() }

// What a load balancer shows: nothing that a client could parse.
const (
	awayPage = "<html><head><title>Jira is temporarily unavailable</title></head><body><h1>We'll be right back.</h1></body></html>"
	awayType = "text/html;charset=UTF-8"
)

// front answers as what stands in front of Jira would.
func front(status int, header http.Header) string {
	if status != http.StatusTooManyRequests {
		header.Set("Content-Type", awayType)
		return awayPage
	}
	header.Set("Content-Type", "application/json;charset=UTF-8")
	header.Set("X-RateLimit-Limit", "350")
	header.Set("X-RateLimit-Remaining", "0")
	return `{"errorMessages":["Rate limit exceeded."],"errors":{}}`
}
