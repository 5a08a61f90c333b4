package wiki_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// wantOnlyClones checks that nothing but kept clones is left in the
// directory, so many of them, and nothing beside a clone.
func wantOnlyClones(t *testing.T, dir string, clones int) {
	t.Helper()
	left, err := filepath.Glob(filepath.Join(dir, "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range left {
		if !strings.HasSuffix(path, "/wiki.git") {
			t.Errorf("%s was left over", path)
		}
	}
	seats, err := os.ReadDir(dir)
	if err != nil || len(seats) != clones || len(left) != clones {
		t.Errorf("left in the directory: %v, in them: %v (%v), want %d clones", seats, left, err, clones)
	}
}
