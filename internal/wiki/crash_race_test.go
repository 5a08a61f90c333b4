//go:build race

package wiki_test

// crashEvery thins the crash test out: most of it are other programs, in which
// the race detector sees nothing.
const crashEvery = 5
