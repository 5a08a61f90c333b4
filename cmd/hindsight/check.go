package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"hindsight/internal/config"
)

// checkCommand reads a repository's configuration as the server would.
type checkCommand struct {
	File string `arg:"" help:"A repository's configuration, such as .github/hindsight.yml." placeholder:"FILE"`
}

// Run prints what is in force, or what is wrong and where.
func (k checkCommand) Run(c console) error {
	switch ext := strings.ToLower(filepath.Ext(k.File)); ext {
	case ".yml", ".yaml":
	case ".md", ".markdown":
		return &usageError{fmt.Errorf("%s is a page, and pages can't be checked yet: name a configuration, such as .github/hindsight.yml", k.File)}
	default:
		return &usageError{fmt.Errorf("%s is no configuration, whose name ends in .yml or .yaml: name one, such as .github/hindsight.yml", k.File)}
	}
	data, err := readSome(k.File, config.RepositoryLimit+1)
	if err != nil {
		return &usageError{fmt.Errorf("the configuration can't be read: %w", err)}
	}
	policy, err := config.ParseRepository(k.File, data)
	if mistake := new(config.RepositoryError); errors.As(err, &mistake) {
		// Alone on its line and first, as editors and CI look for places.
		_, _ = fmt.Fprintln(c.err, mistake)
		return fmt.Errorf("%s can't be used as it is: mend it and check again", k.File)
	}
	if err != nil {
		return err
	}
	return printSettings(c.out, k.File, config.InForce(policy))
}

// readSome reads a file up to a limit in bytes.
func readSome(name string, limit int64) (data []byte, err error) {
	f, err := os.Open(name) //nolint:gosec // whoever runs the program names the file
	if err != nil {
		return nil, err
	}
	defer func() { err = join(err, f.Close()) }()
	return io.ReadAll(io.LimitReader(f, limit))
}

func printSettings(w io.Writer, file string, all []config.Setting) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintf(table, "%s: OK\n", file)
	for _, s := range all {
		note := ""
		if s.Default {
			note = "  (default)"
		}
		_, _ = fmt.Fprintf(table, "  %s\t%s%s\n", s.Key, s.Value, note)
	}
	return table.Flush() // tells of any write that failed
}
