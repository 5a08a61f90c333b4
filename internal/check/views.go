package check

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// inBothViews looks through what people wrote, and through how that reads: each
// can hide what the other shows.
func inBothViews(find func(text string) []hit) func(*page) []hit {
	return func(p *page) []hit {
		read := find(p.reading.Text)
		for i, h := range read {
			if !h.anywhere {
				read[i].at, read[i].to = p.reading.Source(h.at, h.to)
			}
		}
		return unite(find(p.open), read)
	}
}

// unite are the hits of two views, in order. Of those that overlap, one is
// enough: the first, which goes as far as both.
func unite(views ...[]hit) []hit {
	type seen struct {
		hit
		view int
	}
	var all []seen
	for i, hits := range views {
		for _, h := range hits {
			all = append(all, seen{h, i})
		}
	}
	slices.SortStableFunc(all, func(a, b seen) int { return cmp.Compare(a.at, b.at) })
	var united []hit
	last := make([]int, len(views)) // of the hits in each view, from 1
	for _, s := range all {
		if i := overlapped(united, last, s.view, s.hit); i >= 0 {
			united[i].to = max(united[i].to, s.to)
			continue
		}
		united = append(united, s.hit)
		last[s.view] = len(united)
	}
	return united
}

// overlapped is which of the last hits in other views reaches into this one, or
// is the same; -1 if none is.
func overlapped(united []hit, last []int, view int, h hit) int {
	for i, n := range last {
		if i != view && n > 0 && (h.at < united[n-1].to || h.at == united[n-1].at) {
			return n - 1
		}
	}
	return -1
}

// slowest bounds how long a view is looked through by a rule. An honest page
// takes some milliseconds.
const slowest = 10 * time.Second

// inTime gives a rule no longer than that. What could not be looked through is
// a hit itself: the rest may hold anything.
func inTime(notLooked string, find func(ctx context.Context, text string) (hits []hit, whole bool)) func(text string) []hit {
	return func(text string) []hit {
		ctx, cancel := context.WithTimeout(context.Background(), slowest)
		defer cancel()
		hits, whole := find(ctx, text)
		if !whole {
			hits = append([]hit{{says: notLooked, anywhere: true}}, hits...)
		}
		return hits
	}
}
