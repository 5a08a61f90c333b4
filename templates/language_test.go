package templates_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hindsight/internal/incident"
	"hindsight/templates"
)

// unusable are templates that are refused, with what is said of them.
var unusable = map[string]struct{ text, want string }{
	"unknown field":              {"# {{title}}\n\n{{ovner}}\n", "own.md:3: there is no field {{ovner}}: did you mean {{owner}}?"},
	"unlike any":                 {"{{commander_of_the_whole_response}}", "own.md:1: there is no field {{commander_of_the_whole_response}}: docs/templates.md lists those that there are"},
	"Go's own":                   {"\n{{.Owner}}", "own.md:2: {{.Owner}} can't be used here: a template has fields such as {{owner}}, and {{if owner}} … {{else}} … {{end}}: did you mean {{owner}}?"},
	"range":                      {"\n\n{{range .}}x{{end}}", "own.md:3: {{range …}} can't be used here"},
	"with":                       {"\n{{with owner}}x{{end}}", "own.md:2: {{with …}} can't be used here"},
	"template":                   {"{{template \"x\"}}", "own.md:1: {{template …}} can't be used here"},
	"define":                     {"x\n{{define \"x\"}}y{{end}}", "own.md:2: define can't be used here"},
	"define itself":              {"{{define \"page\"}}y{{end}}", "own.md:1: define can't be used here"},
	"block":                      {"x\n{{block \"x\" .}}y{{end}}", "own.md:2:"},
	"variable":                   {"{{$x := owner}}", "own.md:1: {{$x := owner}} can't be used here"},
	"function":                   {"{{printf \"%s\" owner}}", "own.md:1: {{printf \"%s\" owner}} can't be used here"},
	"pipe":                       {"{{owner | html}}", "own.md:1: {{owner | html}} can't be used here"},
	"literal":                    {"{{\"x\"}}", "own.md:1: {{\"x\"}} can't be used here"},
	"two in a condition":         {"\n{{if and owner detected}}x{{end}}", "own.md:2: {{and owner detected}} can't be used here"},
	"unknown in condition":       {"{{if onwer}}x{{end}}", "own.md:1: there is no field {{onwer}}: did you mean {{owner}}?"},
	"wrong in else":              {"{{if owner}}x{{else}}\n{{sevrity}}{{end}}", "own.md:2: there is no field {{sevrity}}: did you mean {{severity}}?"},
	"a block is asked for":       {"{{if facts}}x{{end}}", "own.md:1: {{if facts}} can't be asked: that is always there"},
	"not ended":                  {"x\n{{if owner}}y", "own.md:2: this can't be read: unexpected EOF"},
	"not closed":                 {"x\n\n{{owner", "own.md:3: this can't be read: unclosed action"},
	"break":                      {"{{break}}", "own.md:1: this can't be read: {{break}} outside {{range}}"},
	"not alone":                  {"Facts: {{facts}}\n", "own.md:1: {{facts}} has several lines: it must stand alone on a line, without spaces before it"},
	"indented":                   {"- x\n\n  {{roles}}\n", "own.md:3: {{roles}} has several lines"},
	"alone but for another":      {"{{owner}}{{roles}}\n", "own.md:1: {{roles}} has several lines"},
	"twice":                      {"{{facts}}\n\n{{facts}}\n", "own.md:3: {{facts}} stands here a second time: a page has it once"},
	"in code":                    {"```\n{{timeline}}\n```\n", "own.md:2: {{timeline}} can't stand here"},
	"in a comment":               {"x\n\n<!-- y\n{{followups}}\n-->\n", "own.md:4: {{followups}} can't stand here"},
	"in HTML":                    {"<details>\n{{facts}}\n</details>\n", "own.md:2: {{facts}} can't stand here"},
	"in code at times":           {"{{if owner}}\n{{else}}\n~~~\n{{end}}\n{{facts}}\n", "own.md:5: {{facts}} can't stand here"},
	"glued":                      {"{{facts}}\n{{- if public}} x{{end}}\n", "own.md:1: {{facts}} can't stand here"},
	"with a mark of ours":        {"x\n<!-- hindsight:page incident=1#2 -->", "own.md:2: hidden marks of Hindsight's own can't stand in a template"},
	"not text":                   {"x\xff", "own.md:1: this is no text in UTF-8"},
	"zero byte":                  {"x\x00", "own.md:1: this is no text in UTF-8"},
	"too long":                   {strings.Repeat("x", 70_000), "own.md:1: a template may have 64 KB, this one has 69 KB"},
	"makes too long a page":      {strings.Repeat("{{title}}", 7000), "own.md:1: the page that this template makes is too long"},
	"opens a tag":                {"x\n<{{title}}>", "own.md:2: a field can't stand in a tag, or right behind < or <!--: for a link, write [words]({{url}})"},
	"in a tag":                   {"<a title=\"x\"\nhref='{{url}}'>", "own.md:1: a field can't stand in a tag"},
	"in an odd tag":              {"\n<a {x} title=\"{{title}}\">", "own.md:2: a field can't stand in a tag"},
	"behind an end in quotes":    {"<a title='>' href=\"{{title}}\">", "own.md:1: a field can't stand in a tag"},
	"in a tag of braces":         {"<a title=\"}} > {\" x={{title}}>", "own.md:1: a field can't stand in a tag"},
	"in a tag within one":        {"<a \"x='<b y='>' {{title}}>", "own.md:1: a field can't stand in a tag"},
	"in a tag without an end":    {"x\n<div title='\n\n{{title}}", "own.md:2: a field can't stand in a tag"},
	"in a long tag":              {"<a x='" + strings.Repeat("y", 2000) + "' {{title}}>", "own.md:1: a field can't stand in a tag"},
	"in an end tag":              {"</b {{title}}>", "own.md:1: a field can't stand in a tag"},
	"in a tag out of pieces":     {"<   {{- /* x */ -}} a title=\"{{title}}\">", "own.md:1: a field can't stand in a tag"},
	"in a tag on a condition":    {"{{if owner}}<a title=\"{{else}}x{{end}}{{title}}\">", "own.md:1: a field can't stand in a tag"},
	"in one that is begun twice": {"{{if owner}}<!-- {{end}}<a title=\"{{title}}\"> -->", "own.md:1: a field can't stand in a tag"},
	"behind a trimmed bracket":   {"< {{- title}}>", "own.md:1: a field can't stand in a tag"},
	"begins a comment's word":    {"<!-- in{{title}} -->", "own.md:1: a field can't stand in a tag"},
	"behind a comment's sign":    {"<!--\n🌍 {{title}} -->", "own.md:1: a field can't stand in a tag"},
	"with a form feed":           {"x\n\f", "own.md:2: form feeds and vertical tabs can't stand in a template"},
	"says what a comment is":     {"## x\n<!-- {{title}} -->", "own.md:2: a field can't stand in a tag"},
}

