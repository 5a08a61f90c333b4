package playground

import (
	"context"
	"fmt"
	"maps"
	"slices"
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
	HasWiki   bool // the feature is on; says nothing of a first page
	Archived  bool
	CreatedAt time.Time
	UpdatedAt time.Time
}

// FullName is "owner/name".
func (r Repository) FullName() string { return r.Owner + "/" + r.Name }

// Label is a repository's label.
type Label struct {
	ID    int64
	Name  string
	Color string // six hexadecimal digits
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
	Locked      bool
	Deleted     bool
	CreatedAt   time.Time
	UpdatedAt   time.Time
	ClosedAt    time.Time // zero while open
	ClosedBy    *User
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
}

type repository struct {
	Repository
	issues   []*issue // the number is the index plus one
	comments map[int64]*comment
	labels   []*Label
	roles    map[string]Role // by login in lower case
	files    map[string][]byte
}

type issue struct {
	Issue
	comments []*comment // oldest first
	events   []Event    // oldest first
	parent   *issue
	subs     []*issue
}

type comment struct{ Comment }

func (i *issue) snapshot() Issue {
	s := i.Issue
	s.Labels = slices.Clone(s.Labels)
	s.Assignees = slices.Clone(s.Assignees)
	s.Reactions = slices.Clone(s.Reactions)
	return s
}

func (c *comment) snapshot() Comment {
	s := c.Comment
	s.Reactions = slices.Clone(s.Reactions)
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

// issue is 404 for what never was and 410 for what was deleted.
func (r *repository) issue(number int) (*issue, error) {
	if number < 1 || number > len(r.issues) {
		return nil, notFound()
	}
	if i := r.issues[number-1]; !i.Deleted {
		return i, nil
	}
	return nil, gone()
}

func (r *repository) comment(id int64) (*comment, *issue, error) {
	c := r.comments[id]
	if c == nil {
		return nil, nil, notFound()
	}
	i, err := r.issue(c.Issue)
	return c, i, err
}

// role is what the login may do. Everybody reads what is public.
func (r *repository) role(login string) Role {
	role := r.roles[strings.ToLower(login)]
	if strings.EqualFold(login, r.Owner) {
		role = Admin
	}
	if role == None && !r.Private {
		role = Read
	}
	return role
}

// RepoOptions are a repository's settings.
type RepoOptions struct {
	Private  bool
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
			ID: g.newID(), Owner: owner, Name: name, Private: o.Private,
			HasWiki: !o.NoWiki, Archived: o.Archived, CreatedAt: now, UpdatedAt: now,
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
	r.Private, r.HasWiki, r.Archived, r.UpdatedAt = o.Private, !o.NoWiki, o.Archived, g.now()
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

// PutFile puts a file on the repository's default branch.
func (g *GitHub) PutFile(repo, path, content string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	r, err := g.find(repo)
	if err != nil {
		return fmt.Errorf("playground: put %s into %s: %w", path, repo, err)
	}
	r.files[strings.Trim(path, "/")] = []byte(content)
	return nil
}

// SetSubIssues switches sub-issues on (as at the start) or off, as on an
// Enterprise Server that is too old for them.
func (g *GitHub) SetSubIssues(on bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.noSubIssues = !on
}

// sortedRepos is every repository that the filter lets through, by id.
func (g *GitHub) sortedRepos(keep func(*repository) bool) []*repository {
	all := slices.DeleteFunc(slices.Collect(maps.Values(g.repos)), func(r *repository) bool { return !keep(r) })
	slices.SortFunc(all, func(a, b *repository) int { return int(a.ID - b.ID) })
	return all
}
