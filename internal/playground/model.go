package playground

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The types of accounts.
const (
	TypeUser         = "User"
	TypeBot          = "Bot"
	TypeOrganization = "Organization"
)

// User is an account.
type User struct {
	ID    int64
	Login string
	Type  string // [TypeUser], [TypeBot] or [TypeOrganization]
}

// Role is what somebody may do in a repository. A higher one includes all
// lower ones.
type Role int

// The roles.
const (
	None Role = iota
	Read
	Triage
	Write
	Maintain
	Admin
)

func (r Role) String() string {
	return [...]string{"none", "read", "triage", "write", "maintain", "admin"}[r]
}

// Repository is a repository as it was at one moment.
type Repository struct {
	ID        int64
	Owner     string
	Name      string
	Private   bool
	Internal  bool // private, but every person has the role of a reader
	HasWiki   bool // the feature is on; says nothing of a first page
	Archived  bool
	CreatedAt time.Time
	UpdatedAt time.Time
	PushedAt  time.Time // when a file on the default branch last changed
}

// FullName is "owner/name".
func (r Repository) FullName() string { return r.Owner + "/" + r.Name }

// Label is a repository's label.
type Label struct {
	ID          int64
	Name        string
	Color       string // six hexadecimal digits
	Description string
}

// Reaction is one account's reaction.
type Reaction struct {
	ID      int64
	User    User
	Content string // "+1", "eyes", …
	At      time.Time
}

// Issue is an issue or a pull request as it was at one moment.
type Issue struct {
	ID          int64
	Repo        string // "owner/name"
	Number      int
	Title       string
	Body        string
	Author      User
	ByApp       bool // written by the app
	PullRequest bool
	Closed      bool
	Reason      string // "completed", "not_planned", "duplicate", "reopened", or ""
	Labels      []Label
	Assignees   []User
	Reactions   []Reaction
	Edits       []Edit // of the body, oldest first; see [Edit]
	Locked      bool
	Deleted     bool
	Discussion  bool // converted to one: closed, locked, and nothing else tells
	CreatedAt   time.Time
	UpdatedAt   time.Time
	ClosedAt    time.Time // zero while open
	ClosedBy    *User
	MergedAt    time.Time // of a pull request; zero unless it was merged
}

// Comment is a comment as it was at one moment.
type Comment struct {
	ID        int64
	Repo      string // "owner/name"
	Issue     int    // the number of the issue that it is on
	Body      string
	Author    User
	ByApp     bool
	Reactions []Reaction
	Edits     []Edit // oldest first; see [Edit]
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Event is an entry of an issue's history.
type Event struct {
	ID       int64
	Event    string // "labeled", "closed", …
	Actor    User
	ByApp    bool
	At       time.Time
	Label    *Label
	Assignee *User
	Reason   string // why it was closed
	From, To string // of a rename
	Source   int64  // the id of the issue that mentions this one; see [GitHub.IssueByID]
}

type repository struct {
	Repository
	issues      []*issue // the number is the index plus one
	comments    map[int64]*comment
	labels      []*Label
	roles       map[string]Role // by login in lower case
	files       map[string][]byte
	releases    []*Release    // oldest first
	deployments []*Deployment // oldest first
}

type issue struct {
	Issue
	comments []*comment // oldest first
	events   []Event    // oldest first
	parent   *issue
	subs     []*issue
	movedTo  *issue // by a transfer
}

type comment struct{ Comment }

func (i *issue) snapshot() Issue {
	s := i.Issue
	s.Labels = slices.Clone(s.Labels)
	s.Assignees = slices.Clone(s.Assignees)
	s.Reactions = slices.Clone(s.Reactions)
	s.Edits = slices.Clone(s.Edits)
	return s
}

func (c *comment) snapshot() Comment {
	s := c.Comment
	s.Reactions = slices.Clone(s.Reactions)
	s.Edits = slices.Clone(s.Edits)
	return s
}

func (i *issue) labelled(name string) bool {
	return slices.ContainsFunc(i.Labels, func(l Label) bool { return strings.EqualFold(l.Name, name) })
}

// user finds an account, or creates it on first mention.
func (g *GitHub) user(login string) *User {
	key := strings.ToLower(login)
	if u := g.users[key]; u != nil {
		return u
	}
	u := &User{ID: g.newID(), Login: login, Type: TypeUser}
	if strings.HasSuffix(key, "[bot]") {
		u.Type = TypeBot
	}
	g.users[key] = u
	return u
}

// find is the repository "owner/name"; 404 if there is none.
func (g *GitHub) find(fullName string) (*repository, error) {
	if r := g.repos[strings.ToLower(fullName)]; r != nil {
		return r, nil
	}
	return nil, notFound()
}

// findID is the repository by its id, in decimal; 404 if there is none.
func (g *GitHub) findID(id string) (*repository, error) {
	for _, r := range g.repos {
		if strconv.FormatInt(r.ID, 10) == id {
			return r, nil
		}
	}
	return nil, notFound()
}

// issue is 404 for what never was, 410 for what was deleted, and 301 for what
// was transferred.
func (r *repository) issue(number int) (*issue, error) {
	if number < 1 || number > len(r.issues) {
		return nil, notFound()
	}
	i := r.issues[number-1]
	switch {
	case i.movedTo != nil:
		return nil, &MovedError{Repo: i.movedTo.Repo, Number: i.movedTo.Number}
	case i.Deleted:
		return nil, gone()
	}
	return i, nil
}

// here is whether the issue is still where it was opened.
func (i *issue) here() bool { return !i.Deleted && i.movedTo == nil }

func (r *repository) comment(id int64) (*comment, *issue, error) {
	c := r.comments[id]
	if c == nil {
		return nil, nil, notFound()
	}
	i, err := r.issue(c.Issue)
	return c, i, err
}

// role is what the login may do. Everybody reads what is public, and everybody
// but bots what is internal: all people here are of one enterprise.
func (r *repository) role(login string) Role {
	role := r.roles[strings.ToLower(login)]
	if strings.EqualFold(login, r.Owner) {
		role = Admin
	}
	if role == None && (!r.Private || r.Internal && !strings.HasSuffix(login, "[bot]")) {
		role = Read
	}
	return role
}

// collaborators are the logins, in order, of whoever was given a role.
func (r *repository) collaborators() []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(r.roles)), func(login string) bool { return r.roles[login] == None })
}

