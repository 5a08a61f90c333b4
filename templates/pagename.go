package templates

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"hindsight/internal/incident"
	"hindsight/internal/markdown"
)

// How long the words of a page's name may be, in bytes.
const (
	slugLimit = 60
	repoLimit = 40
)

// PageName is date, words of the title and number: unique in a repository,
// and safe in any wiki. Where the wiki is another repository's, the name of the
// parent's stands before the words, and two hyphens end it, so that shop's
// "api-down" is not shop-api's "down".
func (Texts) PageName(f incident.Facts) string {
	slug := markdown.Slug(f.Title, slugLimit)
	if slug == "" {
		slug = "incident"
	}
	if f.Wiki != "" && f.Wiki != f.Key.Repo {
		slug = repoSlug(f.Key.Repo.Name()) + "--" + slug
	}
	return fmt.Sprintf("%s-%s-%d", f.Date.Format(dateForm), slug, f.Key.Number)
}

// repoSlug is a repository's name, and a digest of it where not all of the name
// can stand in a page's: "web.site" is not "web-site".
func repoSlug(name string) string {
	slug := markdown.Slug(name, repoLimit)
	if slug == name {
		return slug
	}
	sum := sha256.Sum256([]byte(name))
	return strings.TrimPrefix(slug+"-"+hex.EncodeToString(sum[:3]), "-")
}
