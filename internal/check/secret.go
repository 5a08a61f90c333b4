package check

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/rs/zerolog"
	"github.com/zricethezav/gitleaks/v8/detect"
	"github.com/zricethezav/gitleaks/v8/logging"
	"github.com/zricethezav/gitleaks/v8/report"
)

const (
	// pieceSize is how much the detector gets at once: to find out in which
	// line something stands takes it time that grows with the square of that.
	// The next piece begins before the end of the last, since secrets have
	// several lines.
	pieceSize = 64 << 10
	overlap   = 8 << 10
)

// finder finds secrets in a piece of text.
type finder func(ctx context.Context, piece string) []report.Finding

// gitleaks is built once, when it is first needed. It belongs to the process,
// since building it goes through a configuration that the library keeps in a
// global variable.
var gitleaks = sync.OnceValues(func() (finder, error) { //nolint:gochecknoglobals // see above
	logging.Logger = zerolog.Nop() // it would write secrets to the standard error
	d, err := detect.NewDetectorDefaultConfig()
	if err != nil {
		return nil, err
	}
	d.IgnoreGitleaksAllow = true // a comment must not hide a secret
	return func(ctx context.Context, piece string) []report.Finding {
		return d.DetectContext(ctx, detect.Fragment{Raw: piece}) //nolint:staticcheck // the type is to go in v9, and has no successor in v8
	}, nil
})

// noSecrets is said where not all could be looked through.
const noSecrets = "The page could not be looked through for secrets in full: make it shorter, or look through the rest yourself."

// secrets finds what gitleaks takes for one, and passwords in addresses.
func secrets(text string) []hit {
	return append(inTime(noSecrets, looked)(text), passwords(text)...)
}

func looked(ctx context.Context, text string) (hits []hit, whole bool) {
	find, err := gitleaks()
	if err != nil {
		return nil, false
	}
	return detected(ctx, text, find)
}

// detected is false if not all of the text was looked through. What makes the
// finder panic is such a text.
func detected(ctx context.Context, text string, find finder) (hits []hit, whole bool) {
	defer func() {
		if recover() != nil {
			whole = false
		}
	}()
	seen := map[int]bool{}
	for start := 0; start < len(text) && ctx.Err() == nil; start = next(text, start) {
		piece := text[start:min(len(text), start+pieceSize)]
		for _, f := range find(ctx, piece) {
			if at := start + locate(piece, f); !seen[at] {
				seen[at] = true
				hits = append(hits, hit{at: at, to: min(len(text), at+len(f.Secret)), says: described(f)})
			}
		}
	}
	return hits, ctx.Err() == nil
}

// next is where the piece begins that follows the one which begins at a
// position: with a line, if there are any.
func next(text string, start int) int {
	if start+pieceSize >= len(text) {
		return len(text)
	}
	most := start + pieceSize - overlap
	if i := strings.LastIndexByte(text[start+1:most], '\n'); i >= 0 {
		return start + 1 + i + 1
	}
	return most
}

// locate is where in the text the secret begins. The library's own columns
// count the line end, too.
func locate(text string, f report.Finding) int {
	line := 0
	for range f.StartLine { // from 0
		line += strings.IndexByte(text[line:], '\n') + 1
	}
	match := max(0, strings.Index(text[line:], f.Match))
	return line + match + max(0, strings.Index(f.Match, f.Secret))
}

var ruleName = regexp.MustCompile(`^[a-z0-9-]+$`)

// described is what is said of a secret: what kind it is, nothing of itself.
func described(f report.Finding) string {
	if !ruleName.MatchString(f.RuleID) {
		return ""
	}
	return fmt.Sprintf("This looks like a secret (%s): replace it where it is used, since the page's history keeps it, and take it out here.", f.RuleID)
}

var (
	addressPassword = regexp.MustCompile(`\b[a-zA-Z][a-zA-Z0-9+.-]{1,20}://([^\s/:@"'<>` + "`" + `]*):([^\s/@"'<>` + "`" + `]+)@([^\s/:?#"'<>` + "`" + `]+)`)
	placeholder     = regexp.MustCompile(`(?i)^(?:\W*(?:pass|passwd|password|pwd|pw|secret|token|key|user|username|api_?key)\W*|[x*.•…-]+|\W*(?:your|my|the|some)[-_ ]?\w*|[$%{(\[].*|.*[}\])%])$`)
)

// passwords are those within an address, such as a database's, which the
// library misses. Words that stand for one, and addresses of the machine at
// hand, are none.
func passwords(text string) []hit {
	var hits []hit
	for _, m := range addressPassword.FindAllStringSubmatchIndex(text, -1) {
		password, host := text[m[4]:m[5]], text[m[6]:m[7]]
		if !placeholder.MatchString(password) && !isExample(host) {
			hits = append(hits, hit{at: m[4], to: m[5]})
		}
	}
	return hits
}
