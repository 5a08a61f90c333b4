package store_test

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hindsight/internal/incident"
	"hindsight/internal/store"
	"hindsight/internal/workset"
)

// crashVariable makes the test's own program a process that takes deliveries
// in until it is killed, and says which it acknowledged.
const crashVariable = "HINDSIGHT_TEST_CRASH_DATABASE"

func crashing() bool { return os.Getenv(crashVariable) != "" }

func crash() {
	s, err := store.Open(context.Background(), os.Getenv(crashVariable), quiet(), time.Now)
	if err != nil {
		panic(err)
	}
	for sender := range 8 {
		go func() {
			for n := 0; ; n++ {
				id := fmt.Sprintf("%d-%d", sender, n)
				if _, err := s.Receive(context.Background(), delivery(id, n)); err != nil {
					panic(err)
				}
				// One write for a line: the reader gets whole ones.
				if _, err := os.Stdout.WriteString(id + "\n"); err != nil {
					panic(err)
				}
			}
		}()
	}
	select {} // until it is killed
}

// What was acknowledged is there after the process was killed in the middle
// of writing, and what is there is whole: a delivery and its mark.
func TestKilled(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(d database) {
		t := d.t
		acknowledged := killAfter(t, d, 500)
		s := d.open(t)
		marked := map[incident.Key]bool{}
		now := time.Now().Add(aMinute)
		for lease, ok, err := s.Lease(t.Context(), now, aMinute); ok; lease, ok, err = s.Lease(t.Context(), now, aMinute) {
			must(t, err)
			marked[lease.Key] = true
		}
		for _, id := range acknowledged {
			var sender, number int
			_, err := fmt.Sscanf(id, "%d-%d", &sender, &number)
			must(t, err)
			receipt, err := s.Receive(t.Context(), delivery(id, number))
			if err != nil || receipt != workset.Duplicate || !marked[key(number)] {
				t.Errorf("%s was acknowledged; receipt %d, marked %v, error %v", id, receipt, marked[key(number)], err)
			}
		}
	})
}

// killAfter returns what the process acknowledged, at least the number given.
func killAfter(t *testing.T, d database, number int) []string {
	t.Helper()
	self, err := os.Executable()
	must(t, err)
	process := exec.CommandContext(t.Context(), self)
	process.Env = append(os.Environ(), crashVariable+"="+d.url)
	process.Stderr = os.Stderr
	out, err := process.StdoutPipe()
	must(t, err)
	must(t, process.Start())
	var ids []string
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		ids = append(ids, lines.Text())
		if len(ids) == number {
			must(t, process.Process.Kill())
		}
	}
	if err = process.Wait(); err == nil || len(ids) < number {
		t.Fatalf("the process ended by itself (error %v) after %d deliveries", err, len(ids))
	}
	return ids
}

// hold keeps the tables locked until the test ends.
func (d database) hold(t *testing.T) {
	t.Helper()
	handle := d.raw(t)
	conn, err := handle.Conn(t.Context())
	must(t, err)
	statement := "BEGIN IMMEDIATE"
	if strings.HasPrefix(d.url, "postgres") {
		statement = "BEGIN; LOCK TABLE deliveries, work, incidents"
	}
	_, err = conn.ExecContext(t.Context(), statement)
	must(t, err)
	t.Cleanup(func() {
		if _, endErr := conn.ExecContext(context.WithoutCancel(t.Context()), "ROLLBACK"); endErr != nil {
			t.Error(endErr)
		}
		if closeErr := conn.Close(); closeErr != nil {
			t.Error(closeErr)
		}
	})
}

func TestLockedDatabase(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(d database) {
		t := d.t
		s := d.open(t)
		d.hold(t)
		for name, try := range map[string]func() error{
			"receive": func() error { _, err := s.Receive(t.Context(), delivery("a", 1)); return err },
			"mark":    func() error { return s.Mark(t.Context(), 7, key(1), d.clock.now()) },
			"save":    func() error { return s.SaveRecord(t.Context(), key(1), incident.Record{}) },
		} {
			began := time.Now()
			if err := try(); err == nil {
				t.Errorf("%s: no error from a locked database", name)
			}
			if took := time.Since(began); took > 6*time.Second {
				t.Errorf("%s: took %v to give up", name, took)
			}
		}
	})
}

