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
package reconcile
