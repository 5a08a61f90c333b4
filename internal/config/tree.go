package config

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// fields are what a mapping may hold, by key.
type fields map[string]func(ast.Node) *RepositoryError

// mapping reads the known keys and refuses all others. A key without a value
// is as good as none.
func mapping(n ast.Node, name string, known fields) *RepositoryError {
	return entries(n, name, func(key *token.Token, value ast.Node) *RepositoryError {
		read, ok := known[key.Value]
		if !ok {
			names := strings.Join(slices.Sorted(maps.Keys(known)), ", ")
			return at(key, "unknown key %s in %s: what can be set there is %s", quote(key.Value), name, names)
		}
		if isNull(value) {
			return nil
		}
		return read(value)
	})
}

func entries(n ast.Node, name string, read func(*token.Token, ast.Node) *RepositoryError) *RepositoryError {
	if isNull(n) {
		return nil
	}
	m, ok := asMap(n)
	if !ok {
		return at(start(n), "%s must hold keys with values, and this is %s", name, kind(n))
	}
	for entry := m.MapRange(); entry.Next(); {
		key, ok := entry.Key().(ast.ScalarNode)
		if !ok {
			return at(start(entry.Key()), "a key must be plain text, and this is %s", kind(entry.Key()))
		}
		if err := read(key.GetToken(), entry.Value()); err != nil {
			return err
		}
	}
	return nil
}

// asMap leaves out anchors and tags, which pass for mappings too.
func asMap(n ast.Node) (ast.MapNode, bool) {
	switch n := n.(type) {
	case *ast.MappingNode:
		return n, true
	case *ast.MappingValueNode:
		return n, true
	}
	return nil, false
}

func list(n ast.Node, most int, read func(ast.Node) *RepositoryError) *RepositoryError {
	if isNull(n) {
		return nil
	}
	s, ok := n.(*ast.SequenceNode)
	if !ok {
		return at(start(n), "this must be a list, each entry on a line that begins with \"- \", and it is %s", kind(n))
	}
	for i, value := range s.Values {
		if i == most {
			return at(value.GetToken(), "more than %d entries: shorten the list", most)
		}
		if err := read(value); err != nil {
			return err
		}
	}
	return nil
}

// text is a scalar as it was written.
func text(n ast.Node) (string, *RepositoryError) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, nil
	case *ast.LiteralNode:
		return n.Value.Value, nil
	case *ast.NullNode:
		return "", nil
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return n.GetToken().Value, nil
	}
	return "", at(start(n), "this must be plain text, and it is %s", kind(n))
}

// start is where a value begins. A mapping's own token is its first colon.
func start(n ast.Node) *token.Token {
	switch n := n.(type) {
	case *ast.MappingNode:
		if !n.IsFlowStyle && len(n.Values) > 0 {
			return n.Values[0].Key.GetToken()
		}
	case *ast.MappingValueNode:
		return n.Key.GetToken()
	}
	return n.GetToken()
}

func isNull(n ast.Node) bool {
	switch n.(type) {
	case nil, *ast.NullNode, *ast.CommentGroupNode:
		return true
	}
	return false
}

// kind names what is there instead, for people who don't know YAML's words.
func kind(n ast.Node) string {
	switch n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		return "keys with values"
	case *ast.SequenceNode:
		return "a list"
	case *ast.AnchorNode, *ast.AliasNode, *ast.MergeKeyNode:
		return "an anchor, an alias or a merge, which are not used here: write the value itself"
	case *ast.TagNode:
		return "a tag, which is not used here: write the value alone"
	}
	return "a single value"
}

// quote shows a bit of the file in an error, short and on one line.
func quote(s string) string { return strconv.Quote(cut(s, 40)) }

// cut is the first characters of s.
func cut(s string, most int) string {
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return s
}

// oneLine is s without line breaks and other controls.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, s)
}
