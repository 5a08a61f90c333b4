package check_test

import "testing"

func TestSource(t *testing.T) {
	t.Parallel()
	const head = "# Timeline\n\n| Time | What | Source |\n| --- | --- | --- |\n"
	dirty(t, "source",
		head+"»| 14:05 | Rolled back | |", head+"| 14:00 | a | [issue](https://e.org) |\n»| 14:05 | Rolled back | chat |\n| 14:06 | b | https://e.org |\n",
		"## Our timeline (UTC)\r\n### Night\r\na|b\r\n-|-\r\n»c|d\r\n", head+"  »| 14:05 | a | `b` |\n",
	)
	clean(t, "source",
		head, head+"| | | |\n", head+"| 14:05 | a | <https://e.org> |\n", head+"| 14:05 | a | [b][c] |\n", head+"| 14:05 | [a](b) | |\n", head+"| 14:05 | <a href=x>a</a> | |\n",
		"# Impact\n| a | b |\n| - | - |\n| c | d |\n", "# Timeline\nAt 14:05 we rolled back.\n", head+"\nThat was all | really\n", "# Timeline\n# Next\n| a | b |\n| - | - |\n| c | d |\n",
	)
}
