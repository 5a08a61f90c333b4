package templates

import (
	"net/url"
	"path"
	"slices"
	"strings"
	"unicode"

	"hindsight/internal/incident"
	"hindsight/internal/markdown"
)

// copyBlock is all of a copy.
const copyBlock = "copy"

// HasPublic is whether anything of a page may be published: a section that is
// marked public says something beside its heading and hidden text.
func (Texts) HasPublic(page string) bool {
	text := plainText(published(page, incident.CopyLinks{}))
	lines := strings.Split(text, "\n")
	for _, s := range markdown.Sections(text) {
		for _, line := range lines[min(s.Line, s.End, len(lines)):min(s.End, len(lines))] {
			if strings.Trim(line, "=- \t") != "" { // else it may underline the heading
				return true
			}
		}
	}
	return false
}

// PublicWords are what people wrote in what may be published of a page: without
// the blocks that are written anew from time to time.
func (Texts) PublicWords(page string) string {
	for _, block := range []string{factsBlock, rolesBlock, followUpsBlock} {
		page, _ = markdown.ReplaceBlock(page, block, "")
	}
	return published(page, incident.CopyLinks{})
}

// HasInternal is whether a section of a page is marked internal. A page that
// can't be parsed counts as one.
func (Texts) HasInternal(page string) bool { return markdown.WithoutInternal(page) != page }

// published is what of a page may go out.
func published(page string, links incident.CopyLinks) string {
	return markdown.PublicText(markdown.PublicOnly(page), func(address string) bool { return !mayKeep(address, links) })
}

// Copy is what of a page may go out: its sections that are marked public, below
// a heading that says no more than the day. Nothing in it is hidden, and links
// that it may not keep, or that are relative to the page, are words alone. It
// goes over the copy that is there, or "" for none; what people have made of
// that is left, and false. Of no page it is empty.
func (Texts) Copy(now, page string, v incident.PageView, links incident.CopyLinks) (text string, ours bool) {
	content := ""
	if page != "" {
		content = "# Post-mortem of " + v.Date.Format(dateForm) + "\n\n" + strings.Trim(plainText(published(page, links)), "\n")
	}
	if markdown.StateOf(markdown.Block(copyBlock, content), copyBlock) != markdown.BlockOurs { // code is left open
		content = "> " + strings.ReplaceAll(content, "\n", "\n> ")
	}
	if now == "" {
		return markdown.Block(copyBlock, content) + "\n", true
	}
	return markdown.ReplaceBlock(now, copyBlock, content)
}

// mayKeep is whether a copy may link an address. On GitHub's own hosts any
// repository may be a private one, whose name and numbers would be told: only
// the one that the copy is in is known to be read by the same people. What can't
// be told is not kept; nor are addresses that are not of the web, and those that
// are relative to a page.
func mayKeep(address string, links incident.CopyLinks) bool {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.User != nil || strings.Contains(address, `\`) {
		return false
	}
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	switch {
	case host == "" || !ascii(host) || links.Host == "": // letters that a browser takes for others
		return false
	case slices.ContainsFunc(gitHubs(links.Host), func(one string) bool { return host == one || strings.HasSuffix(host, "."+one) }):
		return host == strings.ToLower(links.Host) && isIn(u.Path, links.Showcase)
	}
	return !names(u, host, links) && !slices.ContainsFunc(links.Sites, func(site string) bool { return isAt(u, host, site) })
}

// isAt is whether an address is at a Jira site, or says one there, as an archive's
// does. On a host that has more than the site, what can't be told is.
func isAt(u *url.URL, host, site string) bool {
	at, err := url.Parse("https://" + site)
	if err != nil || at.Hostname() == "" {
		return true
	}
	if host != strings.ToLower(at.Hostname()) {
		return strings.Contains(strings.ToLower(u.Path+"?"+u.RawQuery+"#"+u.Fragment), strings.ToLower(at.Hostname()))
	}
	under := strings.TrimRight(strings.ToLower(at.Path), "/") + "/"
	return strings.Contains(u.EscapedPath(), "%") || strings.HasPrefix(path.Clean(strings.ToLower(u.Path))+"/", under)
}

func ascii(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII })
}

// gitHubs are the hosts on which, and below which, GitHub shows what is in
// repositories.
func gitHubs(host string) []string {
	host = strings.ToLower(host)
	if host == "github.com" {
		return []string{host, "githubusercontent.com", "github.io", "github.dev"}
	}
	return []string{host}
}

// isIn is whether a path leads into the repository, and not out of it again.
func isIn(path string, repo incident.Repo) bool {
	parts := strings.Split(strings.ToLower(strings.Trim(path, "/")), "/")
	up := slices.ContainsFunc(parts, func(part string) bool {
		return part == "." || part == ".." || strings.ContainsAny(part, `%\`) // escaped twice, and what some take for a slash
	})
	return len(parts) > 1 && !up && parts[0] == repo.Owner() && parts[1] == repo.Name()
}

// names is whether an address on another host says a page's on GitHub, as an
// archive's does, or names one of the hidden repositories.
func names(u *url.URL, host string, links incident.CopyLinks) bool {
	query, err := url.QueryUnescape(u.RawQuery)
	rest := strings.ToLower(u.Path + "/" + query + "/" + u.Fragment)
	if err != nil || slices.ContainsFunc(gitHubs(links.Host), func(one string) bool { return strings.Contains(rest, one) }) {
		return true
	}
	parts := strings.FieldsFunc(rest, func(r rune) bool { return strings.ContainsRune("/?&=#:", r) })
	return slices.ContainsFunc(links.Hidden, func(repo incident.Repo) bool {
		for i := 1; i < len(parts); i++ {
			name := strings.TrimSuffix(strings.TrimSuffix(parts[i], ".git"), ".wiki")
			if parts[i-1] == repo.Owner() && name == repo.Name() {
				return true
			}
		}
		owner, _, _ := strings.Cut(host, ".") // its site: owner.github.io/name
		return len(parts) > 0 && owner == repo.Owner() && parts[0] == repo.Name()
	})
}
