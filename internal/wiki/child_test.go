package wiki_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"hindsight/internal/reconcile"
	"hindsight/internal/wiki"
)

// childVariable makes the test's program a process that works on a wiki, as
// [errand] says.
const childVariable = "HINDSIGHT_TEST_WIKI_ERRAND"

func TestMain(m *testing.M) {
	text, child := os.LookupEnv(childVariable)
	if !child {
		os.Exit(m.Run())
	}
	var e errand
	err := json.Unmarshal([]byte(text), &e)
	if err == nil {
		err = e.run(context.Background())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// errand is work for a process of its own.
type errand struct {
	URL, Dir, Git string
	Changes       []deed
}

// deed is a change that can be done again: lines that are to be on pages, and
// pages that are to be gone.
type deed struct {
	Lines map[string]string // by path
	Gone  []string
}

// change adds what is missing, and removes what is left.
func (d deed) change() reconcile.PagesChange {
	c := reconcile.PagesChange{Paths: append([]string(nil), d.Gone...)}
	for path := range d.Lines {
		c.Paths = append(c.Paths, path)
	}
	c.Edit = func(now map[string]string) (map[string]string, string, error) {
		anew := map[string]string{}
		for path, line := range d.Lines {
			if !strings.Contains(now[path], line) {
				anew[path] = now[path] + line
			}
		}
		for _, path := range d.Gone {
			anew[path] = ""
		}
		return anew, "Update", nil
	}
	return c
}

func (e errand) options() wiki.Options {
	o := usual(e.URL, e.Dir)
	o.Git = e.Git
	return o
}

func (e errand) run(ctx context.Context) error {
	w, err := wiki.New(e.options())
	if err != nil {
		return err
	}
	for _, d := range e.Changes {
		if err := w.Change(ctx, 7, repo, d.change()); err != nil {
			return err
		}
	}
	return nil
}

// start lets another process do it; wait is its end, with what it complained
// about.
func (e errand) start(t *testing.T) (wait func() error) {
	t.Helper()
	text, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"="+string(text))
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return func() error {
		if err := cmd.Wait(); err != nil {
			return fmt.Errorf("%w: %s", err, complaints.String())
		}
		return nil
	}
}
