package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// peakNow is the most memory that a running process has held, in bytes: what
// Linux calls VmHWM. False where there is no /proc; see [peakAtEnd].
//
// On Linux the figure that is left after the end won't do: it begins with the
// memory of the process that started this one.
func peakNow(pid int) (int64, bool) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, false
	}
	for line := range strings.Lines(string(status)) {
		if value, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kib, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "kB")), 10, 64)
			return kib << 10, err == nil
		}
	}
	return 0, false
}

// ticks are the units in which Linux tells programs about processor time.
const ticks = 100 // a second

// cpuNow is the processor time that a running process has used; 0 where there
// is no /proc.
func cpuNow(pid int) time.Duration {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	// The second field is the program's name, which may hold blanks. Of what
	// follows, utime and stime are the 12th and the 13th.
	_, rest, _ := strings.Cut(string(text), ") ")
	var used int64
	for i, field := range strings.Fields(rest) {
		if i == 11 || i == 12 {
			n, _ := strconv.ParseInt(field, 10, 64) // the kernel writes numbers
			used += n
		}
	}
	return time.Duration(used) * (time.Second / ticks)
}
