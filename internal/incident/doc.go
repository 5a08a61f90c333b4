// Package incident holds the rules of Hindsight: what an incident is, what it
// needs, and what is to be done next.
//
// Everything here is pure. A [World] says what is out there, a [Policy] what
// the team wants, and [Decide] answers with a [Plan]: the effects that are
// missing, in order, and when to look again. Nothing in this package reads a
// clock, a network or a disk, and it imports the standard library only, so
// that every rule can be read, and tested, as a function.
//
// [ParseWish], [ParseTime] and their like read what people write behind an
// item and in commands: owner, due date, times. Nothing is decided by them
// yet; an item's words are still taken as they stand.
//
// What must survive is the [Ledger]. It is kept twice: in the database, where
// it is quick to reach, and in the tracker's comment, where it outlives the
// database.
package incident
