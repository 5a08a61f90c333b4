package jira

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// FuzzJQL wants every text to be either refused as Jira refuses, or to be a
// search: one that finds a ticket or not, and the same again when it is asked
// for in parentheses.
func FuzzJQL(f *testing.F) {
	for _, seed := range []string{
		`project in (OPS, "x y") AND labels = a ORDER BY Rank ASC`, `creator = currentUser() AND created >= "-30m"`,
		`not (id = 10001 or !(labels is not empty))`, `summary ~ 'a\'b' ORDER BY`, `due < 2026-12-01`, `a = "\u0040"`, "\xff", `((`, `=`, ``,
	} {
		f.Add(seed)
	}
	j := New(Options{Clock: func() time.Time { return time.Date(2026, 11, 20, 14, 5, 0, 0, time.UTC) }})
	f.Cleanup(j.Close)
	j.AddAccount(Account{ID: "ada"})
	j.AddProject("OPS", ProjectOptions{})
	if _, err := j.As("ada").CreateTicket("OPS", Draft{Summary: "One", Labels: []string{"a"}}); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, jql string) {
		ada := j.account("ada")
		found, err := j.find(ada, jql, j.shown())
		if refused := new(RefusalError); err != nil && !errors.As(err, &refused) {
			t.Fatalf("%q is refused by %v", jql, err)
		}
		if q, parse := parseJQL(jql); err != nil || parse != nil || q.where == nil || q.order != nil || strings.Count(jql, "(") > maxDepth/2 {
			return
		}
		again, err := j.find(ada, "("+jql+")", j.shown())
		if err != nil || len(again) != len(found) {
			t.Fatalf("%q finds %d; in parentheses %d, %v", jql, len(found), len(again), err)
		}
	})
}
