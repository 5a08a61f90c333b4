package templates

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/template/parse"
	"unicode/utf8"

	"hindsight/internal/incident"
)

// Limits of a repository's own template and of the page that it makes, in
// bytes: a page is looked through at every look.
const (
	templateLimit = 64 << 10
	pageLimit     = 256 << 10
)

// mistakesTold is how many mistakes of a template are told at once.
const mistakesTold = 10

// TemplateError is a mistake in a template. It repeats what stands there: it is
// not neutral.
type TemplateError struct {
	File    string
	Line    int // from 1
	Problem string
}

func (e *TemplateError) Error() string {
	return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Problem)
}

// pageTemplate is a template for the page that has been understood. Its
// language is what is left of text/template without anything that computes,
// repeats or refers: text, comments, {{field}}, and {{if field}} with
// {{else}}. So filling it in always ends, and can reach nothing but the fields.
type pageTemplate struct {
	file, text string
	root       *parse.ListNode
	// blocks are where the fields of several lines stand, by name.
	blocks map[string]parse.Pos
	errs   []error
}

// parseTemplate reads a template; its error joins [TemplateError]s.
func parseTemplate(file, text string) (*pageTemplate, error) {
	p := &pageTemplate{file: file, text: plainText(text), blocks: map[string]parse.Pos{}}
	if len(text) > templateLimit {
		return nil, p.mistake(1, fmt.Sprintf("a template may have %d KB, this one has %d KB", templateLimit>>10, (len(text)+1023)>>10))
	}
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return nil, p.mistake(1, "this is no text in UTF-8")
	}
	if at := strings.IndexAny(p.text, "\f\v"); at >= 0 { // sections could not be told apart
		return nil, p.mistake(p.line(parse.Pos(at)), "form feeds and vertical tabs can't stand in a template: they are white space for some, and for others not")
	}
	if at := strings.Index(p.text, "<!-- hindsight:"); at >= 0 {
		return nil, p.mistake(p.line(parse.Pos(at)), "hidden marks of Hindsight's own can't stand in a template: {{facts}} and the like bring theirs along")
	}
	if err := p.parse(); err != nil {
		return nil, err
	}
	p.list(p.root)
	for _, at := range p.inTags() {
		p.refuse(at, "a field can't stand in a tag, or right behind < or <!--: for a link, write [words]({{url}})")
	}
	return p, errors.Join(p.errs...)
}

// plainText is a file's text without byte order mark and with line ends of one
// kind, as a page is begun.
func plainText(s string) string {
	s = strings.TrimPrefix(s, "\uFEFF")
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}

func (p *pageTemplate) mistake(line int, problem string) error {
	return &TemplateError{File: p.file, Line: line, Problem: problem}
}

func (p *pageTemplate) line(at parse.Pos) int {
	return 1 + strings.Count(p.text[:min(int(at), len(p.text))], "\n")
}

// parsedAs is what the template is called while it is parsed.
const parsedAs = "page"

var parseError = regexp.MustCompile(`^template: ` + parsedAs + `:(\d+): `)

func (p *pageTemplate) parse() error {
	all := map[string]*parse.Tree{}
	tree := parse.New(parsedAs)
	tree.Mode = parse.SkipFuncCheck // else a field would have to be a function
	tree, err := tree.Parse(p.text, "", "", all)
	if err != nil {
		says, line := err.Error(), 1
		if m := parseError.FindStringSubmatch(says); m != nil {
			line, _ = strconv.Atoi(m[1])
			says = says[len(m[0]):]
		}
		return p.mistake(line, fmt.Sprintf("this can't be read: %s", shown(says)))
	}
	for _, other := range all {
		if other != tree { // by {{define}} or {{block}}
			return p.mistake(p.line(other.Root.Position()), onlyThese("define"))
		}
	}
	p.root = tree.Root
	return nil
}

// shown is what stands in a template, for an error.
func shown(s string) string { return cut(strings.Join(strings.Fields(s), " "), 80) }

func onlyThese(what string) string {
	return fmt.Sprintf("%s can't be used here: a template has fields such as {{owner}}, and {{if owner}} … {{else}} … {{end}}", shown(what))
}

// refuse notes a mistake, if it is to be told.
func (p *pageTemplate) refuse(at parse.Pos, problem string) {
	if len(p.errs) == mistakesTold {
		return
	}
	p.errs = append(p.errs, p.mistake(p.line(at), problem))
}

func (p *pageTemplate) list(list *parse.ListNode) {
	if list == nil {
		return
	}
	for _, n := range list.Nodes {
		if len(p.errs) == mistakesTold {
			return
		}
		switch n := n.(type) {
		case *parse.TextNode:
		case *parse.ActionNode:
			p.action(n)
		case *parse.IfNode:
			p.condition(n)
			p.list(n.List)
			p.list(n.ElseList)
		default: // in one line: what is repeated can be the rest of the template
			keyword, _, _ := strings.Cut(strings.TrimLeft(n.String(), "{- "), " ")
			p.refuse(n.Position(), onlyThese("{{"+keyword+" …}}"))
		}
	}
}

func (p *pageTemplate) action(n *parse.ActionNode) {
	f, ok := p.field(n.Pipe)
	if !ok || !f.Block {
		return
	}
	switch _, twice := p.blocks[f.Name]; {
	case twice:
		p.refuse(n.Pos, "{{"+f.Name+"}} stands here a second time: a page has it once")
	case !p.alone(n.Pos):
		p.refuse(n.Pos, "{{"+f.Name+"}} has several lines: it must stand alone on a line, without spaces before it")
	default:
		p.blocks[f.Name] = n.Pos
	}
}

// alone is whether nothing else stands on the line.
func (p *pageTemplate) alone(at parse.Pos) bool {
	start := strings.LastIndexByte(p.text[:at], '\n') + 1
	line, _, _ := strings.Cut(p.text[start:], "\n")
	line = strings.TrimRight(line, " \t")
	return strings.HasPrefix(line, "{{") && strings.HasSuffix(line, "}}") && strings.Count(line, "{{") == 1
}

func (p *pageTemplate) condition(n *parse.IfNode) {
	if f, ok := p.field(n.Pipe); ok && f.managed() {
		p.refuse(n.Pos, "{{if "+f.Name+"}} can't be asked: that is always there")
	}
}

// field is the one that a pipeline names; anything else is refused.
func (p *pageTemplate) field(pipe *parse.PipeNode) (field, bool) {
	name := ""
	if len(pipe.Decl) == 0 && len(pipe.Cmds) == 1 && len(pipe.Cmds[0].Args) == 1 {
		if id, ok := pipe.Cmds[0].Args[0].(*parse.IdentifierNode); ok {
			name = id.Ident
		}
	}
	f, ok := fieldNamed(name)
	switch {
	case ok:
	case name == "":
		p.refuse(pipe.Pos, onlyThese("{{"+pipe.String()+"}}")+meant(pipe.String()))
	default:
		p.refuse(pipe.Pos, fmt.Sprintf("there is no field {{%s}}%s", shown(name),
			cmp.Or(meant(name), ": docs/templates.md lists those that there are")))
	}
	return f, ok
}

// meant is the nearest field's name, if one is near.
func meant(name string) string {
	name = strings.TrimPrefix(name, ".")
	if len(name) > 40 {
		return ""
	}
	nearest := slices.MinFunc(pageFields, func(a, b field) int {
		return incident.Slips(name, a.Name) - incident.Slips(name, b.Name)
	})
	if incident.Slips(name, nearest.Name) > min(2, len(nearest.Name)/2) {
		return ""
	}
	return ": did you mean {{" + nearest.Name + "}}?"
}
