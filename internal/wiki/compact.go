package wiki

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

const (
	// A clone is compacted when it has more files than this,
	manyFiles = 200
	// or when it takes this many bytes more than four times its largest
	// file: each change of a large wiki adds a tree as large as the first.
	manyBytes = 16 << 20
)

// compact leaves nothing in the clone but the newest commit, its trees, and
// those contents of its files that are at hand. Git's own repack keeps
// whatever came from the host for ever.
func (c *clone) compact(ctx context.Context) error {
	if idle := c.tip == "" || ctx.Err() != nil; idle || !c.grown() {
		return nil
	}
	// From here on, the clone's history begins with the newest commit. All
	// that it takes is there already, so a crash between two steps leaves
	// too much, never too little.
	if err := c.cut(); err != nil {
		return fmt.Errorf("cut the clone's history: %w", err)
	}
	base := filepath.Join(c.git.objects(), "pack", "pack")
	pack, err := c.git.line(ctx, command{args: []string{"pack-objects", "--quiet", "--revs", "--missing=allow-any", base}, stdin: c.tip + "\n"})
	if err != nil {
		return err
	}
	// What the trees name and isn't here is at the host: so says this file.
	if err := os.WriteFile(base+"-"+pack+".promisor", nil, 0o600); err != nil {
		return fmt.Errorf("mark the clone's pack: %w", err)
	}
	return removeFiles(c.git.objects(), func(path string) bool { return !strings.HasPrefix(path, "pack/pack-"+pack+".") })
}

func (r runner) objects() string { return filepath.Join(r.repository(), "objects") }

func (c *clone) grown() bool {
	files, taken, largest := 0, int64(0), int64(0)
	walk(c.git.repository(), func(size int64) {
		files++
		taken, largest = taken+size, max(largest, size)
	})
	return files > manyFiles || taken > 4*largest+manyBytes
}

// cut makes the tip the clone's only commit.
func (c *clone) cut() error {
	shallow := filepath.Join(c.git.repository(), "shallow")
	if err := os.WriteFile(shallow+".lock", []byte(c.tip+"\n"), 0o600); err != nil {
		return err
	}
	return os.Rename(shallow+".lock", shallow)
}
