//go:build unix

package main

import (
	"os"
	"runtime"
	"syscall"
)

// peakAtEnd is the most memory that an ended process held, in bytes.
func peakAtEnd(ended *os.ProcessState) (int64, bool) {
	usage, ok := ended.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0, false
	}
	if runtime.GOOS == "darwin" || runtime.GOOS == "ios" { // the others count in KiB
		return int64(usage.Maxrss), true //nolint:unconvert // narrower on some systems
	}
	return int64(usage.Maxrss) << 10, true //nolint:unconvert // narrower on some systems
}
