package markdown

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
)

// Command is a line that a person wrote to Hindsight.
type Command struct {
	Name string // "incident", "postmortem" or "followup"
	Rest string // what follows the name, as written: not neutral
	Line int    // in the source, from 1
}

var command = regexp.MustCompile(`(?i)^/(incident|postmortem|followup)(?:\s+(.*))?$`)

// Commands are the lines that begin with /incident, /postmortem or /followup,
// in ordinary paragraphs: not in code, quotes, lists, headings or comments,
// where people show commands instead of giving them. A line that begins at the
// very margin right below a list is one, though Markdown takes it for a part of
// the list's last item: people who are in a hurry leave no blank line.
func Commands(src string) []Command {
	d := parse(src)
	var found []Command
	for n := d.root.FirstChild(); n != nil; n = n.NextSibling() {
		switch n.Kind() {
		case ast.KindParagraph:
			found = append(found, d.commands(n, d.atMargin)...)
		case ast.KindList:
			found = append(found, d.below(n)...)
		}
	}
	return found
}

// below are the commands right below the items of a list.
func (d document) below(list ast.Node) []Command {
	var found []Command
	for item := list.FirstChild(); item != nil; item = item.NextSibling() {
		for n := item.FirstChild(); n != nil; n = n.NextSibling() {
			switch n.Kind() {
			case ast.KindParagraph, ast.KindTextBlock:
				found = append(found, d.commands(n, d.beginsLine)...)
			case ast.KindList:
				found = append(found, d.below(n)...)
			}
		}
	}
	return found
}

// commands are those in a paragraph, where its lines may begin.
func (d document) commands(p ast.Node, may func(pos int) bool) []Command {
	var found []Command
	begins := plainStarts(p)
	hidden := d.comments(p)
	for i := range p.Lines().Len() {
		s := p.Lines().At(i)
		// A line that begins inside a code span or a hidden comment begins no
		// plain text.
		if !begins[s.Start] || !may(s.Start) {
			continue
		}
		line := strings.TrimSpace(d.visible(s.Start, s.Stop, hidden))
		if m := command.FindStringSubmatch(line); m != nil {
			found = append(found, Command{
				Name: strings.ToLower(m[1]),
				Rest: strings.TrimSpace(strings.TrimSuffix(m[2], `\`)),
				Line: d.line(s.Start),
			})
		}
	}
	return found
}

// plainStarts are the positions at which the paragraph's own text, outside
// all inline markup, begins or goes on.
func plainStarts(p ast.Node) map[int]bool {
	starts := map[int]bool{}
	for n := p.FirstChild(); n != nil; n = n.NextSibling() {
		if t, ok := n.(*ast.Text); ok {
			starts[t.Segment.Start] = true
		}
	}
	return starts
}

// beginsLine is whether nothing at all precedes the position on its line.
func (d document) beginsLine(pos int) bool { return pos == 0 || d.src[pos-1] == '\n' }

// atMargin is whether at most three spaces precede the position on its line.
func (d document) atMargin(pos int) bool {
	begin := bytes.LastIndexByte(d.src[:pos], '\n') + 1
	return pos-begin <= 3 && len(bytes.Trim(d.src[begin:pos], " ")) == 0
}
