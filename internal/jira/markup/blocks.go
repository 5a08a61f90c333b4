package markup

import (
	"fmt"
	"strings"

	"github.com/yuin/goldmark/ast"
	extensionast "github.com/yuin/goldmark/extension/ast"
)

// depth is how deep a list may be nested: Cloud takes twenty levels.
const depth = 10

// block is a block's markup, with a line end, or "" for one that shows nothing.
func (c converter) block(n ast.Node) string {
	switch n := n.(type) {
	case *ast.Heading:
		return marked(fmt.Sprintf("h%d. ", n.Level), c.line(n, place{}))
	case *ast.Paragraph, *ast.TextBlock:
		return marked("", c.line(n, place{}))
	case *ast.ThematicBreak:
		return "----\n"
	case *ast.FencedCodeBlock:
		return codeBlock(c.linesOf(n), language(string(n.Language(c.src))))
	case *ast.CodeBlock:
		return codeBlock(c.linesOf(n), "")
	case *ast.Blockquote:
		return c.quote(n)
	case *ast.List:
		return c.list(n, "")
	case *extensionast.Table:
		return c.table(n)
	case *ast.HTMLBlock:
		return marked("", write([]piece{{kind: words, text: textOf(c.html(n))}}, place{}))
	}
	return ""
}

// marked is a line with what stands in front of it.
func marked(mark, line string) string {
	if line == "" {
		return ""
	}
	return mark + line + "\n"
}

// line is a block's words in one line. Nothing but its start is ever at the start
// of a line, where most of Jira's markup works.
func (c converter) line(n ast.Node, at place) string { return write(c.inlines(n, ""), at) }

// blocks are a block's blocks, with blank lines between them.
func (c converter) blocks(parent ast.Node) string {
	var all []string
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		if block := c.block(n); block != "" {
			all = append(all, block)
		}
	}
	return strings.Join(all, "\n")
}

// quote is a quote. Jira has none within another: the first end would end both.
func (c converter) quote(n ast.Node) string {
	outer := c.quoted
	c.quoted = true
	content := c.blocks(n)
	if outer || content == "" {
		return content
	}
	return "{quote}\n" + content + "{quote}\n"
}

// list is a list, whose items begin with a sign for each list that they are in.
func (c converter) list(list *ast.List, outer string) string {
	sign := "*"
	if list.IsOrdered() {
		sign = "#"
	}
	signs := outer + sign
	if len(signs) > depth {
		signs = outer
	}
	var b strings.Builder
	for item := list.FirstChild(); item != nil; item = item.NextSibling() {
		b.WriteString(c.item(item, signs))
	}
	return b.String()
}

// item is an item: its paragraphs in one line, and below them what can't be.
func (c converter) item(item ast.Node, signs string) string {
	var paragraphs []piece
	var below strings.Builder
	for n := item.FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Paragraph, *ast.TextBlock, *ast.Heading, *ast.HTMLBlock:
			if len(paragraphs) > 0 {
				paragraphs = append(paragraphs, piece{kind: lineBreak})
			}
			paragraphs = append(paragraphs, c.inlines(n, "")...)
		case *ast.List:
			below.WriteString(c.list(n, signs))
		default:
			below.WriteString(c.block(n))
		}
	}
	line := write(paragraphs, place{})
	if line == "" && below.Len() == 0 {
		return ""
	}
	return strings.TrimRight(signs+" "+line, " ") + empty(line) + "\n" + below.String()
}

// empty stands for the words of an item that has none: signs alone are no item.
func empty(line string) string {
	if line == "" {
		return " –"
	}
	return ""
}

// table is a table, each row in one line.
func (c converter) table(table ast.Node) string {
	var b strings.Builder
	for row := table.FirstChild(); row != nil; row = row.NextSibling() {
		bar := "|"
		if row.Kind() == extensionast.KindTableHeader {
			bar = "||"
		}
		b.WriteString(bar)
		for cell := row.FirstChild(); cell != nil; cell = cell.NextSibling() {
			b.WriteString(strings.TrimRight(" "+c.line(cell, place{cell: true}), " ") + " " + bar)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// linesOf is the source of a block of code or HTML.
func (c converter) linesOf(n ast.Node) string {
	return string(n.Lines().Value(c.src))
}

// highlighted are the languages that Data Center knows, by the names that people
// give them. Of any other it shows an error in place of the code.
var highlighted = map[string]string{ //nolint:gochecknoglobals // a constant
	"bash": "bash", "c": "c", "c++": "c++", "cpp": "c++", "console": "bash", "css": "css", "erlang": "erlang", "go": "go",
	"golang": "go", "groovy": "groovy", "haskell": "haskell", "html": "html", "java": "java", "javascript": "javascript",
	"js": "javascript", "json": "json", "lua": "lua", "perl": "perl", "php": "php", "py": "python", "python": "python",
	"rb": "ruby", "ruby": "ruby", "scala": "scala", "sh": "bash", "shell": "bash", "sql": "sql", "swift": "swift",
	"xml": "xml", "yaml": "yaml", "yml": "yaml",
}

func language(name string) string { return highlighted[strings.ToLower(name)] }

// codeBlock is code as it is. Without a language it is preformatted text, since
// {code} alone would be coloured as Java.
func codeBlock(code, language string) string {
	begin, end := "{noformat}", "{noformat}"
	if language != "" {
		begin, end = "{code:"+language+"}", "{code}"
	}
	code = strings.Trim(untied(seen(code)), "\n")
	if code == "" {
		return ""
	}
	return begin + "\n" + code + "\n" + end + "\n"
}
