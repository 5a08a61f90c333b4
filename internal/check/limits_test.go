//go:build !race

package check_test

// size is the longest page that is looked through, in bytes.
const size = 256 << 10
