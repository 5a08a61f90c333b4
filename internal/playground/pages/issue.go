package pages

import (
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"hindsight/internal/playground"
)

// sight is an issue as one person sees it.
type sight struct {
	Issue    playground.Issue
	Path     string // of the page
	Act      string // what the forms' addresses begin with
	State    string // "open", "closed" or "dropped"
	Word     string // the same in words
	Entries  []entry
	Subs     []row
	Progress progress
	Unused   []playground.Label // that could be put on
	Idle     []Person           // who could be assigned
	Others   []string           // repositories that it could be transferred to
	May      powers
}

// powers are what the person may do here.
type powers struct{ Label, Close, Comment, Edit, Write, Delete bool }

// issue shows an issue or a pull request, each at its own address.
func (s *site) issue(r *http.Request, v visit) (screen, error) {
	i, err := s.issueOf(r, v)
	if err != nil {
		return screen{}, err
	}
	if path := issuePath(i); path != r.URL.Path && strings.Contains(r.URL.Path, "/pull/") != i.PullRequest {
		return screen{moved: path}, nil
	}
	seen, err := s.sight(i, v)
	tab := "issues"
	if i.PullRequest {
		tab = "pulls"
	}
	return screen{view: "issue", title: fmt.Sprintf("%s · #%d", i.Title, i.Number), tab: tab, body: seen}, err
}

func (s *site) issueOf(r *http.Request, v visit) (playground.Issue, error) {
	n, err := strconv.Atoi(r.PathValue("number"))
	if err != nil {
		return playground.Issue{}, errNowhere()
	}
	return s.g.Issue(v.repo.FullName(), n)
}

func (s *site) sight(i playground.Issue, v visit) (sight, error) {
	subs, err := s.g.SubIssues(i.Repo, i.Number)
	if err != nil {
		return sight{}, err
	}
	entries, err := s.entries(i, v)
	if err != nil {
		return sight{}, err
	}
	seen := sight{
		Issue: i, Path: issuePath(i), Act: fmt.Sprintf("/%s/issues/%d", i.Repo, i.Number),
		Entries: entries, Progress: count(subs), May: powersOf(i, v),
	}
	seen.State, seen.Word = stateOf(i)
	for _, sub := range subs {
		if s.g.Role(sub.Repo, v.me.Login) >= playground.Read {
			seen.Subs = append(seen.Subs, s.row(sub))
		}
	}
	for _, l := range s.g.Labels(i.Repo) {
		if !labelled(i, l.Name) {
			seen.Unused = append(seen.Unused, l)
		}
	}
	for _, p := range s.options.People {
		assigned := slices.ContainsFunc(i.Assignees, func(u playground.User) bool { return u.Login == p.Login })
		if !assigned && s.g.Role(i.Repo, p.Login) >= playground.Triage {
			seen.Idle = append(seen.Idle, p)
		}
	}
	seen.Others = s.others(i, v)
	return seen, nil
}

// others are the repositories that the issue could be transferred to.
func (s *site) others(i playground.Issue, v visit) []string {
	var all []string
	for _, r := range s.g.Repositories() {
		leaks := v.repo.Private && !r.Private
		if i.PullRequest || r.FullName() == i.Repo || r.Archived || leaks || !strings.EqualFold(r.Owner, v.repo.Owner) {
			continue
		}
		if s.g.Role(r.FullName(), v.me.Login) >= playground.Write {
			all = append(all, r.FullName())
		}
	}
	return all
}

func powersOf(i playground.Issue, v visit) powers {
	if v.repo.Archived {
		return powers{}
	}
	own := i.Author.Login == v.me.Login
	return powers{
		Label:   v.role >= playground.Triage,
		Close:   (own || v.role >= playground.Triage) && !i.Discussion && i.MergedAt.IsZero(),
		Comment: (!i.Locked || v.role >= playground.Write) && !i.Discussion,
		Edit:    own || v.role >= playground.Write,
		Write:   v.role >= playground.Write, Delete: v.role >= playground.Admin,
	}
}

func stateOf(i playground.Issue) (state, word string) {
	switch {
	case !i.Closed:
		return "open", "Open"
	case !i.MergedAt.IsZero():
		return "closed", "Merged"
	case i.Discussion:
		return "dropped", "Converted to a discussion"
	case i.Reason == "not_planned":
		return "dropped", "Closed as not planned"
	case i.Reason == "duplicate":
		return "dropped", "Closed as duplicate"
	}
	return "closed", "Closed"
}

// entry is a remark or a note, in the order in which they happened.
type entry struct {
	id     int64
	Remark *remark
	Note   *note
}

// remark is what somebody wrote: the issue's own body, or a comment.
type remark struct {
	Anchor    string
	Author    playground.User
	Comment   playground.Comment
	Opening   bool // the issue's own body
	Editor    string
	Text      template.HTML
	Form      string // the id of the form that ticks its boxes; empty if it has none, or they can't be
	Seen      string // the digest of the text that is shown
	Reactions []reaction
	Address   string // what the addresses of its forms begin with
	MayEdit   bool
}

