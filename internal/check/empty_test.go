package check_test

import "testing"

func TestEmpty(t *testing.T) {
	t.Parallel()
	dirty(t, "empty",
		"»# A\n", "a\n\n»## B\n<!-- write\nhere -->\n\n# C\nc", "»A\n===\n\n<!-- internal -->\n", "»# A\n| Who | What |\n| --- | --- |\n| | |\n", "»# A\n\n| What | How much |\n|---|---|\n| Customers | |\n| Time | - |\n",
		"# A\n»## B\n## C\nc", "»# A\n***\n", "»#\n", "»# A\n<br>\n", "»# A\r\n\r\n<!-- a -->\r\n",
	)
	clean(t, "empty",
		"", "a", "# A\nb", "# A\n## B\nb", "# A\n- b", "# A\n```\nb\n```", "# A\n> b", "# A\n👍", "# A\n| Who | What |\n| --- | --- |\n| | x |\n", "# A\n| Who |\n| --- |\n| x |\n",
		"# A\n<!-- hindsight:begin block=facts -->\n<!-- hindsight:end block=facts -->\n", "# A\n![](graph.png)", "# A\n<img src=x>", "# Follow-ups\na\n## Proposed\n<!-- x -->\n", "A\n===\nb",
		"# A\n| b | c\n", "# A\n<details>b</details>",
	)
}
