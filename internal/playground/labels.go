package playground

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	// maxLabel is how long a label's name may be, in characters.
	maxLabel = 50
	// usualColor is that of a label which comes into being on an issue.
	usualColor = "ededed"
)

var color = regexp.MustCompile(`^[0-9A-Fa-f]{6}$`)

func checkLabels(names []string) error {
	for _, name := range names {
		if strings.TrimSpace(name) == "" {
			return invalid("Label", "name", "missing_field", "")
		}
		if err := tooLong("Label", "name", utf8.RuneCountInString(name), maxLabel); err != nil {
			return err
		}
	}
	return nil
}

// label is nil if the repository has none of that name; case doesn't matter.
func (r *repository) label(name string) *Label {
	for _, l := range r.labels {
		if strings.EqualFold(l.Name, name) {
			return l
		}
	}
	return nil
}

// label finds a label by name, without case, or creates it as GitHub does for
// an issue that names it.
func (g *GitHub) label(by actor, r *repository, name string) *Label {
	if l := r.label(name); l != nil {
		return l
	}
	l := &Label{ID: g.newID(), Name: name, Color: usualColor}
	r.labels = append(r.labels, l)
	g.emit(by, r, "label", "created", object{"label": g.labelJSON(r, *l)})
	return l
}

func (g *GitHub) addLabels(by actor, r *repository, i *issue, names []string) error {
	if err := checkLabels(names); err != nil {
		return err
	}
	for _, name := range names {
		if i.labelled(name) {
			continue
		}
		l := *g.label(by, r, name)
		i.Labels = append(i.Labels, l)
		i.UpdatedAt = g.now()
		g.note(by, i, Event{Event: "labeled", Label: &l})
		g.emitIssue(by, r, i, "labeled", object{"label": g.labelJSON(r, l)})
	}
	return nil
}

func (g *GitHub) removeLabel(by actor, r *repository, i *issue, name string) error {
	at := slices.IndexFunc(i.Labels, func(l Label) bool { return strings.EqualFold(l.Name, name) })
	if at < 0 {
		return refuse(http.StatusNotFound, "Label does not exist")
	}
	l := i.Labels[at]
	i.Labels = slices.Delete(slices.Clone(i.Labels), at, at+1)
	i.UpdatedAt = g.now()
	g.note(by, i, Event{Event: "unlabeled", Label: &l})
	g.emitIssue(by, r, i, "unlabeled", object{"label": g.labelJSON(r, l)})
	return nil
}

// setLabels replaces all labels.
func (g *GitHub) setLabels(by actor, r *repository, i *issue, names []string) error {
	if err := checkLabels(names); err != nil {
		return err
	}
	for _, l := range slices.Clone(i.Labels) {
		if !slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, l.Name) }) {
			if err := g.removeLabel(by, r, i, l.Name); err != nil {
				return err
			}
		}
	}
	return g.addLabels(by, r, i, names)
}

// createLabel makes a label for its own sake; one that is there is an error.
func (g *GitHub) createLabel(by actor, r *repository, l Label) (*Label, error) {
	if err := checkLabels([]string{l.Name}); err != nil {
		return nil, err
	}
	switch {
	case l.Color == "":
		l.Color = usualColor
	case !color.MatchString(l.Color):
		return nil, invalid("Label", "color", "invalid", "")
	}
	if r.label(l.Name) != nil {
		return nil, invalid("Label", "name", "already_exists", "")
	}
	l.ID, l.Color = g.newID(), strings.ToLower(l.Color)
	r.labels = append(r.labels, &l)
	g.emit(by, r, "label", "created", object{"label": g.labelJSON(r, l)})
	return &l, nil
}

// renameLabel gives a label another name, on every issue that has it. The
// issues' own events are not sent: GitHub tells of the label alone.
func (g *GitHub) renameLabel(by actor, r *repository, from, to string) error {
	l := r.label(from)
	if l == nil {
		return notFound()
	}
	if err := checkLabels([]string{to}); err != nil {
		return err
	}
	if other := r.label(to); other != nil && other != l {
		return invalid("Label", "name", "already_exists", "")
	}
	changes := object{"name": object{"from": l.Name}}
	l.Name = to
	for _, i := range r.issues {
		for n := range i.Labels {
			if i.Labels[n].ID == l.ID {
				i.Labels = slices.Clone(i.Labels)
				i.Labels[n].Name = to
			}
		}
	}
	g.emit(by, r, "label", "edited", object{"label": g.labelJSON(r, *l), "changes": changes})
	return nil
}

// deleteLabel takes a label away, from every issue too.
func (g *GitHub) deleteLabel(by actor, r *repository, name string) error {
	l := r.label(name)
	if l == nil {
		return notFound()
	}
	r.labels = slices.DeleteFunc(r.labels, func(o *Label) bool { return o == l })
	for _, i := range r.issues {
		i.Labels = slices.DeleteFunc(slices.Clone(i.Labels), func(o Label) bool { return o.ID == l.ID })
	}
	g.emit(by, r, "label", "deleted", object{"label": g.labelJSON(r, *l)})
	return nil
}

// RenameLabel gives a label another name.
func (p Person) RenameLabel(repo, from, to string) error {
	return p.in(repo, Write, "rename the label "+from, func(by actor, r *repository) error {
		return p.g.renameLabel(by, r, from, to)
	})
}

// DeleteLabel takes a label away.
func (p Person) DeleteLabel(repo, name string) error {
	return p.in(repo, Write, "delete the label "+name, func(by actor, r *repository) error {
		return p.g.deleteLabel(by, r, name)
	})
}
