// Package check looks a page through for what should not be read by more
// people: secrets, addresses, customers' names, blame, and what is not finished.
//
// Each rule is a function of a page in a file of its own, listed in rules.go and
// explained in docs/checks.md. The first five are about what must not get out:
// they look at the whole source, also at code and hidden comments, since people
// can read it, and at how that reads ([markdown.Read]), since both can be written
// in many ways. What they find keeps a page from being published. The others
// are about words that people see, and are advice.
//
// A finding says where and by which rule, never what stands there: it is shown
// to people who may not be meant to read it. What can't be looked through in
// full (too long, too slow) is a finding itself.
package check
