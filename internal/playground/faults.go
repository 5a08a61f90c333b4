package playground

import (
	"net/http"

	"hindsight/internal/playground/wire"
)

// Call is one request that came over the network. Its kind is the endpoint,
// such as "POST /repos/{owner}/{repo}/issues"; for git "git discover
// upload-pack", "git upload-pack" and the same with receive-pack. What is
// neither is "unknown".
type Call = wire.Call

// Drop in place of a status cuts the connection.
const Drop = wire.Drop

// Fault is what goes wrong with a call.
type Fault = wire.Fault

// SetFault says what goes wrong with each call to the API and to git from
// now on; nil for nothing. It is asked without locks held.
func (g *GitHub) SetFault(fault func(Call) Fault) { g.watch.SetFault(fault) }

// Calls are all calls since the start, or since [GitHub.ResetCalls].
func (g *GitHub) Calls() []Call { return g.watch.Calls() }

// ResetCalls forgets all calls.
func (g *GitHub) ResetCalls() { g.watch.Reset() }

// proxy answers as the one in front of GitHub would.
func proxy(_ int, header http.Header) string {
	header.Set("Content-Type", "text/html; charset=utf-8")
	return "<html><body>Unicorn!</body></html>"
}
