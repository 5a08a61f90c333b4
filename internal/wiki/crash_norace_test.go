//go:build !race

package wiki_test

// crashEvery has the crash test die at every moment.
const crashEvery = 1
