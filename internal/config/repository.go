package config

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"hindsight/internal/incident"
)

// RepositoryLimit is how large a repository's configuration may be, in bytes.
const RepositoryLimit = 64 << 10

// RepositoryError is a configuration that can't be used.
type RepositoryError struct {
	File         string
	Line, Column int    // from 1
	Problem      string // one sentence, with the next step; may quote the file
}

func (e *RepositoryError) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Problem)
}

// ParseRepository reads a repository's .github/hindsight.yml over the
// defaults. Its error is always a [RepositoryError]; the policy then is of no
// use.
//
// The file is walked as a tree rather than decoded: so every error knows its
// place, and anchors, tags and merge keys, with which a small file becomes a
// large one, never come to anything.
func ParseRepository(file string, data []byte) (incident.Policy, error) {
	root, err := parseTree(data, limits{bytes: RepositoryLimit, entries: 2048})
	policy := incident.DefaultPolicy()
	if err == nil && root != nil {
		err = readPolicy(root, "", &policy)
	}
	if err == nil {
		err = checkLabels(root, policy)
	}
	if err == nil {
		err = checkFallback(root)
	}
	if err != nil {
		err.File = file
		return incident.Policy{}, err
	}
	return policy, nil
}

// limits are what is read of a file.
type limits struct {
	bytes   int64
	entries int
	// secret is true where no error may repeat what is in the file.
	secret bool
}

// parseTree gives the only document's content, nil if there is none.
func parseTree(data []byte, most limits) (root ast.Node, problem *RepositoryError) {
	if int64(len(data)) > most.bytes {
		return nil, at(nil, "the file is larger than %d KB: shorten it", most.bytes>>10)
	}
	if !utf8.Valid(data) {
		return nil, at(nil, "the file is not UTF-8: save it as UTF-8")
	}
	// Whoever writes this file must not be able to end the process, whatever
	// the parser makes of it.
	defer func() {
		if recover() != nil {
			root, problem = nil, at(nil, "the file can't be read as YAML: simplify it")
		}
	}()
	tokens, problem := tokenize(data, most.entries)
	if problem != nil {
		return nil, problem
	}
	tree, err := parser.Parse(tokens, 0)
	if err != nil {
		return nil, notYAML(err, most.secret)
	}
	for i, doc := range tree.Docs {
		if i > 0 {
			return nil, at(doc.Start, "a second document would be ignored: keep everything in one")
		}
		root = doc.Body
	}
	return root, nil
}

// tokenize refuses what the parser would take long over: its time grows with
// the square of the nesting, to half a minute for 64 KB of brackets.
func tokenize(data []byte, most int) (token.Tokens, *RepositoryError) {
	tokens := lexer.Tokenize(string(bytes.TrimPrefix(data, []byte("\ufeff"))))
	if len(tokens) > most {
		return nil, at(tokens[most], "the file has too many entries: shorten it")
	}
	return tokens, nil
}

func notYAML(err error, secret bool) *RepositoryError {
	e, placed := err.(yaml.Error) //nolint:errorlint // the parser's own, never wrapped
	message, place := err.Error(), (*token.Token)(nil)
	if placed {
		message, place = e.GetMessage(), e.GetToken()
	}
	switch {
	// The library has no other sign for it; the words of another version would
	// be shown as they are.
	case placed && strings.Contains(message, "already defined at"):
		written := quote(place.Value)
		if secret {
			written = shown(place.Value)
		}
		return at(place, "%s is there twice: keep one", written)
	case secret:
		return at(place, "this is not YAML: look at the indentation here, and for quotes and brackets that are not closed")
	}
	// A tab is mostly the mistake itself.
	return at(place, "this is not YAML: %s", shortened(strings.ReplaceAll(message, "\t", `\t`)))
}

// shortened is what the library says of the file, as far as people read: it repeats
// what it found, which may be all of the file.
func shortened(message string) string { return cut(oneLine(message), 200) }

// at is a problem at a place; the file's beginning where there is none.
func at(place *token.Token, format string, args ...any) *RepositoryError {
	e := &RepositoryError{Line: 1, Column: 1, Problem: fmt.Sprintf(format, args...)}
	if place != nil && place.Position != nil {
		e.Line, e.Column = max(place.Position.Line, 1), max(place.Position.Column, 1)
	}
	return e
}
