package check_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/check"
)

func TestFollowUp(t *testing.T) {
	t.Parallel()
	dirty(t, "follow-up",
		"# Follow-ups\n- »[ ] Alert on age", "# Action items\n## Proposed\n* »[ ] Alert on age @ann", "# Follow-ups\r\n\r\n- [x] a\r\n  - »[ ] Alert on age due 2w", "# Follow-ups\n- »[ ] ask @ann about p1 alerts",
	)
	clean(t, "follow-up",
		"# Follow-ups\n- [ ] Alert on age @ann due 2w", "# Follow-ups\n- [ ] Alert on age due 2026-12-01, @ann p1", "# Follow-ups\n- [x] Alert on age", "# Follow-ups\n- Alert on age",
		"# Other\n- [ ] Alert on age", "# Follow-ups\n## Proposed\n- [ ] Alert on age → [#12](https://github.com/o/r/issues/12)", "# Follow-ups\n```\n- [ ] a\n```", "# Follow-ups\n<!--\n- [ ] a\n-->",
	)
}

func TestFollowUpSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	var got []string
	for _, f := range check.New().Check("# Follow-ups\n- [ ] Alert a\n- [ ] Alert b @ann\n- [ ] Alert c due 2w\n", nil, nil) {
		text, _, _ := strings.Cut(f.Text, ":")
		got = append(got, text)
	}
	want := []string{"This follow-up has no owner and no date", "This follow-up has no date", "This follow-up has no owner"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("texts (-want +got):\n%s", diff)
	}
}
