package templates_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/incident"
	"hindsight/internal/markdown"
	"hindsight/internal/reconcile"
	"hindsight/templates"
)

// A tracker's boxes are those of the lines that have an issue, as they are
// shown, whoever has edited it since.
func TestReadBoxes(t *testing.T) {
	t.Parallel()
	for name, view := range trackers() {
		view = viewed(view)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := templates.New().Tracker(view)
			want := map[incident.Key]bool{}
			for _, l := range view.Lines {
				if l.Issue.Number != 0 && l.State != incident.Gone {
					want[l.Issue] = l.State != incident.Open
				}
			}
			for _, src := range []string{body, strings.ReplaceAll(body, "\n", "\r\n"), "\uFEFF" + body} {
				got := map[incident.Key]bool{}
				for _, b := range templates.New().ReadBoxes(src, view.Key) {
					if _, twice := got[b.Issue]; twice || b.Text != "" || b.Issue.Number == 0 {
						t.Errorf("a line too many: %+v", b)
					}
					got[b.Issue] = b.Ticked
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("boxes (-want +got):\n%s", diff)
				}
			}
		})
	}
}

// headingOf is the line of the checklist's heading.
func headingOf(tracker string) string {
	_, rest, _ := strings.Cut(tracker, "\n#### ")
	words, _, _ := strings.Cut(rest, "\n")
	return "#### " + words + "\n"
}

// A copy of the tracker in a person's comment is no list of items.
func TestCopiedTrackerIsNoChecklist(t *testing.T) {
	t.Parallel()
	for name, view := range trackers() {
		if lines := markdown.Checklist(templates.New().Tracker(viewed(view))); len(lines) > 0 {
			t.Errorf("%s: items in a copy: %+v", name, lines)
		}
	}
}

// What people do to a tracker in GitHub's editor is read as they meant it.
func TestReadBoxesAfterPeople(t *testing.T) {
	t.Parallel()
	groups := templates.New().Tracker(viewed(trackers()["tracker-groups"]))
	list := templates.New().Tracker(viewed(trackers()["tracker-open"]))
	empty := templates.New().Tracker(viewed(trackers()["tracker-first"]))
	added := []reconcile.Box{{Text: "Ask @bob about #77 (#78)"}}
	const line = "- [ ] Ask @bob about #77 (#78)"
	heading := headingOf(list)
	ticked := func(n int, box bool) []reconcile.Box { return []reconcile.Box{{Issue: at(n), Ticked: box}} }
	tests := []struct {
		name, was, old, anew string
		want                 []reconcile.Box // that were not there before
	}{
		{"ticked", list, "- [ ] Page whoever", "- [x] Page whoever", ticked(81, true)},
		{"ticked in capitals", list, "- [ ] Page whoever", "- [X] Page whoever", ticked(81, true)},
		{"unticked", list, "- [x] ~~Rewrite", "- [ ] ~~Rewrite", ticked(79, false)},
		{"unticked in a fold", groups, "- [x] Alert on", "- [ ] Alert on", ticked(77, false)},
		{"another repository's", groups, "- [ ] acme/secret#3", "- [x] acme/secret#3", []reconcile.Box{{Issue: incident.NewKey("acme", "secret", 3), Ticked: true}}},
		{"ticked and renamed", list, "- [ ] Page whoever is on call", "- [x] Page somebody", ticked(81, true)},
		{"added under the heading", list, heading, heading + line + "\n", added},
		{"added under the heading of an empty one", empty, headingOf(empty), headingOf(empty) + line + "\n", added},
		{"added before a line", list, "- [ ] Page whoever", line + "\n- [ ] Page whoever", added},
		{"added behind a line", list, "<!--#78-->\n", "<!--#78-->\n" + line + "\n", added},
		{"added below a line", list, "<!--#78-->\n", "<!--#78-->\n  " + line + "\n", added},
		{"added behind the list", list, "\n**Next**", line + "\n\n**Next**", added},
		{"added in a group", groups, "**Overdue (1)**\n", "**Overdue (1)**\n" + line + "\n", added},
		{"added in a fold", groups, "<!--acme/secret#4-->\n", "<!--acme/secret#4-->\n" + line + "\n", added},
		{"added in front of the fold's end", groups, "<!--#77-->\n\n</details>", "<!--#77-->\n" + line + "\n</details>", added},
		{"added to what is next", list, "**Next**\n", "**Next**\n" + line + "\n", added},
		{"added at the end", list, "-->\x00", "-->\n" + line, added},
		{"added at the end of an empty one", empty, "-->\x00", "-->\n\n" + line, added},
		{"added ticked", list, "<!--#78-->\n", "<!--#78-->\n- [x] Done already\n", []reconcile.Box{{Text: "Done already", Ticked: true}}},
		{"adopting", list, "<!--#78-->\n", "<!--#78-->\n- [ ] #90\n", []reconcile.Box{{Text: "#90"}}},
		{"copied and ticked", list, "<!--#78-->\n", "<!--#78-->\n- [x] Rate limit (#78) <!--#78-->\n", nil},
		{"in a code block", list, "\n**Next**", "```\n" + line + "\n```\n\n**Next**", nil},
		{"quoted", list, "\n**Next**", "> " + line + "\n\n**Next**", nil},
		{"above the heading", list, heading, line + "\n\n" + heading, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			edited := strings.TrimSuffix(strings.Replace(strings.TrimSpace(tt.was)+"\x00", tt.old, tt.anew, 1), "\x00")
			if edited == strings.TrimSpace(tt.was) {
				t.Fatalf("%q is not in the tracker", tt.old)
			}
			before := templates.New().ReadBoxes(tt.was, at(42))
			for _, src := range []string{edited, strings.ReplaceAll(edited, "\n", "\r\n")} {
				after := templates.New().ReadBoxes(src, at(42))
				if diff := cmp.Diff(tt.want, news(before, after)); diff != "" {
					t.Errorf("new in\n%s\n(-want +got):\n%s", src, diff)
				}
				if len(after) < len(before) {
					t.Errorf("%d boxes are left of %d", len(after), len(before))
				}
				if _, _, _, ok := templates.New().ReadTracker(src); !ok {
					t.Error("the tracker is not known again")
				}
			}
		})
	}
}

func news(before, after []reconcile.Box) []reconcile.Box {
	known := map[reconcile.Box]bool{}
	for _, b := range before {
		known[b] = true
	}
	var found []reconcile.Box
	for _, b := range after {
		if !known[b] {
			found = append(found, b)
		}
	}
	return found
}
