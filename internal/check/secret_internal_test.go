package check

import (
	"context"
	"strings"
	"testing"

	"github.com/rs/zerolog"
	"github.com/zricethezav/gitleaks/v8/logging"
	"github.com/zricethezav/gitleaks/v8/report"
)

// What the library can't look through is told, not taken for clean.
func TestDetectedFailsClosed(t *testing.T) {
	t.Parallel()
	if hits, whole := detected(t.Context(), "a", func(context.Context, string) []report.Finding { panic("no") }); whole || hits != nil {
		t.Errorf("a panic: %v, %v", hits, whole)
	}
	canceled, cancel := context.WithCancel(t.Context())
	late := func(context.Context, string) []report.Finding {
		cancel()
		return []report.Finding{{RuleID: "x", Match: "b", Secret: "b"}}
	}
	if hits, whole := detected(canceled, strings.Repeat("ab\n", pieceSize), late); whole || len(hits) != 1 || hits[0].at != 1 {
		t.Errorf("out of time: %v, %v, want what was found, and that it is not all", hits, whole)
	}
	odd := func(context.Context, string) []report.Finding {
		return []report.Finding{{RuleID: "A secret", StartLine: 7, Match: "not there", Secret: "nor this"}}
	}
	if hits, whole := detected(t.Context(), "a\nb", odd); !whole || len(hits) != 1 || hits[0].says != "" {
		t.Errorf("what can't be located: %v, %v", hits, whole)
	}
}

func TestLibraryIsSilent(t *testing.T) {
	t.Parallel()
	if _, err := gitleaks(); err != nil {
		t.Fatal(err)
	}
	if level := logging.Logger.GetLevel(); level != zerolog.Disabled {
		t.Errorf("the library logs at %s", level)
	}
}
