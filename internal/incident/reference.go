package incident

import (
	"regexp"
	"strconv"
	"strings"
)

// An item that begins with one of these points at something that exists
// already: an issue, by its number or address. A ticket's key, or an address of
// something else, does so only when nothing else stands in the line.
var (
	issueForm = regexp.MustCompile(
		`^(?:([A-Za-z0-9][\w-]{0,99})/([\w.-]{1,100}))?#([1-9]\d{0,8})(?:$|[\s:,;.)–—-])`)
	addressForm = regexp.MustCompile(
		`^<?(https?://[^/\s<>]+)/([A-Za-z0-9][\w-]{0,99})/([\w.-]{1,100})/(?:issues|pull)/([1-9]\d{0,8})(?:[/?#][^\s>]*)?>?(?:$|[\s:,;.)–—-])`)
	elsewhereForm = regexp.MustCompile(`^<?https?://\S+$`)
)

// pointer is what the text of an item points at.
type pointer struct {
	issue Key  // the number is 0 if it is no issue of this host, or a ticket that is not known yet
	moved bool // the issue is where GitHub has moved what was named
	// ticket is the ticket that is named, if it is one in Jira.
	ticket TicketRef
	alone  bool   // the line says nothing else
	other  string // why it can't be adopted: a sentence for people, or ""
}

// points reads what an item points at; false for an item that is words.
func (w World) points(text string) (pointer, bool) {
	text = strings.TrimSpace(strings.Map(visible, text))
	var p pointer
	parent := w.Parent.Key
	if ref, ok := w.readTicket(text); ok {
		return w.pointsAtTicket(ref), true
	}
	switch m, a := issueForm.FindStringSubmatch(text), addressForm.FindStringSubmatch(text); {
	case m != nil:
		p.issue = Key{parent.Repo, atoi(m[3])}
		if m[1] != "" {
			p.issue = NewKey(m[1], m[2], atoi(m[3]))
		}
		p.alone = len(m[0]) == len(text)
	case a != nil && strings.EqualFold(a[1], host(w.Repository.URL)):
		p.issue = NewKey(a[2], a[3], atoi(a[4]))
		p.alone = len(a[0]) == len(text)
	case a != nil, elsewhereForm.MatchString(text):
		p.other = "is no issue's address on this GitHub: write the issue's own address, or words that say what is to be done."
	default:
		return p, false
	}
	if nowhere(p.issue.Repo) {
		p.issue, p.other = Key{}, "names no repository: write the issue's number or its address."
	}
	if p.issue == parent {
		p.issue, p.other = Key{}, "is this incident itself: write the follow-up's number, or words that say what is to be done."
		return p, p.alone
	}
	return p, true
}

// host is an address's beginning, up to the path.
func host(address string) string {
	scheme, rest, _ := strings.Cut(address, "://")
	name, _, _ := strings.Cut(rest, "/")
	return scheme + "://" + name
}

// nowhere is whether a repository's name would lead elsewhere in an address: up,
// or to what git calls the repository, or its wiki.
func nowhere(repo Repo) bool {
	name := strings.ToLower(repo.Name())
	return name == "." || name == ".." || strings.HasSuffix(name, ".git") || strings.HasSuffix(name, ".wiki")
}

// line is the reference in words that no two references share.
func (r Ref) line() string { return string(r.Repo) + "#" + strconv.Itoa(r.Number) }
