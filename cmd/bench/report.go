package main

import (
	"cmp"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// row is one figure, and what it should be if that was said anywhere.
type row struct {
	what, figure, aim string
}

func (b *bench) printMachine(now time.Time) {
	_, _ = fmt.Fprintf(b.out, "Hindsight, %s, %s %s/%s, %d processors, GOMAXPROCS %d\n",
		now.UTC().Format("2006-01-02 15:04 UTC"), runtime.Version(), runtime.GOOS, runtime.GOARCH,
		runtime.NumCPU(), runtime.GOMAXPROCS(0))
}

// print writes a table under a heading that says how it was measured.
func (b *bench) print(heading string, rows []row) {
	_, _ = fmt.Fprintf(b.out, "\n%s\n", heading)
	w := tabwriter.NewWriter(b.out, 0, 0, 3, ' ', 0)
	for _, r := range rows {
		aim := ""
		if r.aim != "" {
			aim = "aim " + r.aim
		}
		_, _ = fmt.Fprintln(w, strings.TrimRight("  "+r.what+"\t"+r.figure+"\t"+aim, "\t"))
	}
	_ = w.Flush() // what can't be printed can't be complained about either
}

// quantile is the value that the share q of the sorted values does not
// exceed; zero of none.
func quantile[T cmp.Ordered](sorted []T, q float64) T {
	var none T
	if len(sorted) == 0 {
		return none
	}
	return sorted[min(int(q*float64(len(sorted))), len(sorted)-1)]
}

// spread shows the median, and how far the others are away from it.
func spread(all []time.Duration) string {
	sorted := slices.Sorted(slices.Values(all))
	if len(sorted) == 1 {
		return millis(sorted[0])
	}
	return fmt.Sprintf("%s   (%s to %s)", millis(quantile(sorted, 0.5)),
		millis(quantile(sorted, 0)), millis(quantile(sorted, 1)))
}

func millis(d time.Duration) string {
	ms := float64(d) / float64(time.Millisecond)
	if ms >= 100 {
		return fmt.Sprintf("%.0f ms", ms)
	}
	return fmt.Sprintf("%.1f ms", ms)
}

func megabytes(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }

// thousands writes 12345 as 12,345.
func thousands(n int) string {
	digits := fmt.Sprint(n)
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return digits
}
