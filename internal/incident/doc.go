// Package incident holds the rules of Hindsight: what an incident is, what it
// needs, and what is to be done next.
//
// Everything here is pure. A [World] says what is out there, a [Policy] what
// the team wants, and [Decide] answers with a [Plan]: the effects that are
// missing, in order, and when to look again. Nothing in this package reads a
// clock, a network or a disk, and it imports the standard library only, so
// that every rule can be read, and tested, as a function.
//
// What people write comes in as items, commands and ticks. [ParseWish] reads
// what stands behind an item's words, [ParseTime] and its like the times in
// commands. Which entry of the ledger a line is, wherever it stands by now, is
// the matter of match.go; what it becomes, of accept.go. What the rules must
// know before they decide, who may and where to, they ask for by
// [QuestionsOf].
//
// A follow-up is an issue or a Jira ticket: both have a [Key], in which a ticket's
// site stands for a repository ([JiraSite]). Where each goes, and who may have it
// there, is the matter of places.go and reach.go; by which names people know a
// ticket, of named.go. tickets.go plans what becomes of tickets, and stuck.go what
// of those that wait: each site is a [Part] of its own, so that one in trouble
// holds up nothing else, and while a [Seek] says that a ticket may have been
// opened of which nothing is known, none is opened at its site. Where there are
// two for one item all the same, heal.go closes the second.
//
// What must survive is the [Ledger]. It is kept twice: in the database, where
// it is quick to reach, and in the tracker's comment, where it outlives the
// database.
package incident
