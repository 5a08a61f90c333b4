package main

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"pgregory.net/rapid"

	"hindsight/internal/playground"
)

// saga is an incident, and what people want of it.
type saga struct {
	*house
	number   int
	lines    []*line           // in the order of writing
	written  map[string]string // what people wrote, by address: "body", or a comment's id
	expected map[string]bool   // whether an issue is to be closed, if that is clear; by its name
	muddled  map[string]bool   // issues of which it is not
	loose    []int             // issues that are attached by hand
	refused  int               // lines by people who may not
	wrong    int               // commands that are none
	n        int
}

// line is an item that somebody wrote.
type line struct {
	title  string
	before []string // what it said before
	where  string   // address; "" for one that can't be moved
	moved  bool     // from where it stood to elsewhere
}

// words that have little in common, so that no line is like another.
var words = strings.Fields(`amplifier budget certificate dashboard elevator firewall gateway hypervisor invoice journal
	keyboard lighthouse mailbox network orchestra pipeline queue runbook scheduler throttle upstream validator warehouse
	xylophone yardstick zookeeper backlog canary deployment exporter failover glossary handover inventory`)

// item is a line that nobody has written before.
func (s *saga) item(where string) string {
	title := fmt.Sprintf("Mend %s %s", words[s.n%len(words)], words[(s.n*7+3)%len(words)])
	s.n++
	s.lines = append(s.lines, &line{title: title, where: where})
	return "- [ ] " + title + "\n"
}

func (s *saga) comment(who, body string) string {
	c, err := s.github.As(who).Comment(shop, s.number, body)
	must(s.tb, err)
	s.written[fmt.Sprint(c.ID)] = body
	return fmt.Sprint(c.ID)
}

func (s *saga) items() {
	first := len(s.lines)
	where := s.comment(alice, "## Action items\n"+s.item("")+s.item(""))
	for _, l := range s.lines[first:] {
		l.where = where
	}
}

func (s *saga) followUpCommand() {
	s.comment(bob, "/followup "+strings.TrimPrefix(strings.TrimSpace(s.item("")), "- [ ] "))
}

func (s *saga) outsider() {
	s.refused++
	s.comment(mallory, fmt.Sprintf("## Action items\n- [ ] Buy from us %d\n", s.refused))
}

func (s *saga) wrongCommand() {
	s.wrong++
	s.comment(bob, "/incident explode")
}

// rewrite edits what people wrote.
func (s *saga) rewrite(where, text string) {
	s.written[where] = text
	if where == "body" {
		must(s.tb, s.github.As(alice).EditIssue(shop, s.number, nil, &text))
		return
	}
	id, err := strconv.ParseInt(where, 10, 64)
	must(s.tb, err)
	must(s.tb, s.github.As(alice).EditComment(shop, id, text))
}

// someLine is one that can be edited.
func (s *saga) someLine(rt *rapid.T) *line {
	found := slices.DeleteFunc(slices.Clone(s.lines), func(l *line) bool { return l.where == "" })
	if len(found) == 0 {
		return nil
	}
	return rapid.SampledFrom(found).Draw(rt, "line")
}

// reword changes a line's words. One that was moved, and perhaps not looked at
// since, would be another one by that.
func (s *saga) reword(rt *rapid.T) {
	l := s.someLine(rt)
	if l == nil || l.moved {
		return
	}
	was := l.title
	l.before = append(l.before, was)
	if trimmed, ok := strings.CutSuffix(was, " soon"); ok {
		l.title = trimmed
	} else {
		l.title += " soon"
	}
	s.rewrite(l.where, strings.Replace(s.written[l.where], "- [ ] "+was+"\n", "- [ ] "+l.title+"\n", 1))
}

// move cuts a line here and pastes it there, one right after the other. A
// line that was reworded and not looked at since would be another one there.
func (s *saga) move(rt *rapid.T) {
	l := s.someLine(rt)
	if l == nil || len(l.before) > 0 {
		return
	}
	text := "- [ ] " + l.title + "\n"
	l.moved = true
	s.rewrite(l.where, strings.Replace(s.written[l.where], text, "", 1))
	var others []string
	for where := range s.written {
		if where != l.where && strings.Contains(s.written[where], "## Action items") && !strings.Contains(s.written[where], "Buy") {
			others = append(others, where)
		}
	}
	slices.Sort(others)
	if len(others) == 0 {
		l.where = s.comment(alice, "## Action items\n"+text)
		return
	}
	l.where = rapid.SampledFrom(others).Draw(rt, "to")
	s.rewrite(l.where, s.written[l.where]+text)
}

// drop deletes a line, which closes nothing. One that was not opened yet is
// not opened any more.
func (s *saga) drop(rt *rapid.T) {
	l := s.someLine(rt)
	if l == nil || len(l.before) > 0 {
		return
	}
	s.rewrite(l.where, strings.Replace(s.written[l.where], "- [ ] "+l.title+"\n", "", 1))
	l.where = ""
	if slices.Contains(s.opened(), l.title) {
		return
	}
	s.lines = slices.DeleteFunc(s.lines, func(other *line) bool { return other == l })
}

// opened are the titles of all issues and tickets that the app opened.
func (s *saga) opened() []string {
	var all []string
	for _, f := range append(s.followUps(shop), s.followUps(tools)...) {
		all = append(all, f.Title)
	}
	if s.desk != nil {
		for _, ticket := range s.desk.Tickets() {
			all = append(all, ticket.Summary)
		}
	}
	return all
}

