// Package templates holds every text that Hindsight writes: the tracker, the
// post-mortem page with its index and its copy, the follow-ups, the answers to
// commands, the question for a reason and the word at the end.
//
// Each text is a Markdown file beside this one, embedded in the program, and
// one method of [Texts] that fills it in. The methods make all that people
// wrote neutral before it gets into a text. The hidden markers, by which
// Hindsight knows its texts again, are written and read in markers.go and
// ledger.go, so that both sides of the format stand together.
//
// The page is another matter: a team may bring a template of its own. Those in
// pages, and theirs, are written in a small language that can do nothing but
// ask for [Fields]; language.go understands it, page.go fills it in, and
// refresh.go keeps the blocks that it made up to date, between what people
// write.
package templates
