package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"hindsight/internal/reconcile"
)

// paper is a page of a wiki, by a part of its name that no other page has.
type paper struct{ wiki, name string }

func checkoutPage() paper { return paper{shop, "checkout-answers-500"} }
func frontPage() paper    { return paper{website, "the-front-page-is-blank"} }
func indexPage() paper    { return paper{shop, strings.TrimSuffix(reconcile.IndexFile, ".md")} }
func sidebarPage() paper  { return paper{shop, strings.TrimSuffix(reconcile.SidebarFile, ".md")} }

// page is the one page of that name: its title and its text.
func (t *tour) page(ctx context.Context, p paper) (title, text string, err error) {
	files, err := t.github.WikiPages(ctx, p.wiki)
	found := 0
	for file, content := range files {
		if strings.Contains(file, p.name) {
			title, text = strings.TrimSuffix(file, ".md"), content
			found++
		}
	}
	if err == nil && found != 1 {
		err = fmt.Errorf("the wiki of %s has %d pages called %s, want 1", p.wiki, found, p.name)
	}
	return title, text, err
}

// says wants a page to show all that.
func (t *tour) says(p paper, seen string, wanted ...showing) look {
	return func(ctx context.Context) ([]string, error) {
		title, text, err := t.page(ctx, p)
		if err != nil {
			return nil, err
		}
		for _, shows := range wanted {
			err = errors.Join(err, shows(text))
		}
		if err != nil {
			return nil, fmt.Errorf("the page %s in the wiki of %s is not right: %w", title, p.wiki, err)
		}
		return []string{seen}, nil
	}
}

// made wants the page to be there, and tells its name.
func (t *tour) made(p paper, note string) look {
	return func(ctx context.Context) ([]string, error) {
		title, _, err := t.page(ctx, p)
		return []string{"page: " + title + note}, err
	}
}

// absent wants no page of that name.
func (t *tour) absent(p paper, seen string) look {
	return func(ctx context.Context) ([]string, error) {
		files, err := t.github.WikiPages(ctx, p.wiki)
		for file := range files {
			if strings.Contains(file, p.name) {
				err = errors.Join(err, fmt.Errorf("the wiki of %s has the page %s", p.wiki, file))
			}
		}
		return []string{seen}, err
	}
}

// onPage wants the page of the shop's incident to show all that.
func (t *tour) onPage(seen string, wanted ...showing) look {
	return t.says(checkoutPage(), seen, wanted...)
}

// row wants one line that holds all of the words.
func row(words ...string) showing {
	return func(text string) error {
		if _, ok := lineOf(text, words...); !ok {
			return fmt.Errorf("no line holds %q", words)
		}
		return nil
	}
}

// noRow wants no line that holds all of the words.
func noRow(words ...string) showing {
	return func(text string) error {
		if row(words...)(text) == nil {
			return fmt.Errorf("a line holds %q", words)
		}
		return nil
	}
}

// inOrder wants each of the words behind those before them.
func inOrder(words ...string) showing {
	return func(text string) error {
		for _, w := range words {
			_, rest, found := strings.Cut(text, w)
			if !found {
				return fmt.Errorf("%q is not there, or comes too early", w)
			}
			text = rest
		}
		return nil
	}
}

// lineOf is the first line that holds all of the words.
func lineOf(text string, words ...string) (string, bool) {
	for line := range strings.Lines(text) {
		if has(words...)(line) == nil {
			return line, true
		}
	}
	return "", false
}

// rewrite edits a page in the browser.
func (t *tour) rewrite(p paper, edit func(text string) (string, error)) func(context.Context) error {
	return func(ctx context.Context) error {
		title, text, err := t.page(ctx, p)
		if err == nil {
			text, err = edit(text)
		}
		if err != nil {
			return err
		}
		return t.github.As(alice).SaveWikiPage(ctx, p.wiki, title, text)
	}
}

// replacing puts the second of each two texts in place of the first.
func replacing(pairs ...string) func(text string) (string, error) {
	return func(text string) (string, error) {
		for i := 0; i+1 < len(pairs); i += 2 {
			if !strings.Contains(text, pairs[i]) {
				return "", fmt.Errorf("the page does not say %q", pairs[i])
			}
			text = strings.Replace(text, pairs[i], pairs[i+1], 1)
		}
		return text, nil
	}
}

// propose writes an item onto a page, below what it says on what to propose.
func (t *tour) propose(p paper, item string) func(context.Context) error {
	return t.rewrite(p, func(text string) (string, error) {
		before, after, found := strings.Cut(text, "### Proposed\n")
		guidance, after, told := strings.Cut(after, "-->\n")
		if !found || !told {
			return "", errors.New("there is no place for proposals")
		}
		return before + "### Proposed\n" + guidance + "-->\n\n- [ ] " + item + "\n" + after, nil
	})
}

// linked wants a link on the one line that was proposed on a page.
func (t *tour) linked(p paper) look {
	return t.says(p, "and the line on the page has its link", has(" → [#"))
}
