package jira

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"unicode"

	gojira "github.com/andygrunwald/go-jira"

	"hindsight/internal/incident"
	"hindsight/internal/markdown"
)

// Grade is how well something is.
type Grade string

// The grades.
const (
	Fine    Grade = "ok"
	Warning Grade = "warning" // works, but not as people will expect
	Failed  Grade = "failed"
)

// Finding is one thing that was looked at. All is plain text, of one line.
type Finding struct {
	What  string // "project OPS"
	Grade Grade
	Text  string // what was seen
	Next  string // what a person can do; "" where nothing is to be done
}

// Examine looks whether a site can be worked at, and changes nothing. After what
// all else needs has failed, it looks no further.
func (j *Jira) Examine(ctx context.Context, site incident.Repo) []Finding {
	all := j.examine(ctx, site)
	for i, f := range all {
		all[i] = Finding{What: printable(f.What), Grade: f.Grade, Text: printable(f.Text), Next: printable(f.Next)}
	}
	return all
}

// printable is a text without what a terminal acts on, in one line: names in Jira
// are people's.
func printable(text string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, text)), " ")
}

func (j *Jira) examine(ctx context.Context, site incident.Repo) []Finding {
	s, err := j.site(site)
	if err != nil {
		return []Finding{failing("site", err)}
	}
	kind, err := s.examineSite(ctx)
	all := []Finding{kind}
	if err != nil {
		return all
	}
	account, err := s.examineAccount(ctx)
	all = append(all, account)
	if err != nil {
		return all
	}
	for _, key := range s.projects() {
		all = append(all, s.examineProject(ctx, key)...)
	}
	return append(all, s.examinePeople(ctx)...)
}

// failing is a finding of an error.
func failing(what string, err error) Finding {
	f := Finding{What: what, Grade: Failed, Text: err.Error(), Next: "Try again; the error says what was in the way."}
	if blocked := new(incident.Blocked); errors.As(err, &blocked) {
		f.Text, f.Next = plainText(blocked.Text), ""
	}
	return f
}

// plainText is Markdown that is for a page as it reads on a terminal.
func plainText(text string) string {
	const most = 800
	return markdown.Title(text, most)
}

func (s *site) examineSite(ctx context.Context) (Finding, error) {
	cloud, err := s.isCloud(ctx)
	if err != nil {
		return failing("site", err), err
	}
	f := Finding{What: "site", Grade: Fine, Text: "reached " + s.URL + ", which is Jira Data Center"}
	if cloud {
		f.Text = "reached " + s.URL + ", which is Jira Cloud"
	}
	if cloud && s.Email == "" {
		f.Grade, f.Next = Warning, "Jira Cloud wants an e-mail address beside the token: give the site its account's."
	}
	return f, nil
}

func (s *site) examineAccount(ctx context.Context) (Finding, error) {
	me, err := s.askMyself(ctx)
	if err != nil {
		return failing("account", err), err
	}
	return Finding{What: "account", Grade: Fine, Text: "logged in as " + plainText(markdown.Text(me.DisplayName))}, nil
}

// permissions are what Hindsight needs in a project, and what can't be done
// without.
func permissions() []struct{ key, name, without string } {
	return []struct{ key, name, without string }{
		{"BROWSE_PROJECTS", "Browse projects", "can't see its tickets"},
		{"CREATE_ISSUES", "Create issues", "can't open tickets"},
		{"EDIT_ISSUES", "Edit issues", "can't keep labels, titles and due dates up to date"},
		{"TRANSITION_ISSUES", "Transition issues", "can't close a ticket whose box is ticked"},
		{"ADD_COMMENTS", "Add comments", "can't ask why a ticket was dropped"},
		{"LINK_ISSUES", "Link issues", "can't link tickets to the incident"},
		{"ASSIGN_ISSUES", "Assign issues", "can't assign tickets"},
	}
}

