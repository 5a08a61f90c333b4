// Package wiki publishes post-mortem pages into the wikis of GitHub
// repositories.
//
// GitHub has no API for wikis; a wiki is a git repository. A page is made with
// git's plumbing over smart HTTP: fetch the newest tree without the contents
// of its files, add one file to it, commit, push. Nothing is checked out and
// nothing is kept between two pages, so that there is no state to repair after
// a crash.
//
// The push is a plain one. If somebody else was faster, git refuses it, and
// the page is made again on their commit: nothing is ever overwritten.
package wiki
