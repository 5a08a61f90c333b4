package reconcile

import (
	"context"
	"fmt"
	"html"
	"slices"
	"strings"

	"hindsight/internal/incident"
	"hindsight/internal/markdown"
)

// checked is what was found on a page, and in its copy if that was asked for.
type checked struct {
	page           string
	findings, copy []incident.Finding
	copied         bool
}

// customers are the names that no page should hold.
type customers struct {
	names []string
	wrong string // why the team's own list is not among them: neutral Markdown
	read  bool
}

// check looks the page through, once for each text that it has in this run.
// While the team's list of names does not come, it is not known what is wrong
// with the page: that holds up nothing else.
func (n *run) check(ctx context.Context, w *incident.World) {
	if w.Page == "" {
		return
	}
	if err := n.readCustomers(ctx); err != nil {
		n.r.Log.WarnContext(ctx, "the page could not be checked", "incident", n.key, "error", err)
		return
	}
	if n.checked.page != w.Page {
		n.checked = checked{page: w.Page, findings: n.r.Checks.Check(w.Page, n.policy().ChecksOff, n.customers.names)}
	}
	w.Findings, w.Checked = slices.Clone(n.checked.findings), true
	if n.customers.wrong == "" {
		return
	}
	w.ConfigError = strings.TrimSpace(w.ConfigError + " " + n.customers.wrong)
	w.Findings = append(w.Findings, incident.Finding{ // closed is the default: it must not go out unchecked
		Rule: incident.CheckCustomer, Line: 1, Column: 1, Serious: true, Public: true,
		Text: "The page was not checked for the names of customers: their list can't be used.",
	})
}

// checkCopyToo looks through what would go out of the page, once for each text
// that it has in this run.
func (n *run) checkCopyToo(w *incident.World) {
	if !w.Checked {
		return
	}
	if !n.checked.copied {
		text, _ := n.r.Texts.Copy("", w.Page, incident.PageView{}, n.copyLinks(n.policy().Showcase))
		n.checked.copy, n.checked.copied = n.checkCopy(text), true
	}
	w.CopyFindings = slices.Clone(n.checked.copy)
}

// checkCopy are the serious findings in what goes out. Entities are resolved
// everywhere once more: renderers differ on where they count. One for each rule,
// since nothing tells where on the page it comes from.
func (n *run) checkCopy(text string) (found []incident.Finding) {
	for _, reading := range []string{text, html.UnescapeString(text)} {
		for _, f := range n.r.Checks.Check(reading, n.policy().ChecksOff, n.customers.names) {
			known := slices.ContainsFunc(found, func(other incident.Finding) bool { return other.Rule == f.Rule })
			if f.Serious && !known {
				found = append(found, f)
			}
		}
	}
	return found
}

// readCustomers reads the names, once in a run.
func (n *run) readCustomers(ctx context.Context) error {
	if n.customers.read {
		return nil
	}
	c := customers{names: n.r.Customers, read: true}
	repo := n.policy().Customers
	if repo != "" && !slices.Contains(n.policy().ChecksOff, incident.CheckCustomer) {
		names, err := n.listOf(ctx, repo)
		why, unknowable := whyUnknown(err)
		if err != nil && !unknowable {
			return fmt.Errorf("read the list of customers in %s: %w", repo, err)
		}
		c.names, c.wrong = slices.Concat(c.names, names), why
	}
	n.customers = c
	return nil
}

// listOf are the names that a repository lists. It is asked for only where it is
// private: in another everybody could read them.
func (n *run) listOf(ctx context.Context, repo incident.Repo) ([]string, error) {
	repository, err := n.lookFor(ctx, repo)
	if err != nil {
		return nil, err
	}
	if !repository.Private || ownerOf(repository) != n.key.Repo.Owner() {
		return nil, &incident.Blocked{Text: fmt.Sprintf(
			"The list of customers in %s is not used: it has to be a private repository of the same owner, "+
				"with the app installed in it. Mend that, or correct `checks.customers` in the configuration.",
			markdown.Code(string(repo)))}
	}
	if err = n.mayBorrow(ctx, repo, repository); err != nil {
		return nil, err
	}
	data, err := n.forge.File(ctx, repo, incident.CustomersFile)
	if isMissing(err) {
		return nil, &incident.Blocked{Text: fmt.Sprintf(
			"There is no list of customers in %s. Write the file %s there, or correct `checks.customers` in the configuration.",
			markdown.Code(string(repo)), markdown.Code(incident.CustomersFile))}
	}
	if err != nil {
		return nil, err
	}
	names, err := incident.CustomerNames(string(data))
	if err != nil {
		return nil, &incident.Blocked{Text: fmt.Sprintf(
			"The list of customers in %s can't be used: %s. Correct the file %s there.",
			markdown.Code(string(repo)), markdown.Text(err.Error()), markdown.Code(incident.CustomersFile))}
	}
	return names, nil
}

// mayBorrow is nil where a list of customers may be used here, by the word of
// the repository that has it: who may have a page checked by a list can find out
// who is on it.
func (n *run) mayBorrow(ctx context.Context, repo incident.Repo, repository incident.Repository) error {
	if repository.ID == n.repository.ID {
		return nil
	}
	configured, err := n.r.configure(ctx, n.forge, repo, repository.PushedAt, n.dry)
	if err != nil {
		return err
	}
	if !accepts(configured.borrowers, n.key.Repo) {
		return &incident.Blocked{Text: fmt.Sprintf(
			"The list of customers in %s is not used, since it is not lent to this repository. "+
				"Add %s to `checks.lend_to` in the configuration there.",
			markdown.Code(string(repo)), markdown.Code(string(n.key.Repo)))}
	}
	return nil
}
