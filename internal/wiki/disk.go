package wiki

import (
	"context"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"
)

const (
	// maxScratch is many times what the trees of the largest wikis take, in
	// bytes. More comes from servers that send all files in spite of the
	// filter, and from whoever fills a wiki that everybody may edit.
	maxScratch = 256 << 20
	// measureEvery is how often that is checked; what arrives meanwhile is
	// what may be taken beyond.
	measureEvery = 200 * time.Millisecond
)

// diskError is a wiki that took more room than one may.
type diskError struct {
	most int64 // bytes
}

func (e *diskError) Error() string {
	return fmt.Sprintf("the wiki takes more than %d MiB on disk", e.most>>20)
}

// limitDisk makes a context that ends, with a *diskError as its cause, when
// the directory holds more bytes than it may. Git has no such limit itself.
// release ends the watch and waits for it.
func limitDisk(ctx context.Context, dir string, most int64) (_ context.Context, release func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(measureEvery)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			if size(dir) > most {
				cancel(&diskError{most: most})
			}
		}
	}()
	return ctx, func() {
		cancel(nil)
		<-ended
	}
}

// size is what the files below a directory take, in bytes.
func size(dir string) (taken int64) {
	walk(dir, func(size int64) { taken += size })
	return taken
}

// walk visits the files below a directory with their sizes in bytes. Those
// that vanish meanwhile, as git's temporary ones do, don't count.
func walk(dir string, visit func(size int64)) {
	// The function never fails, so neither does the walk.
	_ = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return nil //nolint:nilerr // what has vanished takes no room
		}
		if info, err := d.Info(); err == nil {
			visit(info.Size())
		}
		return nil
	})
}