func (s *site) examineProject(ctx context.Context, key string) []Finding {
	what := "project " + key
	have, err := s.permitted(ctx, key)
	if err != nil {
		return []Finding{failing(what, err)}
	}
	var lacks []Finding
	for i, p := range permissions() {
		if have[p.key] {
			continue
		}
		lack := Finding{
			What: what, Grade: Warning, Text: "Hindsight " + p.without,
			Next: fmt.Sprintf("Give its account the permission “%s” in the project's permission scheme.", p.name),
		}
		if i < 2 { // nothing else is worth looking at
			lack.Grade = Failed
			return []Finding{lack}
		}
		lacks = append(lacks, lack)
	}
	if len(lacks) == 0 {
		lacks = []Finding{{What: what, Grade: Fine, Text: "can be seen, and tickets can be created, edited and moved in it"}}
	}
	return slices.Concat(lacks, s.examineTypes(ctx, key), s.examineWays(ctx, key))
}

// permitted are the permissions that Hindsight has in a project.
func (s *site) permitted(ctx context.Context, key string) (map[string]bool, error) {
	var keys []string
	for _, p := range permissions() {
		keys = append(keys, p.key)
	}
	var mine struct {
		Permissions map[string]struct {
			Have bool `json:"havePermission"`
		} `json:"permissions"`
	}
	query := url.Values{"projectKey": {key}, "permissions": {strings.Join(keys, ",")}}
	err := s.get(ctx, "rest/api/2/mypermissions", query, &mine, "the project "+markdown.Code(key))
	if missing(err) {
		err = &incident.Blocked{Text: s.closedProject(key)}
	}
	have := map[string]bool{}
	for name, p := range mine.Permissions {
		have[name] = p.Have
	}
	return have, err
}

// examineTypes looks at each issue type that the project's tickets may get.
func (s *site) examineTypes(ctx context.Context, key string) []Finding {
	p := s.projectOf(key)
	items := map[string]incident.ItemType{p.typeOf(""): ""}
	for item := range p.Types {
		items[p.typeOf(item)] = item
	}
	var all []Finding
	for _, name := range slices.Sorted(maps.Keys(items)) {
		what := fmt.Sprintf("project %s, %s", key, name)
		kind := incident.TicketKind{Site: s.key, Project: key, Type: items[name]}
		all = append(all, s.examineScreen(ctx, what, kind, p)...)
		all = append(all, s.examineStatuses(ctx, what, key, name))
	}
	return all
}

func (s *site) examineScreen(ctx context.Context, what string, kind incident.TicketKind, p Project) []Finding {
	sc, err := s.screenFor(ctx, kind)
	switch {
	case err != nil:
		return []Finding{failing(what, err)}
	case sc.why != "":
		return []Finding{{What: what, Grade: Failed, Text: plainText(sc.why)}}
	}
	var all []Finding
	for _, id := range ids(lacking(sc, p)) {
		all = append(all, Finding{
			What: what, Grade: Warning, Text: fmt.Sprintf("has no field “%s” that takes what Hindsight would write: it is left out of tickets", fieldName(id)),
			Next: "A Jira administrator can add it to the screen on which tickets are created.",
		})
	}
	all = append(all, s.examineValues(what, sc, incident.TicketPriority, p.priorities())...)
	all = append(all, s.examineValues(what, sc, incident.TicketComponents, p.Components)...)
	if len(all) == 0 {
		all = append(all, Finding{What: what, Grade: Fine, Text: "has all fields that Hindsight writes"})
	}
	return all
}

// examineValues tells of values that the screen does not take, where it takes
// others.
func (s *site) examineValues(what string, sc screen, id incident.TicketField, names []string) []Finding {
	if !sc.takesOne(id, names) {
		return nil
	}
	var all []Finding
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		if _, ok := sc.fields[string(id)].allows(name); !ok {
			all = append(all, Finding{
				What: what, Grade: Warning, Text: fmt.Sprintf("the field “%s” does not take “%s”: tickets get the default", fieldName(string(id)), name),
				Next: "Correct it in the file of Jira sites, or add it in Jira.",
			})
		}
	}
	return all
}

