package markdown

import (
	"bytes"
	"html"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
)

// languages are what a fence may say of its code. Not among them are those that
// GitHub draws: diagrams, maps, models and formulas.
const languages = " apache awk bash batch c c# c++ clojure cmake console cpp cs csharp css csv cue dart diff docker dockerfile elixir elm erlang " +
	"fish fsharp go golang gotemplate graphql groovy h haskell hcl html http ini java javascript js json json5 jsonc jsonnet jsx julia kotlin kql less " +
	"logql log lua makefile markdown md nginx nix objc ocaml output patch perl php plain plaintext powershell promql proto protobuf ps1 puppet py " +
	"python r rb rego ruby rust scala scss sh shell shell-session sql starlark swift systemd terraform text tf toml ts tsx tsv txt typescript " +
	"vim xml yaml yml zig zsh "

// fences leaves of what fences say beside code the language alone.
func (p *plainer) fences(parent ast.Node) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		code, ok := n.(*ast.FencedCodeBlock)
		if !ok {
			p.fences(n)
			continue
		}
		if code.Info == nil {
			continue
		}
		at := code.Info.Segment
		info := string(at.Value(p.src))
		language, _, _ := strings.Cut(info, " ")
		if !oneOf(languages, strings.ToLower(language)) {
			language = ""
		}
		if language != info && at.Start < at.Stop {
			p.edits = append(p.edits, edit{at.Start, at.Stop, language})
		}
	}
}

// formulas makes words of dollars, as GitHub advises, where two of them could
// make a formula of what stands between.
func (p *plainer) formulas(l leaf, pairs []bracket) {
	if bytes.Count(l.bare, []byte("$")) < 2 {
		return
	}
	shown := bytes.Clone(l.bare)
	hide := func(from, to int) {
		for i := from; i < to; i++ {
			shown[i] = masked
		}
	}
	for _, b := range pairs {
		if b.address != nil {
			hide(b.close, b.end)
		}
	}
	for _, form := range []*regexp.Regexp{autoLink, bareAddress} {
		for _, m := range form.FindAllIndex(l.bare, -1) {
			hide(m[0], m[1])
		}
	}
	for i, c := range shown {
		apart := bytes.HasSuffix(l.text[:i], []byte("<span>")) && bytes.HasPrefix(l.text[i+1:], []byte("</span>"))
		if c == '$' && !apart {
			p.replace(l, i, i+1, "<span>$</span>")
		}
	}
}

// surplus takes out the cells of a table that its head has none for: they are
// not shown. A pipe behind two backslashes ends a cell for some, and so here.
func (p *plainer) surplus(l leaf) {
	most, above := 0, ""
	at := 0
	for line := range strings.Lines(string(l.text)) {
		words := strings.TrimRight(line, " \t\r\n")
		if most > 0 {
			p.replace(l, at+endOfCells(words, most), at+len(words), "")
		} else if heads(above, words) {
			most = cells(words)
		}
		above = words
		at += len(line)
	}
}

// endOfCells is behind as many cells of a row, or its end.
func endOfCells(row string, most int) int {
	start := len(row) - len(strings.TrimLeft(row, " \t"))
	if strings.HasPrefix(row[start:], "|") {
		start++
	}
	slashes := 0
	for i := start; i < len(row); i++ {
		switch {
		case row[i] == '\\':
			slashes++
			continue
		case row[i] == '|' && slashes%2 == 0:
			if most--; most == 0 {
				return i + 1
			}
		}
		slashes = 0
	}
	return len(row)
}

var entityForm = regexp.MustCompile(`^&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z0-9]{1,32});`)

// seen counts the characters that people see before each position of the text,
// and pictures. Signs that may be markup are not among them.
func (l leaf) seen() []int {
	tag := make([]bool, len(l.text))
	eachInline(l.block, func(n ast.Node) {
		if raw, ok := n.(*ast.RawHTML); ok && raw.Segments.Len() > 0 {
			from, to := l.whole(raw)
			for i := from; i < to; i++ {
				tag[i] = true
			}
		}
	})
	counts := make([]int, len(l.text)+1)
	for i := 0; i < len(l.text); {
		size, shown := visibleAt(l.text[i:])
		if shown && !tag[i] {
			counts[i+size]++
		}
		for j := i + 1; j <= i+size; j++ {
			counts[j] += counts[j-1]
		}
		i += size
	}
	return counts
}

// visibleAt is how long the first character is, and whether people see it.
func visibleAt(text []byte) (size int, shown bool) {
	switch {
	case bytes.HasPrefix(text, []byte("![")):
		return 1, true
	case strings.IndexByte("*_~`[]\\", text[0]) >= 0:
		return 1, false
	case text[0] == '&':
		if code := entityForm.Find(text[:min(len(text), 40)]); code != nil {
			words := html.UnescapeString(string(code))
			return len(code), strings.ContainsFunc(words, visible)
		}
	}
	r, size := utf8.DecodeRune(text)
	return size, visible(r)
}

func visible(r rune) bool {
	const brailleBlank = '\u2800'
	return !unicode.IsSpace(r) && !unicode.IsControl(r) && !unseen(r) && r != brailleBlank
}
