package incident

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// place is where follow-ups go that say nothing of it.
func (p Policy) place(t ItemType, s Severity) string {
	return cmp.Or(p.PlaceByType[t], p.PlaceBySeverity[s], p.Place, PlaceHere)
}

// aim finds where a line's follow-up is to be opened: where the line says, else
// where the configuration has such follow-ups go.
func (d *decision) aim(c *candidate) {
	place := c.Wish.Place
	if place == "" {
		c.Default, place = true, d.policy.place(c.Wish.Type, d.severity(d.policy))
	}
	switch {
	case place == PlaceHere:
	case strings.Contains(place, "/"):
		if c.In = Repo(strings.ToLower(place)); c.In == d.Parent.Key.Repo {
			c.In = ""
		}
	default:
		c.Jira, c.Project = true, d.project(place)
	}
}

// project is the project in Jira that a place names: the default one for
// [PlaceJira], and the zero value for one that the operator does not let the
// parent's owner use.
func (w World) project(place string) Project {
	for _, p := range w.Projects {
		if place == PlaceJira || place == p.Key {
			return p
		}
	}
	return Project{}
}

// home is the repository or site in which a line's follow-up is to be opened;
// empty for the parent's repository.
func (c candidate) home() Repo {
	if c.Jira {
		return c.Project.Site
	}
	return c.In
}

// here is the line with its follow-up in the parent's repository.
func (c candidate) here() candidate {
	c.In, c.Jira, c.Project = "", false, Project{}
	return c
}

// placed is a line as it can be followed up, with why it can't as it is to be. What
// the configuration names only by default is no reason to lose what was promised:
// it goes here. So does a line of the tracker, which can't wait there until its
// place can be used; what somebody accepted, of whose author nothing is known; and
// what Jira has refused for so long that the team does not want to wait.
func (d *decision) placed(c candidate) (candidate, Verdict, string) {
	verdict, why := d.possible(c)
	switch {
	case verdict == Allowed && c.Jira && d.fallsBack(c.Entry.Key):
		return c.here(), Allowed, ""
	case verdict != Denied || c.Refers:
		return c, verdict, why
	case c.Default, c.Item.Source == FromTracker, c.Item.Source == FromPage && d.asks():
		return c.here(), Allowed, why
	}
	return c, Denied, why
}

// possible is whether a line's follow-up can be opened where it is to be, or
// what it refers to be adopted; and if not, why not, in a sentence for people
// that follows the line's own words.
func (d *decision) possible(c candidate) (Verdict, string) {
	switch {
	case c.Refers && c.Item.Source == FromSubIssue:
		return Allowed, ""
	case c.Refers && c.Pointer.other != "":
		return Denied, c.Pointer.other
	case c.Refers && c.Pointer.ticket.Name != "":
		return d.adoptableTicket(c)
	case c.Refers:
		return d.adoptable(c)
	case c.Jira:
		return d.inJira(c)
	case c.In != "":
		return d.usable(c)
	}
	return Allowed, ""
}

// inJira is whether a ticket can be opened in the project that a line names.
func (d *decision) inJira(c candidate) (Verdict, string) {
	switch {
	case len(d.Projects) == 0:
		return Denied, jiraMissing
	case c.Project == Project{}:
		return Denied, "can't be followed up in Jira: " + d.projectMissing()
	case d.leaks(c.Project):
		return Denied, "can't be followed up in Jira: " + c.Project.readers() + " can read " + c.Project.Site.Address() +
			", and not this repository. Leave Jira out, and an issue is opened here."
	}
	return Allowed, ""
}

// leaks is whether more people can read a project's site than the parent.
func (w World) leaks(p Project) bool {
	return w.Repository.Private && (p.Public || p.Internal && !w.Repository.Internal)
}

// readers are those who can read a project's site, where not only some can.
func (p Project) readers() string {
	if p.Public {
		return "everybody"
	}
	return "everybody in the enterprise"
}

// hides is whether fewer people can read a Jira site than the parent: then what the
// site says is not repeated there. A site that the operator has taken away is taken
// for one that few can read.
func (w World) hides(site Repo) bool {
	if w.Repository.Private && !w.Repository.Internal {
		return false
	}
	return !slices.ContainsFunc(w.Projects, func(p Project) bool {
		return p.Site == site && (p.Public || p.Internal && w.Repository.Internal)
	})
}

// projectMissing says which projects can be used.
func (w World) projectMissing() string {
	return "it names no Jira project that can be used here: " + w.projectsKnown() + "."
}

