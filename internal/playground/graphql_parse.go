package playground

import (
	"fmt"
	"regexp"
	"strings"
)

// selection is one entry of a selection set in a GraphQL query: a field, or a
// fragment on a type.
type selection struct {
	as, field string            // the name in the answer, and in the schema
	on        string            // of a fragment; then it is no field
	arguments map[string]string // as written: "$id", "100", `"text"`
	of        []selection
	column    int
}

// query is a parsed GraphQL query: one operation, without directives and
// named fragments, which nobody needs here.
type query struct {
	variables map[string]string // the type of each, without the dollar sign
	of        []selection
}

var graphToken = regexp.MustCompile(`^(\.\.\.|[_A-Za-z][_0-9A-Za-z]*|-?\d+|"(?:[^"\\\n]|\\.)*"|[{}()\[\]:!$=])`)

// queryParser reads a query token by token; what it can't read becomes an
// error in the form of GitHub's.
type queryParser struct {
	text string
	at   int
}

func parseQuery(text string) (q query, err error) {
	p := &queryParser{text: text}
	q.variables = map[string]string{}
	if p.peek() == "query" {
		p.next()
		if name := p.peek(); name != "(" && name != "{" {
			p.next()
		}
	}
	if p.peek() == "(" {
		if err = p.declarations(q.variables); err != nil {
			return q, err
		}
	}
	if q.of, err = p.set(); err != nil {
		return q, err
	}
	if p.peek(); p.at < len(p.text) {
		return q, p.unexpected()
	}
	return q, nil
}

// peek is the next token; "" at the end, or where there is none.
func (p *queryParser) peek() string {
	for p.at < len(p.text) {
		switch c := p.text[p.at]; {
		case strings.ContainsRune(" \t\r\n,", rune(c)):
			p.at++
		case c == '#':
			end := strings.IndexByte(p.text[p.at:], '\n')
			if end < 0 {
				end = len(p.text) - p.at
			}
			p.at += end
		default:
			return graphToken.FindString(p.text[p.at:])
		}
	}
	return ""
}

func (p *queryParser) next() string {
	token := p.peek()
	p.at += len(token)
	return token
}

func (p *queryParser) unexpected() error {
	rest := p.text[p.at:]
	if len(rest) > 20 {
		rest = rest[:20]
	}
	return &graphError{Message: fmt.Sprintf("Parse error on %q", rest), column: p.at + 1}
}

func (p *queryParser) expect(tokens ...string) error {
	for _, token := range tokens {
		if p.peek() != token {
			return p.unexpected()
		}
		p.next()
	}
	return nil
}

// name is an identifier.
func (p *queryParser) name() (string, error) {
	token := p.peek()
	if token == "" || !strings.ContainsAny(token[:1], "_ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") {
		return "", p.unexpected()
	}
	return p.next(), nil
}

// declarations reads ($id: ID!, $first: Int).
func (p *queryParser) declarations(into map[string]string) error {
	if err := p.expect("("); err != nil {
		return err
	}
	for p.peek() != ")" {
		if err := p.expect("$"); err != nil {
			return err
		}
		name, err := p.name()
		if err != nil {
			return err
		}
		if err = p.expect(":"); err != nil {
			return err
		}
		kind, err := p.name()
		if err != nil {
			return err
		}
		if p.peek() == "!" {
			kind += p.next()
		}
		into[name] = kind
	}
	return p.expect(")")
}

// set reads { … }.
func (p *queryParser) set() ([]selection, error) {
	if err := p.expect("{"); err != nil {
		return nil, err
	}
	var all []selection
	for p.peek() != "}" {
		one, err := p.selection()
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	if len(all) == 0 {
		return nil, p.unexpected()
	}
	return all, p.expect("}")
}

func (p *queryParser) selection() (s selection, err error) {
	token := p.peek()
	s.column = p.at + 1
	if token == "..." {
		if err = p.expect("...", "on"); err != nil {
			return s, err
		}
		if s.on, err = p.name(); err != nil {
			return s, err
		}
		s.of, err = p.set()
		return s, err
	}
	if s.field, err = p.name(); err != nil {
		return s, err
	}
	s.as = s.field
	if p.peek() == ":" {
		p.next()
		if s.field, err = p.name(); err != nil {
			return s, err
		}
	}
	if p.peek() == "(" {
		if s.arguments, err = p.given(); err != nil {
			return s, err
		}
	}
	if p.peek() == "{" {
		s.of, err = p.set()
	}
	return s, err
}

// given reads (id: $id, first: 100).
func (p *queryParser) given() (map[string]string, error) {
	all := map[string]string{}
	if err := p.expect("("); err != nil {
		return nil, err
	}
	for p.peek() != ")" {
		name, err := p.name()
		if err != nil {
			return nil, err
		}
		if err := p.expect(":"); err != nil {
			return nil, err
		}
		value := p.next()
		if value == "$" {
			variable, err := p.name()
			if err != nil {
				return nil, err
			}
			value += variable
		}
		if value == "" {
			return nil, p.unexpected()
		}
		all[name] = value
	}
	return all, p.expect(")")
}
