// Package reconcile brings the world to where the rules want it: observe,
// decide, carry out, observe again, until nothing is left to do.
//
// A webhook, the sweep and the command line all come in at
// [Reconciler.Look] with nothing but the name of an issue. What happened to
// it is never an argument: the state is read again. So deliveries may come
// late, twice, out of order or not at all, and the end is the same.
//
// An issue may be an incident, a follow-up of one, or neither. A follow-up's
// state is noted and its incident made due; so what a closure costs does not
// grow with the number of follow-ups.
//
// A Jira ticket is a follow-up like an issue, at a site in the place of a
// repository. Of its news the ticket is read, once; its incident is made due only
// where something is new for it, and is told by what is remembered. Each site is a
// part of its own: one that is down, or refuses, is left alone for a while and
// holds up nothing else. A search that lags is no proof that a ticket is not there:
// see [incident.Seek]. What the operator does not let an owner use is neither
// asked for nor written to: a ticket is read just before it is written to, as it may
// have been moved. What is wrong with a site is known once for all incidents that
// have tickets there: by the sweep, and by the looks at tickets.
package reconcile
