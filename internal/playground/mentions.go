package playground

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var (
	// unseen is what GitHub makes no links in.
	unseen = regexp.MustCompile("(?s)<!--.*?(?:-->|$)|(?m:^```.*?^```)|`[^`\n]+`")
	// mention is "#42" or "owner/repo#42", or the address of an issue after its
	// server.
	mention = regexp.MustCompile(`(?:^|[^\w/&#.-])(?:([\w-]+/[\w.-]+))?#(\d+)\b`)
	address = regexp.MustCompile(`/([\w-]+/[\w.-]+)/(?:issues|pull)/(\d+)\b`)
)

// mentions are the issues that a text in the repository names.
func (g *GitHub) mentions(r *repository, text string) []*issue {
	var all []*issue
	add := func(fullName, number string) {
		if fullName == "" {
			fullName = r.FullName()
		}
		n, err := strconv.Atoi(number)
		if err != nil {
			return
		}
		other, err := g.find(fullName)
		if err != nil {
			return
		}
		if i, err := other.issue(n); err == nil && !slices.Contains(all, i) {
			all = append(all, i)
		}
	}
	text = unseen.ReplaceAllString(text, " ")
	for _, m := range mention.FindAllStringSubmatch(text, -1) {
		add(m[1], m[2])
	}
	for part := range strings.SplitSeq(text, g.url) {
		if m := address.FindStringSubmatchIndex(part); m != nil && m[0] == 0 {
			add(part[m[2]:m[3]], part[m[4]:m[5]])
		}
	}
	return all
}

// crossReference notes on every issue that a text on i names that i mentions
// it: once, and only where whoever wrote it may read.
func (g *GitHub) crossReference(by actor, r *repository, i *issue, text string) {
	for _, target := range g.mentions(r, text) {
		known := slices.ContainsFunc(target.events, func(e Event) bool { return e.Source == i.ID })
		if target == i || known || !g.reads(by, target) {
			continue
		}
		g.note(by, target, Event{Event: "cross-referenced", Source: i.ID})
	}
}

func (g *GitHub) reads(by actor, i *issue) bool {
	r, err := g.find(i.Repo)
	if err != nil {
		return false
	}
	if by.app {
		in := g.installations[strings.ToLower(r.Owner)]
		return !r.Private || in != nil && in.sees(r)
	}
	return r.role(by.user.Login) >= Read
}

// visible finds an issue by its id; nil if it is gone, or the token can't see
// it.
func (x *exchange) visible(id int64) (*repository, *issue) {
	r, i := x.g.issueByID(id)
	if i == nil || r.Private && !x.token.sees(r) {
		return nil, nil
	}
	return r, i
}

// crossReferenceJSON is an entry of the timeline, which unlike all others has
// no id.
func (x *exchange) crossReferenceJSON(e Event, r *repository, i *issue) object {
	source := x.g.issueJSON(r, i).with(object{"repository": x.g.repoJSON(r)})
	return object{
		"event": e.Event, "actor": x.g.userJSON(e.Actor),
		"created_at": moment(e.At), "updated_at": moment(e.At),
		"source": object{"type": "issue", "issue": source},
	}
}
