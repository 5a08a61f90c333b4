package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"

	"hindsight/internal/config"
	"hindsight/internal/incident"
)

// finding is something wrong in a file, as people and programs are told.
type finding struct {
	File   string `json:"file"`
	Line   int    `json:"line"`   // from 1
	Column int    `json:"column"` // from 1
	// Rule is the checks' name for it, or "configuration" or "template" for what
	// makes one of no use.
	Rule    string `json:"rule"`
	Serious bool   `json:"serious"`
	Text    string `json:"text"`
}

func (f finding) String() string {
	serious := ""
	if f.Serious {
		serious = " (serious)"
	}
	return fmt.Sprintf("%s:%d:%d: %s%s: %s", f.File, f.Line, f.Column, f.Rule, serious, f.Text)
}

func findings(file string, all []incident.Finding) []finding {
	var found []finding
	for _, f := range all {
		found = append(found, finding{file, f.Line, f.Column, f.Rule, f.Serious, f.Text})
	}
	return found
}

// report is what came of all files.
type report struct {
	Files    int       `json:"files"`
	Serious  int       `json:"serious"` // of the findings
	Findings []finding `json:"findings"`
	all      []inspected
}

func (r *report) add(i inspected) {
	r.Files++
	for _, f := range i.findings {
		if f.Serious {
			r.Serious++
		}
	}
	r.Findings = append(r.Findings, i.findings...)
	r.all = append(r.all, i)
}

// print fails when something serious was found; the error sums it up.
func (r *report) print(w io.Writer, format string) error {
	write := r.printText
	if format == "json" {
		write = r.printJSON
	}
	if err := write(w); err != nil {
		return err
	}
	if r.Serious > 0 {
		return errors.New(r.summary())
	}
	return nil
}

func (r *report) printJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

func (r *report) printText(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, i := range r.all {
		if len(i.findings) == 0 {
			_, _ = fmt.Fprintf(table, "%s: OK\n", i.file)
		}
		for _, f := range i.findings {
			_, _ = fmt.Fprintln(table, f)
		}
		printSettings(table, i.settings)
	}
	if r.Serious == 0 && len(r.Findings) > 0 {
		_, _ = fmt.Fprintln(table, r.summary())
	}
	return table.Flush() // tells of any write that failed
}

func printSettings(w io.Writer, all []config.Setting) {
	for _, s := range all {
		note := ""
		if s.Default {
			note = "  (default)"
		}
		_, _ = fmt.Fprintf(w, "  %s\t%s%s\n", s.Key, s.Value, note)
	}
}

// summary is one sentence on what was found.
func (r *report) summary() string {
	return fmt.Sprintf("%s in %s, %d of them serious", counted(len(r.Findings), "finding"), counted(r.Files, "file"), r.Serious)
}

// counted is a number and what of it there is: "1 file", "2 files".
func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
