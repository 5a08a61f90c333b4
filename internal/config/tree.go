package config

import (
	"strconv"
	"strings"
	"unicode"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// key is a mapping's key and where it stands.
type key struct {
	name  string
	token *token.Token
}

// entries reads a mapping entry by entry. The parser has refused keys that are
// spelled the same.
func entries(n ast.Node, name string, read func(key, ast.Node) *RepositoryError) *RepositoryError {
	if isNull(n) {
		return nil
	}
	m, ok := asMap(n)
	if !ok {
		return at(start(n), "%s must hold keys with values, and this is %s", name, whatIs(n))
	}
	for entry := m.MapRange(); entry.Next(); {
		name, err := text(entry.Key())
		if err != nil {
			return at(start(entry.Key()), "a key must be plain text, and this is %s", whatIs(entry.Key()))
		}
		if err := read(key{name, entry.Key().GetToken()}, entry.Value()); err != nil {
			return err
		}
	}
	return nil
}

// find is the value at a path such as "labels.complete", nil if there is none.
func find(n ast.Node, path string) ast.Node {
	for name := range strings.SplitSeq(path, ".") {
		m, ok := asMap(n)
		if n = nil; !ok {
			return nil
		}
		for entry := m.MapRange(); entry.Next(); {
			if written, err := text(entry.Key()); err == nil && written == name {
				n = entry.Value()
			}
		}
	}
	return n
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

// items reads a list entry by entry.
func items(n ast.Node, most int, read func(ast.Node) *RepositoryError) *RepositoryError {
	if isNull(n) {
		return nil
	}
	s, ok := n.(*ast.SequenceNode)
	if !ok {
		return at(start(n), "this must be a list, each entry on a line that begins with \"- \", and it is %s", whatIs(n))
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
	return "", at(start(n), "this must be plain text, and it is %s", whatIs(n))
}

// start is where a value begins. A mapping's own token is its first colon.
func start(n ast.Node) *token.Token {
	switch n := n.(type) {
	case nil:
		return nil
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

// whatIs names what is there instead, for people who don't know YAML's words.
func whatIs(n ast.Node) string {
	switch n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		return "keys with values"
	case *ast.SequenceNode:
		return "a list"
	case *ast.AnchorNode, *ast.AliasNode, *ast.MergeKeyNode:
		return "an anchor, an alias or a merge, which are not used here: write the value itself"
	case *ast.MappingKeyNode:
		return "one behind a question mark"
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