func TestCheckTemplateRefuses(t *testing.T) {
	t.Parallel()
	for name, tt := range unusable {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := templates.New().CheckTemplate("own.md", tt.text)
			if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
				t.Fatalf("got  %v\nwant %s …", err, tt.want)
			}
			if wrong := new(templates.TemplateError); !errors.As(err, &wrong) || wrong.File != "own.md" || wrong.Line < 1 {
				t.Errorf("the error names no place: %#v", err)
			}
		})
	}
}

func TestCheckTemplateTellsAllMistakes(t *testing.T) {
	t.Parallel()
	err := templates.New().CheckTemplate("own.md", "{{ovner}}\r\n{{.URL}}\r\n\r\n{{facts}}\r\n{{facts}}")
	const want = `own.md:1: there is no field {{ovner}}: did you mean {{owner}}?
own.md:2: {{.URL}} can't be used here: a template has fields such as {{owner}}, and {{if owner}} … {{else}} … {{end}}: did you mean {{url}}?
own.md:5: {{facts}} stands here a second time: a page has it once`
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
	err = templates.New().CheckTemplate("own.md", strings.Repeat("{{ovner}}\n", 100))
	if n := strings.Count(fmt.Sprint(err), "\n") + 1; n != 10 {
		t.Errorf("%d mistakes are told", n)
	}
}

