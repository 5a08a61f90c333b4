package templates

import (
	"net/url"
	"slices"
	"strings"

	"hindsight/internal/incident"
	"hindsight/internal/markdown"
)

// copyBlock is all of a copy.
const copyBlock = "copy"

// HasPublic is whether anything of a page may be published: a section that is
// marked public says something beside its heading and hidden text.
func (Texts) HasPublic(page string) bool {
	text := plainText(published(page, nil))
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

// published is what of a page may go out.
func published(page string, hidden []incident.Repo) string {
	return markdown.PublicText(markdown.PublicOnly(page), func(address string) bool { return leadsTo(address, hidden) })
}

// Copy is what of a page may go out: its sections that are marked public, below
// a heading that says no more than the day. Nothing in it is hidden, and links
// into the hidden repositories, or relative to the page, are words alone. It
// goes over the copy that is there, or "" for none; what people have made of
// that is left, and false.
func (Texts) Copy(now, page string, v incident.PageView, hidden []incident.Repo) (text string, ours bool) {
	content := "# Post-mortem of " + v.Date.Format(dateForm) + "\n\n" + strings.Trim(plainText(published(page, hidden)), "\n")
	if markdown.StateOf(markdown.Block(copyBlock, content), copyBlock) != markdown.BlockOurs { // code is left open
		content = "> " + strings.ReplaceAll(content, "\n", "\n> ")
	}
	if now == "" {
		return markdown.Block(copyBlock, content) + "\n", true
	}
	return markdown.ReplaceBlock(now, copyBlock, content)
}

// leadsTo is whether an address may lead into one of the repositories, on
// whatever host: to its pages, files, wiki or API. What can't be told does; so
// do addresses that are not of the web, and those that are relative to a page.
func leadsTo(address string, repos []incident.Repo) bool {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return true
	}
	names := strings.FieldsFunc(strings.ToLower(u.Path+"/"+u.RawQuery+"/"+u.Fragment), func(r rune) bool {
		return strings.ContainsRune("/?&=#:", r)
	})
	return slices.ContainsFunc(repos, func(repo incident.Repo) bool {
		for i := 1; i < len(names); i++ {
			name := strings.TrimSuffix(strings.TrimSuffix(names[i], ".git"), ".wiki")
			if names[i-1] == repo.Owner() && name == repo.Name() {
				return true
			}
		}
		owner, _, _ := strings.Cut(u.Hostname(), ".") // its site: owner.github.io/name
		return len(names) > 0 && strings.EqualFold(owner, repo.Owner()) && names[0] == repo.Name()
	})
}
