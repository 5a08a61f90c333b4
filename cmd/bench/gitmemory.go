package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// glimpse is how often running gits are looked at. What lives shorter is small.
const glimpse = 5 * time.Millisecond

// watchGit looks at the gits that run below this process, but for those that
// answer for the stand-in. watched ends that, and is the most memory that they
// held together, in bytes; 0 where there is no /proc.
func watchGit() (watched func() int64) {
	most, done, ended := int64(0), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(glimpse)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				most = max(most, gitMemory(os.Getpid()))
			}
		}
	}()
	return func() int64 {
		close(done)
		<-ended
		return most
	}
}

// gitMemory is what all gits below a process hold together.
func gitMemory(pid int) (held int64) {
	for _, child := range children(pid) {
		// What it was started as comes before how much it holds: until then a
		// process shows the memory of the one that starts it.
		line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", child))
		program, arguments, _ := bytes.Cut(line, []byte{0})
		isGit := strings.HasPrefix(filepath.Base(string(program)), "git")
		if err != nil || !isGit || bytes.Contains(arguments, []byte("http-backend")) {
			continue
		}
		peak, _ := peakNow(child) // one that has ended meanwhile holds nothing
		held += peak + gitMemory(child)
	}
	return held
}

// children are the processes that a process has started and that run; none
// where there is no /proc.
func children(pid int) (pids []int) {
	lists, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	if err != nil {
		return nil // a pattern that is none
	}
	for _, list := range lists {
		text, err := os.ReadFile(list) //nolint:gosec // of the kernel
		if err != nil {
			continue // the thread has ended
		}
		for field := range strings.FieldsSeq(string(text)) {
			if child, err := strconv.Atoi(field); err == nil {
				pids = append(pids, child)
			}
		}
	}
	return pids
}
