package incident

import (
	"fmt"
	"strings"
	"time"
)

// made is whether the copy has been written, and not been withdrawn.
func (c Copy) made() bool { return !c.At.IsZero() }

// of is whether a copy is the incident's own: whoever may edit the tracker's
// ledger must not have others' overwritten, or withdrawn. One that was made
// before the issue was transferred is not, either.
func (c Copy) of(id ID) bool { return strings.HasSuffix(c.Path, copyEnd(id)) }

// copyPath is where a copy goes: its name tells the day, and no word of what
// happened.
func copyPath(f Facts) string { return f.Date.Format(time.DateOnly) + copyEnd(f.ID) }

func copyEnd(id ID) string { return "-postmortem-" + digest("copy", id.String())[:wordsLength] + ".md" }

// leftBehind tells people to remove a copy that is out of reach.
func (c Copy) leftBehind() error {
	return fmt.Errorf("its copy was made before the issue was transferred here: remove the page «%s» from the wiki of «%s» yourself",
		strings.TrimSuffix(c.Path, ".md"), c.Repo)
}

// copyLink is where people find the copy, or "".
func (d *decision) copyLink() string {
	c := d.ledger().Copy
	if !c.made() {
		return ""
	}
	return strings.TrimSuffix(d.Repository.URL, d.Repository.FullName) + string(c.Repo) +
		"/wiki/" + strings.TrimSuffix(c.Path, ".md")
}

// copied notes that an order was carried out. A later one that came meanwhile
// stays. An older ledger may still have the order: it must not be believed to be
// as new, or the page would go out, or be taken back, once more.
func (l *Ledger) copied(is Copy, done CopyOrder) {
	was := l.Copy
	if l.Copy = is; was.Want != "" && was.Want != done {
		was.At = is.At
		l.Copy = was
	}
	l.Version++
}
