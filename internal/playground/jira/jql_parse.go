package jira

import "strings"

// query is JQL that was read.
type query struct {
	where node // nil for everything
	order []ordering
}

type ordering struct {
	field string
	desc  bool
}

// node is a condition: a junction, a negation or a clause.
type node interface{ isNode() }

type junction struct {
	any  bool // OR; else AND
	left node
	rest node
}

type negation struct{ of node }

type clause struct {
	field    string
	operator string // in lower case: "=", "not in", "is not"
	values   []operand
}

// operand is a value in a clause.
type operand struct {
	text  string
	empty bool // EMPTY, or NULL
	call  bool // a function without arguments
}

func (junction) isNode() {}
func (negation) isNode() {}
func (clause) isNode()   {}

// maxDepth of parentheses: deeper, nobody writes it.
const maxDepth = 50

type parser struct {
	tokens []token
	at     int
	depth  int
}

// parseJQL reads the part of JQL that programs send.
func parseJQL(jql string) (query, error) {
	tokens, err := lex(jql)
	if err != nil {
		return query{}, err
	}
	p := &parser{tokens: tokens}
	var q query
	if t := p.peek(); t.kind != endToken && !t.is("order") {
		if q.where, err = p.or(); err != nil {
			return query{}, err
		}
	}
	if p.peek().is("order") {
		if q.order, err = p.orderBy(); err != nil {
			return query{}, err
		}
	}
	if t := p.peek(); t.kind != endToken {
		return query{}, jqlError("Expecting either 'OR' or 'AND' but got '%s'. (line 1, character %d)", t.text, t.at)
	}
	return q, nil
}

func (p *parser) peek() token { return p.tokens[p.at] }

// next never goes beyond the end.
func (p *parser) next() token {
	t := p.tokens[p.at]
	if t.kind != endToken {
		p.at++
	}
	return t
}

func (p *parser) accept(word string) bool {
	if !p.peek().is(word) {
		return false
	}
	p.at++
	return true
}

func (p *parser) or() (node, error) { return p.junction("or", true, p.and) }

func (p *parser) and() (node, error) { return p.junction("and", false, p.not) }

func (p *parser) junction(word string, isAny bool, operand func() (node, error)) (node, error) {
	left, err := operand()
	for err == nil && p.accept(word) {
		var rest node
		rest, err = operand()
		left = junction{any: isAny, left: left, rest: rest}
	}
	return left, err
}

func (p *parser) not() (node, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, jqlError("The query is nested too deep.")
	}
	defer func() { p.depth-- }()
	switch {
	case p.accept("not"):
		of, err := p.not()
		return negation{of}, err
	case p.accept("("):
		inner, err := p.or()
		if err == nil && !p.accept(")") {
			err = jqlError("Expecting ')' before the end of the query.")
		}
		return inner, err
	}
	return p.clause()
}

func (p *parser) clause() (node, error) {
	f := p.next()
	switch {
	case f.kind == endToken:
		return nil, jqlError("Expecting a field name at the end of the query.")
	case f.kind == signToken:
		return nil, jqlError("Expecting a field name but got '%s'. (line 1, character %d)", f.text, f.at)
	case f.kind == wordToken && isReserved(f.text):
		return nil, jqlError("Expecting a field name but got '%s'. You must surround '%s' in quotation marks to use it as a field name. (line 1, character %d)", f.text, f.text, f.at)
	}
	operator, err := p.operator()
	if err != nil {
		return nil, err
	}
	c := clause{field: strings.ToLower(f.text), operator: operator}
	if strings.HasSuffix(operator, "in") && p.peek().is("(") {
		c.values, err = p.list()
		return c, err
	}
	one, err := p.operand()
	c.values = []operand{one}
	if err == nil && strings.HasSuffix(operator, "in") && !one.call {
		err = jqlError("Operator '%s' does not support the non-list value '%s' for field '%s'.", operator, one.text, f.text)
	}
	return c, err
}

func (p *parser) operator() (string, error) {
	t := p.next()
	switch {
	case t.kind == signToken && strings.ContainsAny(t.text, "=<>~"):
		return t.text, nil
	case t.is("in"):
		return "in", nil
	case t.is("not") && p.accept("in"):
		return "not in", nil
	case t.is("is") && p.accept("not"):
		return "is not", nil
	case t.is("is"):
		return "is", nil
	}
	const valid = "The valid operators are '=', '!=', '<', '>', '<=', '>=', '~', '!~', 'IN', 'NOT IN', 'IS' and 'IS NOT'."
	if t.kind == endToken {
		return "", jqlError("Expecting operator before the end of the query. %s", valid)
	}
	return "", jqlError("Expecting operator but got '%s'. %s (line 1, character %d)", t.text, valid, t.at)
}

// list reads values in parentheses.
func (p *parser) list() ([]operand, error) {
	p.next()
	var all []operand
	for {
		one, err := p.operand()
		if err != nil {
			return nil, err
		}
		all = append(all, one)
		switch t := p.next(); {
		case t.is(","):
		case t.is(")"):
			return all, nil
		default:
			return nil, jqlError("Expecting ')' before the end of the query.")
		}
	}
}

func (p *parser) operand() (operand, error) {
	t := p.next()
	switch {
	case t.kind == quotedToken:
		return operand{text: t.text}, nil
	case t.is("empty"), t.is("null"):
		return operand{text: t.text, empty: true}, nil
	case t.kind == endToken:
		return operand{}, jqlError("Expecting either a value, list or function before the end of the query.")
	case t.kind == signToken:
		return operand{}, jqlError("Expecting either a value, list or function but got '%s'. (line 1, character %d)", t.text, t.at)
	case isReserved(t.text):
		return operand{}, jqlError("Expecting either a value, list or function but got '%s'. You must surround '%s' in quotation marks to use it as a value. (line 1, character %d)", t.text, t.text, t.at)
	}
	if !p.accept("(") {
		return operand{text: t.text}, nil
	}
	if !p.accept(")") {
		return operand{}, jqlError("Expecting ')' before the end of the query.")
	}
	return operand{text: strings.ToLower(t.text), call: true}, nil
}

func (p *parser) orderBy() ([]ordering, error) {
	p.next()
	if !p.accept("by") {
		return nil, jqlError("Expecting 'by' after 'order'.")
	}
	var all []ordering
	for {
		f := p.next()
		if f.kind != wordToken && f.kind != quotedToken {
			return nil, jqlError("Expecting a field name at the end of the query.")
		}
		o := ordering{field: strings.ToLower(f.text)}
		if p.accept("desc") {
			o.desc = true
		} else {
			p.accept("asc")
		}
		all = append(all, o)
		if !p.accept(",") {
			return all, nil
		}
	}
}
