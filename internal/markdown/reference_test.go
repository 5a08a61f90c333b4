package markdown_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/markdown"
)

func TestRefers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, src string
		want      []string // as [markdown.Reference.String], with "closes " before it
	}{
		{"a line", "Incident: #42", []string{"#42"}},
		{"another repository", "Incident: Acme/shop.web#42", []string{"Acme/shop.web#42"}},
		{"address", "Incident: https://github.com/acme/shop/issues/42", []string{"acme/shop#42"}},
		{"address of a pull request", "Incident: http://localhost:8080/acme/shop/pull/42#issuecomment-7", []string{"acme/shop#42"}},
		{"in angle brackets", "Incident: <https://github.com/acme/shop/issues/42>", []string{"acme/shop#42"}},
		{"as a link", "Incident: [#42](https://github.com/acme/shop/issues/42)", []string{"#42"}},
		{"case and spaces", "  INCIDENT :  #42  ", []string{"#42"}},
		{"without a space", "Incident:#42", []string{"#42"}},
		{"bold", "**Incident:** #42\n__Incident__: #43\n**Incident: #44**\n", []string{"#42", "#43", "#44"}},
		{"amid other lines", "Makes the pool larger.\nIncident: #42\nTested by hand.", []string{"#42"}},
		{"list", "- Incident: #42\n- [ ] Incident: #43\n  1. **Incident**: #44\n", []string{"#42", "#43", "#44"}},
		{"heading", "### Incident: #42\n\nIncident: #43\n---\n", []string{"#42", "#43"}},
		{"windows line ends", "x\r\nIncident: #42\r\nfixes #43\r\n", []string{"#42", "closes #43"}},
		{"in details", "<details>\n\nIncident: #42\n\n</details>", []string{"#42"}},
		{"once", "Incident: #42\n\nIncident: #42\nfixes #42, closes #42", []string{"#42", "closes #42"}},
		{"not at the start", "The incident: #42\nsee Incident: #43", nil},
		{"other words", "Incidents: #42\nPrevious incident: #43\nIncident #44\nIncident: see #45", nil},
		{"no number", "Incident: #\nIncident: #x\nIncident: #0\nIncident: #1234567890\nIncident: #42nd\nIncident: 42", nil},
		{"no repository", "Incident: a/../b#42\nIncident: a/..#42\nIncident: a/.#42\nIncident: /b#42\nIncident: " + strings.Repeat("a", 101) + "/b#42", nil},
		{"no issue", "Incident: https://github.com/acme/shop/wiki/42\nIncident: https://github.com/acme/issues/42", nil},
		{"every closing word", "close #1 closes #2 closed #3 fix #4 fixes #5 fixed #6 resolve #7 resolves #8 resolved #9", []string{
			"closes #1", "closes #2", "closes #3", "closes #4", "closes #5", "closes #6", "closes #7", "closes #8", "closes #9",
		}},
		{"closing with a colon", "Fixes: #42. CLOSES:#43", []string{"closes #42", "closes #43"}},
		{"closing in a sentence", "This (fixes acme/shop#42) and resolves https://github.com/acme/web/issues/7, too.", []string{"closes acme/shop#42", "closes acme/web#7"}},
		{"closing in a list", "* fixes #42\n  * **fixes** #43, *fixes #44*\n", []string{"closes #42", "closes #44"}},
		{"closing the first of several", "Fixes #42, #43 and #44", []string{"closes #42"}},
		{"not closing", "prefixes #42, fixing #43, hot-fixes #44, a/fixes #45, fixes42, fixes the #46, fixes#47", nil},
		{"fenced code", "```\nIncident: #42\nfixes #42\n```\n", nil},
		{"indented code", "    Incident: #42\n", nil},
		{"code span", "`Incident: #42`\nfixes `#42` `fixes #43`\nIncident: `#44`", nil},
		{"code span over lines", "x `y\nIncident: #42\nfixes #43` z", nil},
		{"quote", "> Incident: #42\n> fixes #43\nfixes #44\n\n- > fixes #45\n", nil},
		{"comment", "<!-- Incident: #42 -->\n<!--\nfixes #42\n-->\nx <!-- fixes #43 --> y <!--\nIncident: #44\n-->", nil},
		{"comment amid", "Incident: <!-- which? --> #42", []string{"#42"}},
		{"table", "| a |\n| - |\n| Incident: #42 |\n", nil},
		{"empty", "", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, said(markdown.Refers(tt.src))); diff != "" {
				t.Errorf("Refers(%q) (-want +got):\n%s", tt.src, diff)
			}
		})
	}
}

func said(references []markdown.Reference) []string {
	var all []string
	for _, r := range references {
		s := r.String()
		if r.Closes {
			s = "closes " + s
		}
		all = append(all, s)
	}
	return all
}

