package incident

import (
	"fmt"
	"regexp"
)

// Severity is 1 (worst) to 5.
type Severity int

func (s Severity) String() string { return fmt.Sprintf("sev%d", int(s)) }

var severityForm = regexp.MustCompile(
	`(?i)^\s*(?:sev|severity)\s*[-_:/ ]?\s*([1-5])\s*$`)

// ParseSeverity reads a label such as "sev1", "SEV-1", "severity: 1" or
// "severity/1"; false for any other label.
func ParseSeverity(label string) (Severity, bool) {
	m := severityForm.FindStringSubmatch(label)
	if m == nil {
		return 0, false
	}
	return Severity(m[1][0] - '0'), true
}