// reaction counts one kind of reaction.
type reaction struct {
	Sign  string
	Count int
	Who   string
}

// note is an event, or several of the same kind in a row.
type note struct {
	Event  playground.Event
	Labels []playground.Label // of all that it stands for
	Count  int
	Folded []int64 // the ids of the events after the first, to which links may lead
	// Sources mention this issue, which is in the repository Here.
	Sources []row
	Here    string
}

// sourcesShown is how many of a note's sources are named.
const sourcesShown = 5

// Named are the first of the sources.
func (n *note) Named() []row { return n.Sources[:min(sourcesShown, len(n.Sources))] }

// More is how many sources are not named.
func (n *note) More() int { return len(n.Sources) - len(n.Named()) }

// entries begin with the issue's own body. Ids grow with time over everything
// that there is, which says more than times in whole seconds.
func (s *site) entries(i playground.Issue, v visit) ([]entry, error) {
	comments, err := s.g.Comments(i.Repo, i.Number)
	if err != nil {
		return nil, err
	}
	events, err := s.g.Events(i.Repo, i.Number)
	if err != nil {
		return nil, err
	}
	opening := s.remark(playground.Comment{
		ID: i.ID, Repo: i.Repo, Issue: i.Number, Author: i.Author, Body: i.Body, CreatedAt: i.CreatedAt,
		Reactions: i.Reactions, Edits: i.Edits,
	}, "issue", fmt.Sprintf("/%s/issues/%d", i.Repo, i.Number), v)
	opening.Opening = true
	all := []entry{{Remark: opening}}
	for _, c := range comments {
		all = append(all, entry{id: c.ID, Remark: s.remark(c, "issuecomment", fmt.Sprintf("/%s/issues/%d/comments/%d", c.Repo, c.Issue, c.ID), v)})
	}
	for _, e := range events {
		n := &note{Event: e, Count: 1}
		if e.Source != 0 {
			from, found := s.g.IssueByID(e.Source)
			if !found || s.g.Role(from.Repo, v.me.Login) < playground.Read {
				continue
			}
			n.Sources, n.Here = []row{{Issue: from, Path: issuePath(from)}}, i.Repo
		}
		if e.Label != nil {
			n.Labels = []playground.Label{*e.Label}
		}
		all = append(all, entry{id: e.ID, Note: n})
	}
	slices.SortStableFunc(all, func(a, b entry) int { return int(a.id - b.id) })
	return folded(all), nil
}

// remark shows a comment, or a body as if it were one.
func (s *site) remark(c playground.Comment, kind, address string, v visit) *remark {
	m := &remark{
		Anchor: fmt.Sprintf("%s-%d", kind, c.ID), Author: c.Author, Comment: c, Seen: digest(c.Body),
		Reactions: tally(c.Reactions), Address: address,
		MayEdit: !v.repo.Archived && (c.Author.Login == v.me.Login || v.role >= playground.Write),
	}
	if n := len(c.Edits); n > 0 {
		m.Editor = c.Edits[n-1].Editor.Login
	}
	if m.MayEdit && len(playground.Boxes(c.Body)) > 0 {
		m.Form = "tick-" + m.Anchor
	}
	m.Text = s.text.comment(where{repo: c.Repo, reader: v.me.Login, form: m.Form}, c.Body)
	return m
}

// folded joins labels, sub-issues and mentions by one person in a row.
func folded(all []entry) []entry {
	var some []entry
	for _, e := range all {
		if last := len(some) - 1; last >= 0 && e.Note != nil && some[last].Note.joins(e.Note.Event) {
			some[last].Note.Labels = append(some[last].Note.Labels, e.Note.Labels...)
			some[last].Note.Sources = append(some[last].Note.Sources, e.Note.Sources...)
			some[last].Note.Folded = append(some[last].Note.Folded, e.id)
			some[last].Note.Count++
			continue
		}
		some = append(some, e)
	}
	return some
}

// joins is whether the event only continues what the note says.
func (n *note) joins(e playground.Event) bool {
	if n == nil || n.Event.Event != e.Event || n.Event.Actor != e.Actor || e.At.Sub(n.Event.At).Minutes() > 1 {
		return false
	}
	return slices.Contains([]string{"labeled", "unlabeled", "sub_issue_added", "sub_issue_removed", "cross-referenced"}, e.Event)
}

// tally counts reactions by kind, in the order of their first.
func tally(all []playground.Reaction) []reaction {
	signs := map[string]string{
		"+1": "👍", "-1": "👎", "laugh": "😄", "confused": "😕", "heart": "❤️", "hooray": "🎉", "rocket": "🚀", "eyes": "👀",
	}
	var some []reaction
	for _, r := range all {
		at := slices.IndexFunc(some, func(s reaction) bool { return s.Sign == signs[r.Content] })
		if at < 0 {
			some = append(some, reaction{Sign: signs[r.Content], Count: 1, Who: r.User.Login})
			continue
		}
		some[at].Count++
		some[at].Who += ", " + r.User.Login
	}
	return some
}
