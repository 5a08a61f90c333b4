//go:build race

package check_test

// The race detector makes everything ten times as slow.
const size = 16 << 10
