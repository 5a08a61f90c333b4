//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package wiki

import (
	"os"
	"syscall"
)

// lockDir locks the directory against other processes; nil if one of them has
// it, or if this disk knows no locks. If this process crashes, the lock goes
// when all are gone that have inherited the file.
func lockDir(dir string) *os.File {
	f, err := os.Open(dir) //nolint:gosec // the directory for wikis, and a hash
	if err != nil {
		return nil
	}
	if syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil && inPlace(f, dir) {
		return f
	}
	unlock(f)
	return nil
}

// unlock doesn't leave it to closing: a process that is just being started has
// a copy of the file for a moment, whatever it is to run.
func unlock(f *os.File) {
	_ = syscall.Flock(int(f.Fd()), syscall.LOCK_UN) // closing is what counts
	_ = f.Close()                                   // nothing was written
}

// inPlace is false if the one who had the lock has removed the directory.
func inPlace(f *os.File, dir string) bool {
	held, err := f.Stat()
	if err != nil {
		return false
	}
	there, err := os.Stat(dir)
	return err == nil && os.SameFile(held, there)
}
