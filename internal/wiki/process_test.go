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
	paths, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			continue // ended meanwhile
		}
		if line := strings.ReplaceAll(string(data), "\x00", " "); strings.Contains(line, address) {
			found = append(found, line)
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
