package templates

import (
	"embed"
	"path"
	"regexp"
	"slices"
	"strings"
	"text/template/parse"

	"hindsight/internal/incident"
	"hindsight/internal/markdown"
)

//go:embed pages/*.md
var pages embed.FS

// builtIn reads the built-in templates, by name. One that can't be used is a
// bug of this package and panics at once.
func builtIn() map[string]*pageTemplate {
	read := map[string]*pageTemplate{}
	for _, name := range incident.Templates() {
		file := path.Join("pages", name+".md")
		text, err := pages.ReadFile(file)
		if err != nil {
			panic("templates: " + err.Error())
		}
		if read[name], err = parseTemplate(file, string(text)); err != nil {
			panic("templates: " + err.Error())
		}
	}
	return read
}

// Page is a new post-mortem page. The marker by which it is known again, and
// the line that says who can read it, are no matter of templates. Where
// everybody can read it, internal sections are left out. A template of the
// repository's own that can't be used gives way to the built-in one.
func (t Texts) Page(v incident.PageView) string {
	body, ok := t.ownPage(v)
	if !ok {
		built, known := t.pages[v.Built]
		if !known {
			built = t.pages[incident.Templates()[0]]
		}
		body = t.fill(built, v).text()
	}
	head := marker(pageKind, v.ID, nil) + "\n"
	if v.Public {
		head += audience + "\n\n"
		body = markdown.WithoutInternal(body)
	}
	return head + strings.Trim(body, "\n") + "\n"
}

// audience is the first that people read where everybody can.
const audience = "> 🌍 Everybody on the internet can read this page from its first second. " +
	"Keep names of customers, addresses and secrets out of it."

func (t Texts) ownPage(v incident.PageView) (string, bool) {
	if v.Own == "" {
		return "", false
	}
	p, err := t.checked(incident.TemplateFile, v.Own)
	if err != nil {
		return "", false
	}
	body, err := t.tried(p, v)
	return body, err == nil
}

// CheckTemplate is nil for a template that can be used. Its error names the
// file, and the line of each mistake, for people; it repeats what stands there
// and is not neutral.
func (t Texts) CheckTemplate(file, text string) error {
	_, err := t.checked(file, text)
	return err
}

// checked is a template that makes a page of what is known, and of nothing.
func (t Texts) checked(file, text string) (*pageTemplate, error) {
	p, err := parseTemplate(file, text)
	if err != nil {
		return nil, err
	}
	for _, v := range []incident.PageView{Example(false), Example(true), {}} {
		if _, err := t.tried(p, v); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// tried is what a template makes of a view, if every block can be found in it
// again, and people's words have changed nothing but the words.
func (t Texts) tried(p *pageTemplate, v incident.PageView) (string, error) {
	filled := t.fill(p, v)
	if filled.room < 0 {
		return "", p.mistake(1, "the page that this template makes is too long")
	}
	text := filled.text()
	for _, f := range filled.blocks {
		if stateOf(text, f.block) != incident.BlockOurs {
			return "", p.mistake(p.line(p.blocks[f.Name]), "{{"+f.Name+"}} can't stand here: "+
				"it needs a place of its own, with an empty line before it, and no code, list, comment or HTML around it")
		}
	}
	plain := t.fillWith(p, func(f field) string {
		if is := f.value(t, v); is == "" || f.managed() {
			return is
		}
		return "x"
	})
	if !slices.Equal(comments(text), comments(plain.text())) {
		return "", p.mistake(1, "words in its fields would become hidden marks: a field can't stand right behind < or <!--")
	}
	return text, nil
}

// comments are the beginnings of a text's comments, and all of those that mean
// something to Hindsight.
func comments(text string) []string { return commentForm.FindAllString(text, -1) }

var commentForm = regexp.MustCompile(`(?i)<!--(?:\s*(?:hindsight:\S*|(?:public|internal)\s*-->))?`)

// filling is a template that is being filled in.
type filling struct {
	b      strings.Builder
	value  func(field) string
	values map[string]string // by field, since a template may ask for one very often
	room   int               // bytes that it may still grow by, beside its blocks
	blocks []field           // that it has
}

func (t Texts) fill(p *pageTemplate, v incident.PageView) *filling {
	return t.fillWith(p, func(f field) string { return f.value(t, v) })
}

func (Texts) fillWith(p *pageTemplate, value func(field) string) *filling {
	f := &filling{value: value, values: map[string]string{}, room: pageLimit}
	f.list(p.root)
	return f
}

func (f *filling) text() string { return strings.Trim(f.b.String(), "\n") + "\n" }

func (f *filling) list(list *parse.ListNode) {
	if list == nil {
		return
	}
	for _, n := range list.Nodes {
		switch n := n.(type) {
		case *parse.TextNode:
			f.write(string(n.Text))
		case *parse.ActionNode:
			f.field(named(n.Pipe))
		case *parse.IfNode:
			if f.valueOf(named(n.Pipe)) != "" {
				f.list(n.List)
			} else {
				f.list(n.ElseList)
			}
		}
		if f.room < 0 {
			return
		}
	}
}

func (f *filling) write(s string) {
	f.room -= len(s)
	f.b.WriteString(s)
}

func (f *filling) field(of field) {
	if of.managed() {
		f.blocks = append(f.blocks, of)
		f.b.WriteString(f.valueOf(of))
		return
	}
	f.write(f.valueOf(of))
}

func (f *filling) valueOf(of field) string {
	is, ok := f.values[of.Name]
	if !ok {
		is = f.value(of)
		f.values[of.Name] = is
	}
	return is
}

// named is the field that a pipeline of an understood template names.
func named(pipe *parse.PipeNode) field {
	f, _ := fieldNamed(pipe.Cmds[0].Args[0].String())
	return f
}
