package wiki_test

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// needsProcesses skips the test where [processes] can't look.
func needsProcesses(t *testing.T) {
	t.Helper()
	if _, err := os.Stat("/proc/self/cmdline"); err != nil {
		t.Skip("this system doesn't show its processes as files")
	}
}

// processes are the argument lines of all running programs that name the
// address.
func processes(t *testing.T, address string) []string {
	t.Helper()
	var found []string
	for _, pid := range processIDs(t, address) {
		if line, ok := commandLine(pid); ok {
			found = append(found, line)
		}
	}
	return found
}

func processIDs(t *testing.T, address string) []string {
	t.Helper()
	dirs, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, dir := range dirs {
		if line, _ := commandLine(filepath.Base(dir)); strings.Contains(line, address) {
			found = append(found, filepath.Base(dir))
		}
	}
	return found
}

// commandLine is false when the process has ended.
func commandLine(pid string) (string, bool) {
	data, err := os.ReadFile(filepath.Join("/proc", pid, "cmdline"))
	return strings.ReplaceAll(string(data), "\x00", " "), err == nil && len(data) > 0
}

// openFiles are the paths of the files that a process has open.
func openFiles(t *testing.T, pid string) []string {
	t.Helper()
	links, err := filepath.Glob(filepath.Join("/proc", pid, "fd", "*"))
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, link := range links {
		if path, err := os.Readlink(link); err == nil { // else closed meanwhile
			found = append(found, path)
		}
	}
	return found
}

func holdsToken(s string) bool {
	encoded := base64.StdEncoding.EncodeToString([]byte("x-access-token:" + token))
	return strings.Contains(s, token) || strings.Contains(s, encoded)
}

func waitFor(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !done(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}
