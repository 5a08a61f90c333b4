package config

import (
	"fmt"
	"slices"
	"strings"

	"hindsight/internal/incident"
)

// unknown says what a key may have been meant for.
func unknown(k key, prefix string) *RepositoryError {
	where := strings.TrimSuffix(prefix, ".")
	if where == "" {
		where = "the file"
	}
	if path := meant(prefix, k.name); path != "" {
		return at(k.token, "unknown key %s in %s: did you mean %s?", quote(k.name), where, spelled(path))
	}
	return at(k.token, "unknown key %s in %s: what can be set there is %s",
		quote(k.name), where, strings.Join(below(prefix), ", "))
}

// spelled is a path as it is written in the file.
func spelled(path string) string {
	if section, name, ok := strings.Cut(path, "."); ok {
		return fmt.Sprintf("%s under %s", name, section)
	}
	return path
}

// meant is the path that a key was meant as, or "": one of the same place, one
// that ends like it elsewhere, or the same words the other way round.
func meant(prefix, name string) string {
	near := nearest(name, below(prefix))
	if near != "" {
		return prefix + near
	}
	wrote := prefix + name
	for _, s := range settings() {
		section, last, _ := strings.Cut(s.path, ".")
		if resembles(name, last) || resembles(wrote, s.path) || resembles(wrote, last+"."+section) {
			return s.path
		}
	}
	return ""
}

// below are the keys that can be set below a prefix, sorted.
func below(prefix string) []string {
	var names []string
	for _, s := range settings() {
		if rest, ok := strings.CutPrefix(s.path, prefix); ok {
			name, _, _ := strings.Cut(rest, ".")
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// nearest is the name that differs least from what was written, "" if none is
// close.
func nearest(wrote string, names []string) string {
	best := ""
	for _, name := range names {
		if resembles(wrote, name) && (best == "" || incident.Slips(wrote, name) < incident.Slips(wrote, best)) {
			best = name
		}
	}
	return best
}

// resembles is whether one word is likely a slip for the other: a letter in three
// may differ.
func resembles(wrote, meant string) bool {
	if meant == "" || len(wrote) > 2*len(meant) {
		return false
	}
	return incident.Slips(wrote, meant) <= max(1, len(meant)/3)
}
