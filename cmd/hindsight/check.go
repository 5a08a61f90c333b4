package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"hindsight/internal/check"
	"hindsight/internal/config"
	"hindsight/internal/incident"
	"hindsight/templates"
)

// checkCommand looks through what people write for Hindsight, as the server
// would.
type checkCommand struct {
	Files     []string `arg:"" help:"Pages, a template (.github/hindsight/postmortem.md) or configurations (.github/hindsight.yml). - is a page on standard input." placeholder:"FILE"`
	Template  bool     `help:"Take all Markdown for templates, whatever the files are called."`
	Format    string   `enum:"text,json" default:"text" help:"text or json."`
	Config    string   `help:"A repository's configuration, whose checks.off counts." placeholder:"FILE"`
	Customers string   `env:"HINDSIGHT_CUSTOMERS_FILE" help:"File with customers' names, one in a line, that should not appear." placeholder:"FILE"`
}

// pageLimit is how large a page may be, in bytes: a larger one in a wiki is
// not read.
const pageLimit = 1 << 20

// Run prints what was found, and what is in force with a configuration. What
// is serious makes it fail.
func (k checkCommand) Run(c console) error {
	inputs, err := k.inputs(c.in)
	if err != nil {
		return &usageError{err}
	}
	by, err := k.inspector()
	if err != nil {
		return &usageError{err}
	}
	r := report{Findings: []finding{}}
	for _, in := range inputs {
		r.add(by.inspect(in))
	}
	return r.print(c.out, k.Format)
}

// inputKind is how a file is read.
type inputKind int

const (
	aPage inputKind = iota
	aTemplate
	aConfiguration
)

// input is a file that was read.
type input struct {
	name string
	kind inputKind
	data []byte
}

// inputs reads all files before any is looked into, so that a slip in the
// command line is told first.
func (k checkCommand) inputs(stdin io.Reader) ([]input, error) {
	var all []input
	for _, name := range k.Files {
		kind, err := k.kindOf(name)
		if err != nil {
			return nil, err
		}
		in := input{name: name, kind: kind}
		if name == "-" {
			in.name = "stdin"
			in.data, err = some(stdin)
		} else {
			in.data, err = readSome(name)
		}
		if err != nil {
			return nil, fmt.Errorf("%s can't be read: %w", in.name, err)
		}
		all = append(all, in)
	}
	return all, nil
}

// kindOf is what a file is, by its name.
func (k checkCommand) kindOf(name string) (inputKind, error) {
	ext := strings.ToLower(filepath.Ext(name))
	switch {
	case ext == ".yml" || ext == ".yaml":
		return aConfiguration, nil
	case k.Template, isTemplate(name):
		return aTemplate, nil
	case ext == ".md" || ext == ".markdown" || name == "-":
		return aPage, nil
	}
	return 0, fmt.Errorf("%s is nothing that can be checked: name a page or a template, which end in .md, or a configuration, which ends in .yml", name)
}

// isTemplate is whether a path ends as a repository's own template does.
func isTemplate(name string) bool {
	whole, err := filepath.Abs(name)
	return err == nil && strings.HasSuffix(filepath.ToSlash(whole), "/"+incident.TemplateFile)
}

// readSome reads a file that is no larger than anything of its kind may be.
func readSome(name string) (data []byte, err error) {
	f, err := os.Open(name) //nolint:gosec // whoever runs the program names the file
	if err != nil {
		return nil, err
	}
	defer func() { err = join(err, f.Close()) }()
	return some(f)
}

func some(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, pageLimit+1))
	if err == nil && len(data) > pageLimit {
		err = fmt.Errorf("it is larger than %d KB", pageLimit>>10)
	}
	return data, err
}

// inspector looks into files.
type inspector struct {
	texts     templates.Texts
	rules     *check.Checker
	off       []string
	customers []string
}

func (k checkCommand) inspector() (by inspector, err error) {
	by = inspector{texts: templates.New(), rules: check.New()}
	if k.Customers != "" {
		if by.customers, err = config.ReadCustomers(k.Customers); err != nil {
			return by, fmt.Errorf("the customers' names can't be used: %w", err)
		}
	}
	if k.Config == "" {
		return by, nil
	}
	data, err := readSome(k.Config)
	if err != nil {
		return by, fmt.Errorf("the configuration can't be read: %w", err)
	}
	policy, err := config.ParseRepository(k.Config, data)
	by.off = policy.ChecksOff
	return by, err
}

// inspected is what came of one file.
type inspected struct {
	file     string
	findings []finding
	settings []config.Setting // of a configuration that can be used
}

func (by inspector) inspect(in input) inspected {
	found := inspected{file: in.name}
	switch in.kind {
	case aConfiguration:
		policy, err := config.ParseRepository(in.name, in.data)
		if mistake := new(config.RepositoryError); errors.As(err, &mistake) {
			found.findings = []finding{{in.name, mistake.Line, mistake.Column, "configuration", true, mistake.Problem}}
		} else {
			found.settings = config.InForce(policy)
		}
	case aTemplate:
		found.findings = mistakes(in.name, by.texts.CheckTemplate(in.name, string(in.data)))
		if len(found.findings) == 0 {
			found.findings = findings(in.name, by.rules.Template(string(in.data), by.off, by.customers))
		}
	case aPage:
		found.findings = findings(in.name, by.rules.Check(string(in.data), by.off, by.customers))
	}
	return found
}

// mistakes are what makes a template of no use.
func mistakes(file string, err error) []finding {
	var all []finding
	for _, e := range errorParts(err) {
		f := finding{file, 1, 1, "template", true, e.Error()}
		if mistake := new(templates.TemplateError); errors.As(e, &mistake) {
			f.Line, f.Text = mistake.Line, mistake.Problem
		}
		all = append(all, f)
	}
	return all
}

// errorParts are the errors that were joined into one; none of none.
func errorParts(err error) []error {
	joined, ok := err.(interface{ Unwrap() []error })
	switch {
	case err == nil:
		return nil
	case ok:
		return joined.Unwrap()
	}
	return []error{err}
}