// A failed group fails whoever is in it, and nobody after it.
func TestReceiveRecovers(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(d database) {
		t := d.t
		s := d.open(t)
		handle := d.raw(t)
		_, err := handle.ExecContext(t.Context(), "ALTER TABLE work RENAME TO work_away")
		must(t, err)
		if receipt, receiveErr := s.Receive(t.Context(), delivery("a", 1)); receiveErr == nil || receipt != 0 {
			t.Fatalf("receipt %d, error %v; want an error alone", receipt, receiveErr)
		}
		_, err = handle.ExecContext(t.Context(), "ALTER TABLE work_away RENAME TO work")
		must(t, err)
		receipt, err := s.Receive(t.Context(), delivery("a", 1))
		if err != nil || receipt != workset.Queued {
			t.Errorf("after mending: receipt %d, error %v; want it queued", receipt, err)
		}
	})
}

func TestOpenAgain(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(d database) {
		t := d.t
		first := d.open(t)
		must(t, first.SaveRecord(t.Context(), key(42), incident.Record{Opening: []incident.ItemKey{"x"}}))
		must(t, first.Close())
		second := d.open(t)
		record, ok, err := second.Record(t.Context(), key(42))
		if err != nil || !ok || len(record.Opening) != 1 {
			t.Errorf("record %+v, %v, %v after opening again", record, ok, err)
		}
		must(t, second.Ping(t.Context()))
	})
}

func TestOpenForms(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for name, test := range map[string]struct{ url, file string }{
		"path":                     {filepath.Join(folder, "new", "a.db"), "new/a.db"},
		"path with odd characters": {filepath.Join(folder, "a b?c#d%41.db"), "a b?c#d%41.db"},
		"file:":                    {"file:" + filepath.Join(folder, "c.db"), "c.db"},
		"file://, escaped":         {"file://" + filepath.Join(folder, "d%20e.db"), "d e.db"},
	} {
		s, err := store.Open(t.Context(), test.url, quiet(), time.Now)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		must(t, s.Close())
		info, err := os.Stat(filepath.Join(folder, test.file))
		must(t, err)
		if info.Mode().Perm() != 0o600 || info.Size() == 0 {
			t.Errorf("%s: mode %v, %d bytes; want a database that only its owner can read", name, info.Mode(), info.Size())
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	notOurs := filepath.Join(folder, "text")
	must(t, os.WriteFile(notOurs, []byte(strings.Repeat("not a database ", 100)), 0o600))
	for name, url := range map[string]string{
		"nothing":           "",
		"memory":            "file::memory:",
		"unknown engine":    "mysql://root:hunter2@localhost/x",
		"options":           "file:" + filepath.Join(folder, "x.db") + "?mode=ro",
		"another host":      "file://elsewhere/x.db",
		"not a database":    notOurs,
		"a folder":          folder,
		"below a file":      filepath.Join(notOurs, "x.db"),
		"malformed address": "postgres://user:hunter2@host:port/x",
		"nobody there":      "postgres://user:hunter2@127.0.0.1:1/x?connect_timeout=1",
	} {
		s, err := store.Open(t.Context(), url, quiet(), time.Now)
		if err == nil {
			must(t, s.Close())
			t.Errorf("%s: opened", name)
			continue
		}
		if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: the error tells the password: %v", name, err)
		}
	}
}

// A full disk is an error, and what was there stays.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	d := sqliteDatabase(t)
	s := d.open(t)
	must(t, s.SaveRecord(t.Context(), key(42), incident.Record{}))
	limitPages(t, s)
	var err error
	for n := 0; n < 5000 && err == nil; n++ {
		_, err = s.Receive(t.Context(), delivery(fmt.Sprint(n), n))
	}
	if err == nil || !strings.Contains(err.Error(), "full") {
		t.Fatalf("error %v, want the disk full", err)
	}
	if _, ok, readErr := s.Record(t.Context(), key(42)); !ok || readErr != nil {
		t.Errorf("record %v, error %v; want what was there before", ok, readErr)
	}
}

func limitPages(t *testing.T, s *store.Store) {
	t.Helper()
	var pages int
	must(t, store.WriteHandle(s).QueryRowContext(t.Context(), "PRAGMA max_page_count = 40").Scan(&pages))
}

// The second process waits only so long for the first one's migration.
func TestMigrationLockIsReleased(t *testing.T) {
	t.Parallel()
	d := sqliteDatabase(t)
	handle, err := sql.Open("sqlite", "file:"+d.url+".lock?_txlock=exclusive")
	must(t, err)
	tx, err := handle.BeginTx(t.Context(), nil)
	must(t, err)
	opened := make(chan error, 1)
	go func() {
		s, openErr := store.Open(t.Context(), d.url, quiet(), d.clock.now)
		if openErr == nil {
			openErr = s.Close()
		}
		opened <- openErr
	}()
	select {
	case err = <-opened:
		t.Fatalf("opened (error %v) while another process migrates", err)
	case <-time.After(200 * time.Millisecond):
	}
	must(t, tx.Rollback())
	must(t, handle.Close())
	must(t, <-opened)
}
