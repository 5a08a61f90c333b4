package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
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
