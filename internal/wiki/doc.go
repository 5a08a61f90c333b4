// Package wiki reads and changes post-mortem pages in the wikis of GitHub
// repositories.
//
// GitHub has no API for wikis; a wiki is a git repository. It is worked on
// with git's plumbing over smart HTTP: have the newest tree without the
// contents of its files, change some files in it, commit, push. Nothing is ever
// checked out.
//
// A wiki's tree is as large as the wiki has pages, so it is kept: one bare,
// shallow, partial clone for each wiki, in which only what changed has to
// arrive. A kept clone is nothing but a saving. It is worked in under a lock
// that lasts as long as any git that was started there; what was cut off is
// swept out by the next; what is damaged, or can't be brought up to date, is
// thrown away and fetched anew; and where another process holds it, the work
// is done in a clone of its own, which goes away at once. So there is no state
// to repair after a crash. What the host said when it was asked just now
// decides which commit is the newest, and it is asked with a token each time;
// where a change says what that was a moment ago, the push tells whether it
// still is.
//
// The push is a plain one. If somebody else was faster, git refuses it, and
// the change is made again on their commit: nothing is ever overwritten.
package wiki
