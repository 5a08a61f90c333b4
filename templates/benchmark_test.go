package templates_test

import (
	"fmt"
	"testing"

	"hindsight/templates"
)

// BenchmarkTracker is what a look takes to say what the tracker should be.
func BenchmarkTracker(b *testing.B) {
	for _, n := range []int{10, 200, 1000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			texts, view := templates.New(), crowd(n, 60)
			b.ReportAllocs()
			for b.Loop() {
				texts.Tracker(view)
			}
		})
	}
}

// BenchmarkReadTracker is what a look takes to read the tracker that is there.
func BenchmarkReadTracker(b *testing.B) {
	for _, n := range []int{10, 200, 1000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			texts, view := templates.New(), crowd(n, 60)
			body := texts.Tracker(view)
			b.ReportAllocs()
			for b.Loop() {
				texts.ReadTracker(body)
				texts.ReadBoxes(body, view.Key)
			}
		})
	}
}

// BenchmarkRefreshPage is what a look takes to see that a page is up to date.
func BenchmarkRefreshPage(b *testing.B) {
	for _, n := range []int{10, 200} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			texts, view := templates.New(), templates.Example(false)
			view.Lines = crowd(n, 60).Lines
			page := texts.Page(view)
			b.ReportAllocs()
			for b.Loop() {
				texts.RefreshPage(page, view)
			}
		})
	}
}

// BenchmarkPage is what it takes to make a page of the repository's own
// template, checks included.
func BenchmarkPage(b *testing.B) {
	texts, view := templates.New(), templates.Example(false)
	view.Own = builtIn(b, "pagerduty")
	b.ReportAllocs()
	for b.Loop() {
		texts.Page(view)
	}
}
