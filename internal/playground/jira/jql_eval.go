package jira

import (
	"cmp"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// matcher is whether a ticket is meant.
type matcher func(Ticket) bool

// find are the tickets among all that the JQL means and that the account may
// see, in its order; the newest first if it has none.
func (j *Jira) find(by *account, jql string, all []Ticket) ([]Ticket, error) {
	q, err := parseJQL(jql)
	if err != nil {
		return nil, err
	}
	a := asking{j: j, by: by, now: j.now()}
	match, err := a.compile(q.where)
	if err != nil {
		return nil, err
	}
	compare, err := a.order(q.order)
	if err != nil {
		return nil, err
	}
	found := slices.DeleteFunc(slices.Clone(all), func(t Ticket) bool {
		p := j.project(t.Project)
		return p == nil || !p.may(by, Browse) || !match(t)
	})
	slices.SortStableFunc(found, compare)
	return found, nil
}

func (a asking) compile(n node) (matcher, error) {
	switch n := n.(type) {
	case junction:
		left, err := a.compile(n.left)
		if err != nil {
			return nil, err
		}
		rest, err := a.compile(n.rest)
		if n.any {
			return func(t Ticket) bool { return left(t) || rest(t) }, err
		}
		return func(t Ticket) bool { return left(t) && rest(t) }, err
	case negation:
		of, err := a.compile(n.of)
		return func(t Ticket) bool { return !of(t) }, err
	case clause:
		return a.clause(n)
	}
	return func(Ticket) bool { return true }, nil
}

func (a asking) clause(c clause) (matcher, error) {
	f, err := a.field(c.field)
	switch {
	case err != nil:
		return nil, err
	case f.when != nil:
		return a.dated(f, c)
	case f.text != nil:
		return a.worded(f, c)
	}
	return a.valued(f, c)
}

func unsupported(c clause) error {
	return refuse(http.StatusBadRequest, fmt.Sprintf("The operator '%s' is not supported by the '%s' field.", c.operator, c.field))
}

// valued compares values. As in Jira, what is not something has to be
// something else: tickets without a value are not meant by !=.
func (a asking) valued(f jqlField, c clause) (matcher, error) {
	var wanted []string
	empty := false
	for _, o := range c.values {
		value, err := a.value(f, c, o)
		if err != nil {
			return nil, err
		}
		if o.empty || value == unresolved {
			empty = true
			continue
		}
		wanted = append(wanted, value)
	}
	has := func(t Ticket) bool {
		values := f.values(t)
		return empty && len(values) == 0 || slices.ContainsFunc(values, func(v string) bool { return slices.Contains(wanted, v) })
	}
	switch c.operator {
	case "=", "in":
		return has, nil
	case "!=", "not in":
		return func(t Ticket) bool { return !has(t) && len(f.values(t)) > 0 }, nil
	case "is", "is not":
		if !empty || len(wanted) > 0 {
			return nil, refuse(http.StatusBadRequest, fmt.Sprintf("Operator '%s' supports only EMPTY and NULL for field '%s'.", c.operator, c.field))
		}
		is := c.operator == "is"
		return func(t Ticket) bool { return has(t) == is }, nil
	}
	return nil, unsupported(c)
}

func (a asking) value(f jqlField, c clause, o operand) (string, error) {
	switch {
	case o.empty:
		return "", nil
	case o.call && o.text == "currentuser":
		return a.by.ID, nil
	case o.call:
		return "", refuse(http.StatusBadRequest, fmt.Sprintf("Unable to find JQL function '%s()'.", o.text))
	}
	value, known := f.known(o.text)
	if known {
		return value, nil
	}
	issue := c.field == "key" || c.field == "issuekey" || c.field == "issue" || c.field == "id"
	switch {
	case issue && parseID(o.text) == 0:
		return "", refuse(http.StatusBadRequest, fmt.Sprintf("An issue with key '%s' does not exist for field '%s'.", o.text, c.field))
	case issue:
		return "", refuse(http.StatusBadRequest, fmt.Sprintf("A value with ID '%s' does not exist for the field '%s'.", o.text, c.field))
	}
	return "", refuse(http.StatusBadRequest, fmt.Sprintf("The value '%s' does not exist for the field '%s'.", o.text, c.field))
}

func (a asking) worded(f jqlField, c clause) (matcher, error) {
	if c.operator != "~" && c.operator != "!~" {
		return nil, unsupported(c)
	}
	words := strings.Fields(strings.ToLower(c.values[0].text))
	return func(t Ticket) bool {
		text := strings.ToLower(f.text(t))
		all := !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) })
		return all == (c.operator == "~")
	}, nil
}

