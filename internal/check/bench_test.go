package check_test

import (
	"strings"
	"testing"

	"hindsight/internal/check"
)

// filledIn is a page of about 10 KB that nothing is found on.
func filledIn() string {
	const part = "## Resolution\nThe certificate of the proxy had run out, see [the graph](https://graphs.example.com/d/1), and was renewed by hand at 14:05. " +
		"Sessions came back within `5m`; those on version 1.4.2 needed a second login.\n\n| Time | What |\n| --- | --- |\n| 14:05 | Renewed |\n\n"
	return strings.Repeat(part, 10<<10/len(part)+1)
}

// BenchmarkCheck is a page of 10 KB, once the rules for secrets are built.
func BenchmarkCheck(b *testing.B) {
	c, page := check.New(), filledIn()
	if found := c.Check(page, nil, nil); len(found) > 0 {
		b.Fatalf("found %v", found)
	}
	b.SetBytes(int64(len(page)))
	for b.Loop() {
		c.Check(page, nil, []string{"Globex", "Initech Ltd"})
	}
}
