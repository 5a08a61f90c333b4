package main

import (
	"encoding/json"
	"fmt"
	"io"
)

// grade is how well something is that doctor has looked at.
type grade string

// The grades.
const (
	fine    grade = "ok"
	warning grade = "warning" // works, but not as people will expect
	failed  grade = "failed"
	skipped grade = "skipped" // was not looked at
)

// diagnosis is one thing that doctor has looked at. All is plain text, of one
// line.
type diagnosis struct {
	Part  string `json:"part"`           // "Jira", "database"
	Site  string `json:"site,omitempty"` // a Jira site's address
	What  string `json:"what,omitempty"` // of the part: "project OPS"
	Grade grade  `json:"grade"`
	Text  string `json:"text"`           // what was seen
	Next  string `json:"next,omitempty"` // what a person can do; "" where nothing is to be done
}

// about is what a diagnosis is about, for people.
func (d diagnosis) about() string {
	about := d.Part
	if d.Site != "" {
		about += " " + d.Site
	}
	if d.What != "" {
		about += ", " + d.What
	}
	return about
}

// diagnoses are what doctor has found, in the order in which it looked.
type diagnoses []diagnosis

// tame has only lines of our own: Jira's words are among them.
func (all diagnoses) tame() diagnoses {
	tame := make(diagnoses, len(all))
	for i, d := range all {
		d.What, d.Text, d.Next = oneLine(d.What), oneLine(d.Text), oneLine(d.Next)
		tame[i] = d
	}
	return tame
}

// print fails when something is broken; the error sums it up.
func (all diagnoses) print(w io.Writer, asJSON bool) error {
	write := all.tame().printText
	if asJSON {
		write = all.tame().printJSON
	}
	if err := write(w); err != nil {
		return err
	}
	looked, broken := 0, 0
	for _, d := range all {
		switch d.Grade {
		case failed:
			broken++
			looked++
		case fine, warning:
			looked++
		case skipped:
		}
	}
	if broken > 0 {
		return fmt.Errorf("%d of %s failed", broken, counted(looked, "check"))
	}
	return nil
}

func (all diagnoses) printJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(all)
}

func (all diagnoses) printText(w io.Writer) error {
	marks := map[grade]string{fine: "✓", warning: "!", failed: "✗", skipped: "–"}
	for _, d := range all {
		line := fmt.Sprintf("%s %s: %s\n", marks[d.Grade], d.about(), d.Text)
		if d.Next != "" {
			line += "  → " + d.Next + "\n"
		}
		if _, err := io.WriteString(w, line); err != nil {
			return err
		}
	}
	return nil
}