// keys are the keys of projects.
func keys(projects []Project) []string {
	var all []string
	for _, p := range projects {
		all = append(all, p.Key)
	}
	return all
}

// projectsKnown tells people which projects they can name.
func (w World) projectsKnown() string { return projectsKnown(keys(w.Projects), w.hidden()) }

// hidden are the keys of the projects of which people are not told: those at sites
// that fewer can read than the parent.
func (w World) hidden() []string {
	return keys(slices.DeleteFunc(slices.Clone(w.Projects), func(p Project) bool { return !w.hides(p.Site) }))
}

func projectsKnown(all, hidden []string) string {
	told := slices.DeleteFunc(slices.Clone(all), func(key string) bool { return slices.Contains(hidden, key) })
	switch len(told) {
	case 0:
		return "ask whoever runs Hindsight which can"
	case 1:
		return "write " + told[0]
	}
	return "write one of " + strings.Join(upTo(told, projectsNamed), ", ")
}

// projectsNamed is how many projects a sentence names.
const projectsNamed = 10

// placeNotices say what the configuration names for follow-ups and can't be used:
// then they are opened here.
func (d *decision) placeNotices() []string {
	severity := d.facts.Severity
	places := []string{d.policy.place("", severity)}
	for _, t := range []ItemType{Mitigation, Prevention, Detection, Process} {
		places = append(places, d.policy.place(t, severity))
	}
	var notices []string
	for _, place := range places {
		if place == PlaceHere || strings.Contains(place, "/") {
			continue
		}
		if why := d.placeWrong(place); why != "" {
			notices = union(notices, []string{why + " Follow-ups that say nothing else are opened here."})
		}
	}
	return notices
}

// placeWrong is why the configuration's place in Jira can't be used, or "".
func (d *decision) placeWrong(place string) string {
	switch p := d.project(place); {
	case len(d.Projects) == 0:
		return "The configuration has follow-ups go to Jira, which is not connected: take that out, or ask whoever runs Hindsight."
	case p == Project{}:
		return fmt.Sprintf("The configuration has follow-ups go to %s, which is no Jira project that can be used here: %s.",
			code(place), d.projectsKnown())
	case d.leaks(p):
		return fmt.Sprintf("The configuration has follow-ups go to Jira, and %s can read %s, but not this repository.",
			p.readers(), code(p.Site.Address()))
	}
	return ""
}

// code shows a short text as code, in which nothing has a meaning: neutral
// Markdown.
func code(text string) string {
	const most = 60
	runes := []rune(strings.Map(func(r rune) rune {
		if r == '`' {
			return '\''
		}
		return r
	}, strings.Join(strings.Fields(strings.Map(visible, kept(text))), " ")))
	if len(runes) > most {
		runes = append(runes[:most-1], '…')
	}
	return "`" + string(runes) + "`"
}

// adoptable is whether an issue can be adopted.
func (d *decision) adoptable(c candidate) (Verdict, string) {
	key := c.Pointer.issue
	if verdict, why := d.reaches(c, key.Repo); verdict != Allowed {
		if c.Pointer.moved { // where it is by now is not for everybody to know
			why = noIssue
		}
		return verdict, why
	}
	switch f, seen := d.issue(key); {
	case !seen:
		return Unknown, ""
	case f.State == Gone:
		return Denied, noIssue
	}
	return Allowed, ""
}

// noIssue is why nothing can be adopted that can't be seen.
const noIssue = "names no issue that Hindsight can see: correct the number, or install the app there."

// usable is whether a follow-up can be opened in another repository.
func (d *decision) usable(c candidate) (Verdict, string) {
	place, known := d.Places[c.In]
	switch verdict, why := d.reaches(c, c.In); {
	case verdict != Allowed:
		return verdict, why
	case !known:
		return Unknown, ""
	case place.ID == 0:
		return Denied, "can't be opened there: there is no repository " + string(c.In) + ", or the app is not installed in it."
	case place.Archived:
		return Denied, "can't be opened there: " + string(c.In) + " is archived. Name another repository, or none."
	case d.Repository.Private && !place.Private:
		return Denied, "can't be opened there: " + string(c.In) +
			" is public, and this repository is not. Name another repository, or none."
	case d.Repository.Private && !d.Repository.Internal && place.Internal:
		return Denied, "can't be opened there: everybody in the enterprise can read " + string(c.In) +
			", and not this repository. Name another repository, or none."
	}
	return Allowed, ""
}
