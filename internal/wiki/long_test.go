package wiki_test

import (
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
)

// noise is what can't be packed.
func noise(length int) string {
	text := make([]byte, length)
	_, _ = rand.NewChaCha8([32]byte{}).Read(text) // never fails
	return string(text)
}

func TestTooLong(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"a byte too long": strings.Repeat("x", 1<<20+1),
		"far too long":    noise(10 << 20),
		"well packed":     strings.Repeat("x", 10<<20),
	}
	for name, content := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, w := published(t)
			s.save(wikiRepo, path, content)
			tip := s.tip(wikiRepo)
			_, _, err := w.Read(t.Context(), 7, repo, path)
			wantBlocked(t, err, "longer than 1 MB", path, "org/api", "Shorten it")
			wantBlocked(t, edit(t, w, add("x")), "longer than 1 MB")
			if s.tip(wikiRepo) != tip {
				t.Error("the wiki changed")
			}
			s.save(wikiRepo, path, "Shortened.\n")
			wantContent(t, w, "Shortened.\n")
		})
	}
}

// The rest of a page that is far too long is not waited for.
func TestTooLongEndless(t *testing.T) {
	t.Parallel()
	s, w := published(t)
	s.save(wikiRepo, path, noise(10<<20))
	over := make(chan struct{})
	defer close(over)
	posts := 0
	s.intercept(func(rw http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodPost {
			return false
		}
		if posts++; posts == 1 { // the commit
			return false
		}
		s.serve(rw, r)
		_ = http.NewResponseController(rw).Flush() // the pipe is the client's to break
		<-over
		return true
	})
	_, _, err := w.Read(t.Context(), 7, repo, path)
	wantBlocked(t, err, "longer than 1 MB")
	s.intercept(nil)
	s.save(wikiRepo, path, "Shortened.\n")
	asked := s.since(func() { wantContent(t, w, "Shortened.\n") })
	if len(asked) != 5 {
		t.Errorf("requests %v, want 5: the clone is still of use", asked)
	}
}

func TestEditTooLong(t *testing.T) {
	t.Parallel()
	s, w := published(t)
	tip := s.tip(wikiRepo)
	wantBlocked(t, edit(t, w, add(strings.Repeat("x", 1<<20))), "longer than 1 MB")
	if s.tip(wikiRepo) != tip {
		t.Error("the wiki changed")
	}
}
