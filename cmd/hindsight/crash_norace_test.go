//go:build !race

package main

// crashEvery has the crash test die at every call.
const crashEvery = 1
