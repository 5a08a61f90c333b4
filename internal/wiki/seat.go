package wiki

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

const (
	scratch = "page-" // begins the name of a directory that lasts for one page
	kept    = "wiki-" // and of one that stays

	maxClones = 256
	maxKept   = 1 << 30 // bytes
	// maxOne is how many bytes one kept clone may take. The trees of 20,000
	// pages take half a MiB.
	maxOne = 64 << 20
)

// seat is the directory in which git works on one wiki. The clone in it is
// called wiki.git; all else is left over once the work is done.
type seat struct {
	dir  string
	lock *os.File // nil: the directory is for this work alone
}

// take gets the wiki's own directory; if another process has that, one that
// goes away afterwards. Nobody waits for another process.
func (w *Wiki) take(name string) (*seat, error) {
	dir := filepath.Join(w.options.Dir, kept+name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	if lock := lockDir(dir); lock != nil {
		s := &seat{dir: dir, lock: lock}
		return s, s.sweep()
	}
	dir, err := os.MkdirTemp(w.options.Dir, scratch)
	return &seat{dir: dir}, err
}

// holds is whether there is a clone from before.
func (s *seat) holds() bool {
	_, err := os.Stat(filepath.Join(s.dir, "wiki.git"))
	return err == nil
}

// sweep removes what gits that were cut off have left. None is at work here,
// or it would have the lock.
func (s *seat) sweep() error {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Name() != "wiki.git" || !e.IsDir() {
			err = errors.Join(err, os.RemoveAll(filepath.Join(s.dir, e.Name())))
		}
	}
	return errors.Join(err, removeFiles(filepath.Join(s.dir, "wiki.git"), litter))
}

// litter are lock files, which would make git refuse for ever, and objects
// that never arrived.
func litter(path string) bool {
	return strings.HasSuffix(path, ".lock") ||
		strings.HasPrefix(path, "objects/") && strings.Contains(path, "/tmp_")
}

// removeFiles removes the files below the directory whose path in it is of
// that kind. No directory is no failure.
func removeFiles(dir string, kind func(path string) bool) error {
	root, err := os.OpenRoot(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }() // nothing was written to it
	return fs.WalkDir(root.FS(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !kind(path) {
			return err
		}
		return root.Remove(path)
	})
}

// clear removes the clone. It loses its name first: half a clone is none.
func (s *seat) clear() error {
	err := os.Rename(filepath.Join(s.dir, "wiki.git"), filepath.Join(s.dir, "old.git"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return s.sweep()
}

// remove takes the whole directory away.
func (s *seat) remove() error {
	return errors.Join(s.clear(), os.RemoveAll(s.dir))
}

// leave keeps the clone for the next, if it may be kept. A failure loses
// nothing but that saving: the work is done.
func (w *Wiki) leave(ctx context.Context, s *seat, c *clone) {
	if s.lock != nil {
		defer unlock(s.lock)
	}
	if err := w.keep(ctx, s, c); err != nil {
		w.options.Logger.WarnContext(ctx, "wiki clone not kept", "repo", c.repo, "err", errors.Join(err, s.remove()))
	}
}

func (w *Wiki) keep(ctx context.Context, s *seat, c *clone) error {
	// Where git hangs, it may be the clone's fault.
	if s.lock == nil || errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return s.remove()
	}
	if err := s.sweep(); err != nil {
		return err
	}
	if err := c.compact(ctx); err != nil {
		return err
	}
	if !s.holds() || size(s.dir) > min(maxOne, w.options.MaxKept, w.options.MaxScratch) {
		return s.remove()
	}
	now := w.options.Clock()
	if err := os.Chtimes(s.dir, now, now); err != nil {
		return err
	}
	if c.made {
		return w.trim()
	}
	return nil
}

// trim removes the clones that were not used for longest, until the others
// are few and small enough. Those that are in use count, and stay.
func (w *Wiki) trim() error {
	seats, err := w.seats()
	if err != nil {
		return err
	}
	var taken int64
	for i, s := range seats {
		if taken += size(s.dir); i < w.options.MaxClones && taken <= w.options.MaxKept {
			continue
		}
		err = errors.Join(err, w.evict(s.dir))
	}
	return err
}

// used is a kept clone's directory.
type used struct {
	dir string
	at  time.Time
}

// seats are the directories of kept clones, the last used first.
func (w *Wiki) seats() ([]used, error) {
	dirs, err := filepath.Glob(filepath.Join(w.options.Dir, kept+"*"))
	if err != nil {
		return nil, err
	}
	var seats []used
	for _, dir := range dirs {
		if info, err := os.Stat(dir); err == nil { // else another process was faster
			seats = append(seats, used{dir: dir, at: info.ModTime()})
		}
	}
	slices.SortFunc(seats, func(a, b used) int {
		return cmp.Or(b.at.Compare(a.at), strings.Compare(a.dir, b.dir))
	})
	return seats, nil
}

// evict removes a kept clone if nobody uses it.
func (w *Wiki) evict(dir string) error {
	lock := lockDir(dir)
	if lock == nil {
		return nil
	}
	defer unlock(lock)
	return (&seat{dir: dir, lock: lock}).remove()
}
