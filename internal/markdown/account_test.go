package markdown_test

import (
	"testing"

	"hindsight/internal/markdown"
)

func TestAccount(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, src, want string }{
		{"no follow-ups", "It is down.\n\n## Impact\nAll.\n", "It is down.\n\n## Impact\nAll."},
		{"follow-ups last", "It is down.\n\n### Follow-ups\n- [ ] Mend it\n", "It is down."},
		{"underlined heading", "It is down.\r\n\r\nAction items\r\n---\r\n- [ ] Mend it\r\n", "It is down."},
		{"follow-ups first", "# Follow-ups\n- [ ] Mend it\n", ""},
		{"heading in code", "```\n# Follow-ups\n```\nIt is down.", "```\n# Follow-ups\n```\nIt is down."},
		{"byte order mark", "\uFEFFDown.\n# Follow-ups\n", "\uFEFFDown."},
		{"nothing", "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := markdown.Account(test.src); got != test.want {
				t.Errorf("Account(%q) = %q, want %q", test.src, got, test.want)
			}
		})
	}
}
