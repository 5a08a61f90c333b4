package jira

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// tokenKind is what a piece of JQL is.
type tokenKind int

const (
	endToken    tokenKind = iota
	wordToken             // bare: a field, a value, a keyword
	quotedToken           // a value, or a field, whatever it says
	signToken             // = != < <= > >= ~ !~ ( ) ,
)

type token struct {
	kind tokenKind
	text string // without its quotes
	at   int    // in characters, from 1
}

// is whether the token is a keyword, or a sign. What is quoted is neither.
func (t token) is(word string) bool {
	return (t.kind == wordToken || t.kind == signToken) && strings.EqualFold(t.text, word)
}

// jqlError is what Jira answers about JQL that it can't read.
func jqlError(format string, args ...any) error {
	return &RefusalError{Status: 400, Messages: []string{fmt.Sprintf("Error in the JQL Query: "+format, args...)}}
}

// lex cuts JQL into tokens; the last is an endToken.
func lex(jql string) ([]token, error) {
	var all []token
	runes := []rune(jql)
	if !utf8.ValidString(jql) {
		return nil, jqlError("The text is not valid.")
	}
	for at := 0; at < len(runes); {
		if unicode.IsSpace(runes[at]) {
			at++
			continue
		}
		t, next, err := lexOne(runes, at)
		if err != nil {
			return nil, err
		}
		all = append(all, t)
		at = next
	}
	return append(all, token{kind: endToken, at: len(runes) + 1}), nil
}

func lexOne(runes []rune, at int) (token, int, error) {
	r := runes[at]
	switch {
	case r == '"' || r == '\'':
		return lexQuoted(runes, at)
	case strings.ContainsRune("(),=~", r):
		return token{signToken, string(r), at + 1}, at + 1, nil
	case strings.ContainsRune("<>!", r):
		return lexSign(runes, at)
	case isWord(r):
		end := at
		for end < len(runes) && isWord(runes[end]) {
			end++
		}
		return token{wordToken, string(runes[at:end]), at + 1}, end, nil
	}
	return token{}, 0, jqlError("The character '%c' is a reserved JQL character. You must enclose it in a string or use the escape '\\u%04x' instead. (line 1, character %d)", r, r, at+1)
}

func isWord(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("_-.", r)
}

// lexSign reads the signs that may have a second character.
func lexSign(runes []rune, at int) (token, int, error) {
	if at+1 < len(runes) {
		two := string(runes[at : at+2])
		if two == "!=" || two == "!~" || two == "<=" || two == ">=" {
			return token{signToken, two, at + 1}, at + 2, nil
		}
	}
	if runes[at] == '!' {
		return token{wordToken, "NOT", at + 1}, at + 1, nil
	}
	return token{signToken, string(runes[at]), at + 1}, at + 1, nil
}

func lexQuoted(runes []rune, at int) (token, int, error) {
	var text strings.Builder
	for n := at + 1; n < len(runes); n++ {
		switch {
		case runes[n] == runes[at]:
			return token{quotedToken, text.String(), at + 1}, n + 1, nil
		case runes[n] == '\\' && n+1 < len(runes):
			n++
			r, known := map[rune]rune{'n': '\n', 't': '\t', 'r': '\r', ' ': ' ', '\\': '\\', '"': '"', '\'': '\''}[runes[n]]
			if !known {
				return token{}, 0, jqlError("'\\%c' is an illegal JQL escape sequence. The valid escape sequences are \\', \\\", \\t, \\n, \\r, \\\\, '\\ ' and \\uXXXX. (line 1, character %d)", runes[n], n)
			}
			text.WriteRune(r)
		default:
			text.WriteRune(runes[n])
		}
	}
	return token{}, 0, jqlError("The quoted string '%s' has not been completed. (line 1, character %d)", string(runes[at+1:]), at+1)
}

// reservedWords are those that Jira takes for values only in quotation marks:
// a project with the key IN has to be asked for as "IN".
const reservedWords = ` abort access add after alias all alter and any as asc audit avg before begin between boolean break by byte
 catch cf changed char character check checkpoint collate collation column commit connect continue count create current
 date decimal declare decrement default defaults define delete delimiter desc difference distinct divide do double drop
 else empty encoding end equals escape exclusive exec execute exists explain false fetch field file first float for from
 function go goto grant greater group having identified if immediate in increment index initial inner inout input insert
 int integer intersect intersection into is isempty isnull join last left less like limit lock long max min minus mode
 modify modulo more multiply next noaudit not notin nowait null number object of on option or order outer output power
 previous prior privileges public raise raw remainder rename resource return returns revoke right row rowid rownum rows
 select session set share size sqrt start strict string subtract sum synonym table then to trans transaction trigger true
 uid union unique update user validate values view was when whenever where while with `

func isReserved(word string) bool {
	for reserved := range strings.FieldsSeq(reservedWords) {
		if strings.EqualFold(reserved, word) {
			return true
		}
	}
	return false
}