// RepoOptions are a repository's settings.
type RepoOptions struct {
	Private  bool
	Internal bool // and with it private
	NoWiki   bool // the wiki feature is off
	Archived bool
	// FirstWikiPage says that somebody saved a Home page. Only for
	// [GitHub.AddRepository].
	FirstWikiPage bool
}

// AddRepository creates a repository. An owner that is new becomes an
// organisation.
func (g *GitHub) AddRepository(owner, name string, o RepoOptions) error {
	id, err := g.addRepository(owner, name, o)
	if err != nil || !o.FirstWikiPage {
		return err
	}
	content := "Welcome to the wiki of " + name + ".\n"
	first := commit{author: owner, message: "Initial Home page", path: "Home.md", content: &content}
	_, err = g.wikis.save(context.Background(), id, first)
	return err
}

func (g *GitHub) addRepository(owner, name string, o RepoOptions) (int64, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	key := strings.ToLower(owner + "/" + name)
	if g.repos[key] != nil {
		return 0, fmt.Errorf("playground: repository %s/%s exists", owner, name)
	}
	if g.users[strings.ToLower(owner)] == nil {
		g.user(owner).Type = TypeOrganization
	}
	now := g.now()
	r := &repository{
		Repository: Repository{
			ID: g.newID(), Owner: owner, Name: name, Private: o.Private || o.Internal, Internal: o.Internal,
			HasWiki: !o.NoWiki, Archived: o.Archived, CreatedAt: now, UpdatedAt: now, PushedAt: now,
		},
		comments: map[int64]*comment{},
		roles:    map[string]Role{},
		files:    map[string][]byte{},
	}
	g.repos[key] = r
	return r.ID, nil
}

// Change changes a repository's settings.
func (g *GitHub) Change(repo string, o RepoOptions) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	r, err := g.find(repo)
	if err != nil {
		return fmt.Errorf("playground: change %s: %w", repo, err)
	}
	r.Private, r.Internal = o.Private || o.Internal, o.Internal
	r.HasWiki, r.Archived, r.UpdatedAt = !o.NoWiki, o.Archived, g.now()
	return nil
}

// SetRole says what somebody may do in a repository.
func (g *GitHub) SetRole(repo, login string, role Role) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	r, err := g.find(repo)
	if err != nil {
		return fmt.Errorf("playground: set %s's role in %s: %w", login, repo, err)
	}
	r.roles[strings.ToLower(g.user(login).Login)] = role
	return nil
}

// sortedRepos is every repository that the filter lets through, by id.
func (g *GitHub) sortedRepos(keep func(*repository) bool) []*repository {
	all := slices.DeleteFunc(slices.Collect(maps.Values(g.repos)), func(r *repository) bool { return !keep(r) })
	slices.SortFunc(all, func(a, b *repository) int { return int(a.ID - b.ID) })
	return all
}
