package playground_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"hindsight/internal/playground"

	"github.com/google/go-cmp/cmp"
)

func TestBoxesInAText(t *testing.T) {
	t.Parallel()
	text := strings.ReplaceAll(strings.Join([]string{
		"# Follow-ups",
		"- [ ] one",
		"  * [x] two, indented",
		"3. [X] three",
		"> - [ ] four, in a quote",
		"'''go",
		"- [ ] code",
		"'''",
		"<!-- - [ ] hidden -->",
		"<!--",
		"- [ ] hidden too",
		"-->",
		"-[ ] no space",
		"- [y] no mark",
		"- [ ]",
		"+ [ ] five\r",
	}, "\n"), "'''", "```")
	var got []string
	for n, box := range playground.Boxes(text) {
		if line := text[box.Offset:]; !strings.Contains(strings.SplitN(line, "\n", 2)[0], box.Text) {
			t.Errorf("box %d: %q is not on the line at its offset", n, box.Text)
		}
		mark := " "
		if box.Ticked {
			mark = "x"
		}
		got = append(got, mark+" "+box.Text)
	}
	expected := []string{"  one", "x two, indented", "x three", "  four, in a quote", "  five"}
	if diff := cmp.Diff(expected, got); diff != "" {
		t.Errorf("boxes (-want +got):\n%s", diff)
	}
	if playground.FindBox(text, "three") != 2 || playground.FindBox(text, "code") != -1 {
		t.Error("boxes are not found by their words")
	}
}

func TestTickingBoxes(t *testing.T) {
	t.Parallel()
	s := open(t)
	must(t, s.SetRole(repo, "wil", playground.Write))
	ada, wil := s.As("ada"), s.As("wil")
	n := want(ada.OpenIssue(repo, "Checkout is down", "- [ ] one\r\n- [x] two\r\n"))(t)
	c := want(wil.Comment(repo, n, "- [ ] three"))(t)
	must(t, ada.TickBody(repo, n, 0, true))
	must(t, wil.TickBody(repo, n, 1, false))
	must(t, wil.TickComment(repo, c.ID, 0, true))
	must(t, wil.TickComment(repo, c.ID, 0, true))
	for name, test := range map[string]struct {
		err  error
		want int
	}{
		"another's without write": {ada.TickComment(repo, c.ID, 0, false), http.StatusForbidden},
		"one that is not there":   {wil.TickBody(repo, n, 2, true), http.StatusUnprocessableEntity},
	} {
		if refused, is := errors.AsType[*playground.RefusalError](test.err); !is || refused.Status != test.want {
			t.Errorf("%s: %v", name, test.err)
		}
	}
	i, comment := want(s.Issue(repo, n))(t), want(s.Comments(repo, n))(t)[0]
	if i.Body != "- [x] one\r\n- [ ] two\r\n" || comment.Body != "- [x] three" {
		t.Errorf("body %q, comment %q", i.Body, comment.Body)
	}
	var editors []string
	for _, e := range i.Edits {
		editors = append(editors, e.Editor.Login)
	}
	if diff := cmp.Diff([]string{"ada", "ada", "wil"}, editors); diff != "" || len(comment.Edits) != 2 {
		t.Errorf("%d edits of the comment, editors of the body (-want +got):\n%s", len(comment.Edits), diff)
	}
}