// titles are those that the lines want. One that was reworded while its
// follow-up was closed keeps one that it had.
func (s *saga) titles(opened []string) []string {
	var wanted []string
	for _, l := range s.lines {
		title := l.title
		for _, before := range l.before {
			if !slices.Contains(opened, title) && slices.Contains(opened, before) {
				title = before
			}
		}
		wanted = append(wanted, title)
	}
	return wanted
}

var named = regexp.MustCompile(`\(#(\d+)\)`)

// seeTracker is the tracker, if there is one.
func (s *saga) seeTracker() (playground.Comment, bool) {
	comments, err := s.github.Comments(shop, s.number)
	must(s.tb, err)
	i := slices.IndexFunc(comments, func(c playground.Comment) bool {
		return c.ByApp && strings.Contains(c.Body, "### Incident tracker")
	})
	if i < 0 {
		return playground.Comment{}, false
	}
	return comments[i], true
}

// tickSome ticks or unticks one of the tracker's boxes.
func (s *saga) tickSome(rt *rapid.T) {
	tracker, ok := s.seeTracker()
	var found []int
	all := playground.Boxes(tracker.Body)
	for i, b := range all {
		if m := named.FindStringSubmatch(b.Text); m != nil && !slices.Contains(s.loose, number(m[1])) {
			found = append(found, i)
		}
	}
	if !ok || len(found) == 0 {
		return
	}
	i := rapid.SampledFrom(found).Draw(rt, "box")
	must(s.tb, s.github.As(alice).TickComment(shop, tracker.ID, i, !all[i].Ticked))
	s.order(shop+"#"+named.FindStringSubmatch(all[i].Text)[1], !all[i].Ticked)
}

func number(digits string) int {
	n, _ := strconv.Atoi(digits)
	return n
}

// order keeps in mind how an issue is to be: unless people changed their mind,
// when it depends on what was seen in between.
func (s *saga) order(name string, closed bool) {
	if _, before := s.expected[name]; before || s.muddled[name] {
		s.muddle(name)
		return
	}
	s.expected[name] = closed
}

func (s *saga) muddle(name string) {
	delete(s.expected, name)
	if s.muddled == nil {
		s.muddled = map[string]bool{}
	}
	s.muddled[name] = true
}

// addToTracker adds a line above the checklist.
func (s *saga) addToTracker() {
	tracker, ok := s.seeTracker()
	before, after, found := strings.Cut(tracker.Body, "#### Follow-ups")
	if !ok || !found {
		return
	}
	head, rest, _ := strings.Cut(after, "\n")
	must(s.tb, s.github.As(alice).EditComment(shop, tracker.ID, before+"#### Follow-ups"+head+"\n\n"+s.item("")+rest))
}

// some is one of the follow-ups that are open, or closed.
func (s *saga) some(rt *rapid.T, closed bool) (playground.Issue, bool) {
	found := slices.DeleteFunc(s.followUps(shop), func(i playground.Issue) bool { return i.Closed != closed })
	if len(found) == 0 {
		return playground.Issue{}, false
	}
	return rapid.SampledFrom(found).Draw(rt, "follow-up"), true
}

func (s *saga) done(rt *rapid.T) {
	tracker, ok := s.seeTracker()
	if f, found := s.some(rt, false); ok && found && strings.Contains(tracker.Body, fmt.Sprintf("(#%d)", f.Number)) {
		s.comment(bob, fmt.Sprintf("/followup done #%d", f.Number))
		s.order(fmt.Sprintf("%s#%d", shop, f.Number), true)
	}
}

func (s *saga) close(rt *rapid.T) {
	if f, ok := s.some(rt, false); ok {
		reason := rapid.SampledFrom([]string{"completed", "not_planned"}).Draw(rt, "reason")
		must(s.tb, s.github.As(alice).Close(shop, f.Number, reason))
		s.muddle(fmt.Sprintf("%s#%d", shop, f.Number))
	}
}

func (s *saga) reopen(rt *rapid.T) {
	if f, ok := s.some(rt, true); ok {
		must(s.tb, s.github.As(alice).Reopen(shop, f.Number))
		s.muddle(fmt.Sprintf("%s#%d", shop, f.Number))
	}
}

// transfer moves a follow-up that the tracker shows to another repository.
func (s *saga) transfer(rt *rapid.T) {
	tracker, ok := s.seeTracker()
	f, found := s.some(rt, rapid.Bool().Draw(rt, "closed"))
	if !ok || !found || !strings.Contains(tracker.Body, fmt.Sprintf("(#%d)", f.Number)) {
		return
	}
	_, err := s.github.As(alice).Transfer(shop, f.Number, tools)
	must(s.tb, err)
	s.muddle(fmt.Sprintf("%s#%d", shop, f.Number))
}

// attach opens an issue and makes it a sub-issue.
func (s *saga) attach() {
	s.n++
	n, err := s.github.As(bob).OpenIssue(shop, fmt.Sprintf("Loose end %d", s.n), "")
	must(s.tb, err)
	must(s.tb, s.github.As(bob).AttachSubIssue(shop, s.number, shop, n))
	s.loose = append(s.loose, n)
}

func (s *saga) detach(rt *rapid.T) {
	if len(s.loose) > 0 {
		i := rapid.IntRange(0, len(s.loose)-1).Draw(rt, "loose")
		must(s.tb, s.github.As(bob).DetachSubIssue(shop, s.number, shop, s.loose[i]))
		s.loose = slices.Delete(s.loose, i, i+1)
	}
}

func (s *saga) label(name string) { must(s.tb, s.github.As(alice).Label(shop, s.number, name)) }

func (s *saga) unlabel() {
	if s.labelled(s.number, "incident") {
		must(s.tb, s.github.As(alice).Unlabel(shop, s.number, "incident"))
	}
}