// examineStatuses looks whether tickets of a type can be open, and be done.
func (s *site) examineStatuses(ctx context.Context, what, key, issueType string) Finding {
	open, done, err := s.statuses(ctx, key, issueType)
	if err != nil {
		return failing(what, err)
	}
	if len(open) == 0 || len(done) == 0 {
		return Finding{
			What: what, Grade: Failed, Text: "its workflow has no status that is open and one that is done",
			Next: "A Jira administrator can put the statuses into the right category.",
		}
	}
	wanted := s.projectOf(key).Done
	if wanted != "" && !slices.ContainsFunc(done, func(name string) bool { return strings.EqualFold(name, wanted) }) {
		return Finding{
			What: what, Grade: Warning, Text: fmt.Sprintf("has no status “%s” that is done, only %s", wanted, strings.Join(done, ", ")),
			Next: "Correct the project's `done` in the file of Jira sites.",
		}
	}
	return Finding{What: what, Grade: Fine, Text: "is done when it is " + strings.Join(done, " or ")}
}

// statuses are those that tickets of a type can have in a project, without those
// that mean that they won't be done.
func (s *site) statuses(ctx context.Context, key, issueType string) (open, done []string, err error) {
	var types []struct {
		Name     string          `json:"name"`
		Statuses []gojira.Status `json:"statuses"`
	}
	path := "rest/api/2/project/" + url.PathEscape(key) + "/statuses"
	if err := s.get(ctx, path, nil, &types, "the project "+markdown.Code(key)); err != nil {
		return nil, nil, err
	}
	for _, t := range types {
		if !strings.EqualFold(t.Name, issueType) {
			continue
		}
		for _, status := range t.Statuses {
			switch {
			case status.StatusCategory.Key != "done":
				open = append(open, status.Name)
			case !s.dropped(status.Name):
				done = append(done, status.Name)
			}
		}
	}
	return open, done, nil
}

// examineWays looks whether an open ticket of Hindsight's, where there is one, could
// be closed: statuses do not tell, as the way to one may ask for something.
func (s *site) examineWays(ctx context.Context, key string) []Finding {
	what := "project " + key
	found, _, err := s.search(ctx, question{
		jql:    fmt.Sprintf("project = %s AND creator = currentUser() AND statusCategory != Done ORDER BY created DESC", jqlText(key)),
		fields: asked, most: 1,
	})
	if err != nil {
		return []Finding{failing(what, s.explain(err, "a search for tickets"))}
	}
	if len(found) == 0 || s.check(found[0], "a search for tickets") != nil {
		return nil
	}
	t := incident.Ticket{Name: found[0].Key, Status: found[0].Fields.Status.Name}
	offered, err := s.transitions(ctx, found[0].ID, t.Name)
	if err != nil {
		return []Finding{failing(what, err)}
	}
	if _, declined := s.goal(incident.Done, key).choose(offered, t); declined != "" {
		return []Finding{{
			What: what, Grade: Warning, Text: "tickets can't be closed by ticking their box: " + plainText(declined),
			Next: "A Jira administrator can offer a way that asks for nothing, or people close tickets in Jira.",
		}}
	}
	return []Finding{{What: what, Grade: Fine, Text: t.Name + " could be closed from where it is"}}
}

// examinePeople looks whether those whom the operator names can be found.
func (s *site) examinePeople(ctx context.Context) []Finding {
	var all []Finding
	for _, login := range slices.Sorted(maps.Keys(s.People)) {
		_, found, err := s.account(ctx, login)
		switch {
		case err != nil:
			all = append(all, failing("people", err))
		case !found:
			all = append(all, Finding{
				What: "people", Grade: Warning, Text: fmt.Sprintf("finds no account for %s by their e-mail address: tickets are not assigned to them", login),
				Next: "Give their account id (Data Center: user name) instead: Jira does not show everybody's address.",
			})
		}
	}
	if len(all) == 0 && len(s.People) > 0 {
		all = append(all, Finding{What: "people", Grade: Fine, Text: fmt.Sprintf("has accounts for %d people", len(s.People))})
	}
	return all
}
