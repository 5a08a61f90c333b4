package incident

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Repo names a repository in lower case, as "owner/name". GitHub compares
// these names without case; a Repo is for comparing, [Repository.FullName] is
// for showing.
type Repo string

// NewRepo makes a Repo of GitHub's own spelling.
func NewRepo(owner, name string) Repo {
	return Repo(strings.ToLower(owner + "/" + name))
}

// Owner is the account that the repository belongs to.
func (r Repo) Owner() string {
	owner, _, _ := strings.Cut(string(r), "/")
	return owner
}

// Name is the repository's name without its owner.
func (r Repo) Name() string {
	_, name, _ := strings.Cut(string(r), "/")
	return name
}

// What a [Key] stands for that names no issue, by its number: what belongs to
// the repository as a whole, and may be news for all of its incidents.
const (
	TheWiki     = 0
	TheLabels   = -1
	TheReleases = -2 // and deployments
)

// Key names an issue or pull request, "owner/name#42", or with one of the
// numbers above the repository's wiki or labels; or a Jira ticket, by its site
// ([JiraSite]) and Jira's id for it.
type Key struct {
	Repo   Repo
	Number int
}

// NewKey makes a Key of GitHub's own spelling.
func NewKey(owner, name string, number int) Key {
	return Key{Repo: NewRepo(owner, name), Number: number}
}

// Compare orders keys by repository and number.
func (k Key) Compare(other Key) int {
	return cmp.Or(strings.Compare(string(k.Repo), string(other.Repo)), cmp.Compare(k.Number, other.Number))
}

func (k Key) String() string { return fmt.Sprintf("%s#%d", k.Repo, k.Number) }

var keyForm = regexp.MustCompile(
	`^(?:https?://[^/\s]+/)?([A-Za-z0-9][A-Za-z0-9_-]{0,99})/([A-Za-z0-9._-]{1,100})(?:#|/issues/|/pull/)([0-9]{1,9})(?:[/?#]\S*)?$`)

// ID names an incident for good, whatever its repository is called by now:
// markers carry it. A repository that is renamed keeps its id.
type ID struct {
	Repository int64 `json:"repository"` // GitHub's id
	Number     int   `json:"number"`
}

func (i ID) String() string { return fmt.Sprintf("%d#%d", i.Repository, i.Number) }

// ParseID reads what String writes.
func ParseID(s string) (ID, error) {
	repository, number, _ := strings.Cut(s, "#")
	r, err := strconv.ParseInt(repository, 10, 64)
	if err != nil {
		return ID{}, fmt.Errorf("%q is no incident's id: %w", s, err)
	}
	n, err := strconv.ParseInt(number, 10, 32)
	if err != nil {
		return ID{}, fmt.Errorf("%q is no incident's id: %w", s, err)
	}
	return ID{r, int(n)}, nil
}

// ParseKey reads "owner/name#42" or the address of an issue or pull request.
func ParseKey(s string) (Key, error) {
	m := keyForm.FindStringSubmatch(strings.TrimSpace(s))
	if m == nil || m[2] == "." || m[2] == ".." { // in an address these lead elsewhere
		return Key{}, fmt.Errorf("%q names no issue: write owner/repository#42, or paste the issue's address", s)
	}
	n, err := strconv.Atoi(m[3])
	if err != nil || n == 0 {
		return Key{}, fmt.Errorf("%q names no issue: %s is not an issue number", s, m[3])
	}
	return NewKey(m[1], m[2], n), nil
}