// builtIn is the text of a built-in template.
func builtIn(tb testing.TB, name string) string {
	tb.Helper()
	text, err := os.ReadFile(filepath.Join("pages", name+".md"))
	if err != nil {
		tb.Fatal(err)
	}
	return string(text)
}

func TestCheckTemplateTakes(t *testing.T) {
	t.Parallel()
	good := map[string]string{
		"nothing":             "",
		"text":                "# Our page\n",
		"no blocks":           "{{title}} {{if public}}🌍{{end}}",
		"remarks":             "{{/* for us */}}\n{{facts}}\n",
		"blocks side by side": "{{facts}}\n{{roles}}\n{{timeline}}\n{{followups}}\n{{summary}}",
		"below a paragraph":   "Text\n{{facts}}\nText",
		"in a condition":      "{{if resolved}}\n{{timeline}}\n{{end}}",
		"Windows":             "\uFEFF# {{title}}\r\n\r\n{{facts}}\r\n",
		"in a fold":           "<details>\n\n{{facts}}\n\n</details>\n",
		"no line end":         "{{facts}}",
		"between tags":        "<b>{{title}}</b> 1 < {{number}} <br>{{if owner}}<i>{{owner}}</i>{{end}} <b title='>'>{{title}}</b>",
		"within guidance":     "<!-- Ask {{owner}}{{if asks}}, and {{reporter}}{{end}}. -->",
		"spaces":              "{{ facts }}  \n{{ title }}",
		"braces of others":    "`{ {x} }` {x} }}",
	}
	for _, name := range incident.Templates() {
		good[name] = builtIn(t, name)
	}
	for name, text := range good {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := templates.New().CheckTemplate("own.md", text); err != nil {
				t.Fatal(err)
			}
			view := templates.Example(true)
			view.Own = text
			wholesome(t, templates.New().Page(view), view)
		})
	}
}

// The documentation has all fields, as they are.
func TestFieldsAreDocumented(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../docs/templates.md")
	if err != nil {
		t.Fatal(err)
	}
	table := []string{"<!-- fields -->", "| field | stands for |", "| --- | --- |"}
	for _, f := range templates.Fields() {
		row := fmt.Sprintf("| `{{%s}}` | %s |", f.Name, f.Doc)
		if f.Block {
			row = fmt.Sprintf("| `{{%s}}` | **block:** %s |", f.Name, f.Doc)
		}
		table = append(table, row)
	}
	want := strings.Join(append(table, "<!-- /fields -->"), "\n")
	if !strings.Contains(string(data), want) {
		t.Errorf("docs/templates.md lacks this table:\n%s", want)
	}
}

// FuzzTemplate: whatever a template holds and whatever people write, it is
// refused or makes a whole page, and soon.
func FuzzTemplate(f *testing.F) {
	for _, tt := range unusable {
		f.Add(tt.text, villain)
	}
	for _, name := range incident.Templates() {
		f.Add(builtIn(f, name), villain)
	}
	f.Add("<{{title}}>\n## x\n<!-- {{title}} -->\n{{facts}}\n", "!-- hindsight:end block=facts --")
	f.Add(strings.Repeat("{{if owner}}", 500)+strings.Repeat("{{end}}", 500), "")
	f.Add("{{"+strings.Repeat("(", 20_000), "x")
	texts := templates.New()
	f.Fuzz(func(t *testing.T, text, words string) {
		if len(text) > 1<<17 || len(words) > 1<<12 {
			t.Skip("longer than a template that is read, or than a title that GitHub takes")
		}
		start := time.Now()
		refused := texts.CheckTemplate("own.md", text)
		view := hostileView()
		view.Own, view.Built, view.Title, view.Owner = text, "minimal", words, words
		page := texts.Page(view)
		wholesome(t, page, view)
		built := view
		built.Own = ""
		if refused != nil && page != texts.Page(built) {
			t.Errorf("a template is used that is refused: %v", refused)
		}
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("it took %v", took)
		}
	})
}
