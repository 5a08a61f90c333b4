//go:build race

package main

// crashEvery thins the crash test out: the race detector makes it six times as
// slow, and sees in one death what it sees in another. `make test` plays them
// all without it.
const crashEvery = 8
