package check_test

import (
	"fmt"
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

// BenchmarkCheck is pages of 10 KB and 240 KB, once the rules for secrets are
// built: as they come, and when they are looked at again.
func BenchmarkCheck(b *testing.B) {
	names := []string{"Globex", "Initech Ltd"}
	c := check.New()
	for _, n := range []int{1, 24} {
		page := strings.Repeat(filledIn(), n)
		if found := c.Check(page, nil, names); len(found) > 0 {
			b.Fatalf("found %v", found)
		}
		b.Run(fmt.Sprintf("%d KB, new", len(page)>>10), func(b *testing.B) {
			b.SetBytes(int64(len(page)))
			for b.Loop() {
				check.New().Check(page, nil, names)
			}
		})
		b.Run(fmt.Sprintf("%d KB, again", len(page)>>10), func(b *testing.B) {
			b.SetBytes(int64(len(page)))
			for b.Loop() {
				c.Check(page, nil, names)
			}
		})
	}
}