func (a asking) dated(f jqlField, c clause) (matcher, error) {
	o := c.values[0]
	if len(c.values) > 1 || strings.HasSuffix(c.operator, "in") || strings.HasSuffix(c.operator, "~") {
		return nil, unsupported(c)
	}
	if c.operator == "is" || c.operator == "is not" || o.empty {
		not := c.operator == "is not" || c.operator == "!="
		return func(t Ticket) bool { return f.when(t).IsZero() != not }, nil
	}
	limit, err := a.time(c.field, o)
	if err != nil {
		return nil, err
	}
	return func(t Ticket) bool {
		when := f.when(t)
		if when.IsZero() {
			return false
		}
		order := when.Compare(limit)
		switch c.operator {
		case "<":
			return order < 0
		case "<=":
			return order <= 0
		case ">":
			return order > 0
		case ">=":
			return order >= 0
		case "!=":
			return order != 0
		}
		return order == 0
	}, nil
}

var period = regexp.MustCompile(`^[+-]?\d{1,4}[wdhm]( \d{1,4}[wdhm])*$`)

// time reads a date. A period counts from now; dates and times are in the
// account's time zone, which a program can't know.
func (a asking) time(field string, o operand) (time.Time, error) {
	if o.call && o.text == "now" {
		return a.now, nil
	}
	if period.MatchString(o.text) && !o.call {
		return a.now.Add(parsePeriod(o.text)), nil
	}
	text := strings.ReplaceAll(o.text, "/", "-")
	for _, layout := range []string{"2006-01-02 15:04", time.DateOnly} {
		if t, err := time.ParseInLocation(layout, text, a.by.Zone); err == nil && !o.call {
			return t, nil
		}
	}
	return time.Time{}, refuse(http.StatusBadRequest, fmt.Sprintf(
		"Date value '%s' for field '%s' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'.",
		o.text, field))
}

func parsePeriod(text string) time.Duration {
	units := map[byte]time.Duration{'w': 7 * 24 * time.Hour, 'd': 24 * time.Hour, 'h': time.Hour, 'm': time.Minute}
	var sum time.Duration
	for part := range strings.FieldsSeq(strings.TrimLeft(text, "+-")) {
		n, _ := strconv.Atoi(part[:len(part)-1]) // digits, by the pattern
		sum += time.Duration(n) * units[part[len(part)-1]]
	}
	if text[0] == '-' {
		return -sum
	}
	return sum
}

// order compares by what can be sorted by; then the newest comes first.
func (a asking) order(by []ordering) (func(x, y Ticket) int, error) {
	var all []func(x, y Ticket) int
	for _, o := range by {
		compare, err := a.orderBy(o.field)
		if err != nil {
			return nil, err
		}
		if o.desc {
			upward := compare
			compare = func(x, y Ticket) int { return upward(y, x) }
		}
		all = append(all, compare)
	}
	return func(x, y Ticket) int {
		for _, compare := range all {
			if c := compare(x, y); c != 0 {
				return c
			}
		}
		return cmp.Compare(y.ID, x.ID)
	}, nil
}

func (a asking) orderBy(name string) (func(x, y Ticket) int, error) {
	if name == "rank" { // nobody drags tickets up and down here
		return func(x, y Ticket) int { return cmp.Compare(x.ID, y.ID) }, nil
	}
	f, err := a.field(name)
	switch {
	case err != nil:
		return nil, refuse(http.StatusBadRequest, fmt.Sprintf("Not able to sort using field '%s'.", name))
	case f.when != nil:
		return func(x, y Ticket) int { return f.when(x).Compare(f.when(y)) }, nil
	case f.text != nil:
		return func(x, y Ticket) int { return cmp.Compare(f.text(x), f.text(y)) }, nil
	case name == "id" || strings.HasSuffix(name, "key") || name == "issue":
		return func(x, y Ticket) int { return cmp.Compare(x.ID, y.ID) }, nil
	}
	return func(x, y Ticket) int { return slices.Compare(f.values(x), f.values(y)) }, nil
}
