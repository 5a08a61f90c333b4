//go:build race

package markdown_test

// The race detector makes everything ten times as slow, and pools forget a
// quarter of what they hold: regular expressions take their memory anew.
const (
	size          = 1 << 13
	memoryPerByte = 20_000
	// headroom is how many times as long as a harmless text a hostile one may take.
	headroom = 100
)
