package wiki_test

import (
	"net/http"
	"os"
	"strings"
	"testing"

	"hindsight/internal/wiki"
)

// TestCreateInAHugeWiki has a server that sends every file, whatever was asked
// for, and so does not finish before the limit is noticed.
func TestCreateInAHugeWiki(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.wiki(wikiRepo, "master")
	s.git(wikiRepo, "", "config", "uploadpack.allowFilter", "false")
	s.save(wikiRepo, "huge.bin", noise(3<<20))
	over := make(chan struct{})
	defer close(over)
	s.intercept(func(_ http.ResponseWriter, r *http.Request) bool {
		if strings.Contains(r.URL.String(), "receive-pack") {
			<-over
		}
		return false
	})
	w, o := newWiki(t, s, func(o *wiki.Options) { o.MaxScratch = 2 << 20 })
	err := create(t, w, pageOf(42))
	wantBlocked(t, err, "too large", "2 MB", "org/api", "follows by itself")
	if left, err := os.ReadDir(o.Dir); err != nil || len(left) > 0 {
		t.Errorf("left in the directory: %v, %v", left, err)
	}
}
