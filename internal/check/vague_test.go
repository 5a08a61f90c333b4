package check_test

import "testing"

func TestVague(t *testing.T) {
	t.Parallel()
	for _, title := range []string{
		"Investigate", "investigate the issue @ann due 2w", "Look into it.", "**Fix**", "Fix the problem", "Improve monitoring", "Be more careful next time!", "TBD", "todo", "Review the process",
		"We should investigate further", "Better alerting", "More tests", "Root cause analysis", "Follow up", "Discuss with", "Monitor closely",
	} {
		dirty(t, "vague", "# Follow-ups\n- »[ ] "+title)
	}
	for _, title := range []string{
		"Investigate why the queue grew to 1,000", "Fix the leak in the parser", "Review the runbook of the proxy", "Page when the queue is older than 5 min", "Improve p99 of checkout to 300 ms",
		"Monitor certificate age", "Check backups every week", "Test the restore",
	} {
		clean(t, "vague", "# Follow-ups\n- [ ] "+title)
	}
	clean(t, "vague", "# Follow-ups\n- [x] Investigate", "# Other\n- [ ] Investigate", "Investigate")
}
