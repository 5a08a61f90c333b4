//go:build !race

package markdown_test

const (
	// size is the longest text that GitHub takes, in bytes where it is ASCII.
	size = 1 << 16
	// memoryPerByte is what reading or writing a byte of it may take in all.
	memoryPerByte = 1000
	// headroom is how many times as long as a harmless text a hostile one may take.
	headroom = 20
)
