package markdown_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/markdown"
)

const page = "# Shop is down\r\n\r\n## Follow-ups\r\n- [ ] #12 is tracked\r\n\r\n### Proposed\r\n<!-- write here -->\r\n" +
	"- [ ] Alert on **age**  \r\n  of certificates\r\n- [x] Drop it\r\n- [ ] Rehearse → [#77](https://github.test/acme/shop/issues/77)\r\n" +
	"- [ ] Fix it → [#5](https://github.test/acme/shop/issues/5) @ben\r\n" +
	"\r\n```\r\n- [ ] code\r\n```\r\n> - [ ] quoted\r\n\r\n## Responders\r\n- [ ] not this\r\n\r\n### Proposed\r\n- [ ] nor this\r\n"

func TestProposed(t *testing.T) {
	t.Parallel()
	type line struct {
		Text           string
		Ticked, Linked bool
	}
	var got []line
	for _, l := range markdown.Proposed(page) {
		got = append(got, line{l.Text, l.Ticked, l.Linked})
	}
	want := []line{{"Alert on **age** of certificates", false, false}, {"Drop it", true, false}, {"Rehearse", false, true}, {"Fix it @ben", false, true}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("proposed (-want +got):\n%s", diff)
	}
}

func TestLink(t *testing.T) {
	t.Parallel()
	const name, url = "#78", "https://github.test/acme/shop/issues/78"
	linked, ok := markdown.Link(page, func(text string) bool { return text == "Alert on **age** of certificates" }, name, url)
	const line = "- [ ] Alert on **age**"
	i := len("# Shop is down\r\n\r\n## Follow-ups\r\n- [ ] #12 is tracked\r\n\r\n### Proposed\r\n<!-- write here -->\r\n") + len(line)
	if want := page[:i] + " → [#78](" + url + ")" + page[i:]; !ok || linked != want {
		t.Errorf("linked %t (-want +got):\n%s", ok, cmp.Diff(want, linked))
	}
	for text, why := range map[string]string{"Rehearse": "it has its link", "nor this": "it is not proposed", "code": "it is code"} {
		if again, ok := markdown.Link(page, func(t string) bool { return t == text }, name, url); ok || again != page {
			t.Errorf("%q was linked, and %s", text, why)
		}
	}
}