func FuzzRefers(f *testing.F) {
	f.Add("Incident: #42\n\n- **Incident**: a/b#7\n")
	f.Add("fixes https://e.org/a/b/pull/9, `closes #1` <!-- x -->\r\n> resolves #2")
	f.Add("\uFEFFIncident: [#1](<\x00\xff")
	f.Fuzz(func(t *testing.T, src string) {
		seen := map[markdown.Reference]bool{}
		for _, r := range markdown.Refers(src) {
			if r.Number <= 0 || (r.Owner == "") != (r.Name == "") || strings.ContainsAny(r.Owner+r.Name, "/# \n") {
				t.Fatalf("Refers(%q) names %+v, which no issue is called", src, r)
			}
			if !strings.Contains(src, fmt.Sprint(r.Number)) && !strings.Contains(src, "0") || !strings.Contains(src, r.Name) {
				t.Fatalf("Refers(%q) names %+v, which is not there", src, r)
			}
			if seen[r] {
				t.Fatalf("Refers(%q) names %+v twice", src, r)
			}
			seen[r] = true
		}
		quoted := "> " + strings.NewReplacer("\n", "\n> ", "\r", "\n> ").Replace(src)
		if got := markdown.Refers(quoted); got != nil {
			t.Fatalf("Refers(%q) = %v, want nothing of a quote", quoted, got)
		}
	})
}

func TestBoxes(t *testing.T) {
	t.Parallel()
	ours := func(title string, r markdown.Reference) string { return title + " " + markdown.BoxMark(r) }
	here, there := markdown.Reference{Number: 77}, markdown.Reference{Owner: "acme", Name: "web.site", Number: 12}
	const head = "#### Follow-ups\n\n"
	tests := []struct {
		name, src string
		want      []string
	}{
		{"ours and a person's", head + "- [ ] " + ours("a (#77) · bob", here) + "\n- [x] b\n", []string{"[ ] #77", "[x] b"}},
		{"another repository", head + "- [x] " + ours("acme/web.site#12", there), []string{"[x] acme/web.site#12"}},
		{"a ticket", head + "- [x] " + ours("a", markdown.Reference{Site: "jira:xn--a.example:8443/my--jira", Number: 10012}), []string{"[x] jira:xn--a.example:8443/my--jira#10012"}},
		{"no ticket", head + "- [ ] a <!--jira:#1--> <!--jira:A#1--> <!--jira:a/#--> <!--jira:a b#1-->\n", []string{"[ ] a"}},
		{"in details", head + "<details><summary><b>Done (2)</b></summary>\n\n- [x] " + ours("a", here) + "\n- [ ] new\n\n</details>\n", []string{"[x] #77", "[ ] new"}},
		{"in details without a blank line", head + "<details>\n- [ ] a\n</details>\n", nil},
		{"windows line ends", head + "- [x] " + ours("a", here) + "\r\n- [ ] b\r\n", []string{"[x] #77", "[ ] b"}},
		{"words added", head + "- [ ] " + ours("a", here) + " and more\n  and more\n", []string{"[ ] #77"}},
		{"a plain reference is a person's", head + "- [ ] #77\n- [ ] b (#77)\n", []string{"[ ] #77?", "[ ] b (#77)"}},
		{"other comments", head + "- [ ] a <!-- #77 --> <!--77--> <!--#0--> <!--#1234567890--> <!--a#1-->\n", []string{"[ ] a"}},
		{"marks in code", head + "- [ ] a `<!--#77-->`\n", []string{"[ ] a `<!--#77-->`"}},
		{"the last mark counts", head + "- [ ] a <!--#1--> b <!--#2-->\n", []string{"[ ] #2"}},
		{"nested", head + "- [ ] " + ours("a", here) + "\n  - [ ] b\n", []string{"[ ] #77", "[ ] b"}},
		{"elsewhere", "- [ ] a\n" + head + "- [ ] b\n#### Next\n- [ ] c\n", []string{"[ ] b"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, b := range markdown.Boxes(tt.src) {
				says := b.Text
				if b.Of.Number != 0 {
					says = b.Of.String()
				} else if strings.HasPrefix(says, "#") {
					says += "?"
				}
				got = append(got, "["+map[bool]string{true: "x", false: " "}[b.Ticked]+"] "+says)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("boxes of %q (-want +got):\n%s", tt.src, diff)
			}
		})
	}
}

func FuzzBoxes(f *testing.F) {
	f.Add("Rate limit (#77)", "- [ ] new\r\n", 77, true)
	f.Add("<!--#1-->", "</details>\n", 9, false)
	f.Add("`a", "`<!--\n```", 1, true)
	f.Fuzz(func(t *testing.T, title, after string, number int, ticked bool) {
		r := markdown.Reference{Owner: "acme", Name: "shop", Number: number&0xffff + 1}
		box := map[bool]string{true: "[x] ", false: "[ ] "}[ticked]
		src := "# Follow-ups\n- " + box + "x" + markdown.Text(title) + " " + markdown.BoxMark(r) + "\n\n" + after
		boxes := markdown.Boxes(src)
		if len(boxes) == 0 || boxes[0].Of != r || boxes[0].Ticked != ticked {
			t.Fatalf("boxes of %q are %+v, want %v ticked %v first", src, boxes, r, ticked)
		}
		if lines := markdown.Checklist(src); len(lines) != len(boxes) {
			t.Fatalf("%q has %d lines and %d boxes", src, len(lines), len(boxes))
		}
	})
}
