package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"hindsight/internal/playground"
)

const (
	smallTitle = "The search box forgets what was typed"
	ownRow     = "| a little later | Support tells the ten largest shops | [call](https://example.com/calls/7) |"
)

// firstPage is what there is for readers as soon as there is an incident.
func (t *tour) firstPage() look {
	return all(
		t.made(checkoutPage(), ""),
		t.onPage("the page's timeline has begun, with sources",
			row("🔴", "opened by alice", "](")),
		t.says(indexPage(), "the index lists it", row("sev1", "Checkout answers 500", "draft")),
		t.says(sidebarPage(), "the team's own sidebar leads to the index", has("Runbooks", "[[Post-mortems]]")),
	)
}

func (t *tour) pages() []step {
	return []step{
		{"Alice publishes the release v213, and records that it is deployed", t.ship, t.onPage(
			"the page's timeline has both, and the merge before, each with its source",
			row("Merged", "Trust the gateway's new authority", "]("), row("Released", "v213", "]("), row("Deployed", "v213", "production", "]("))},
		{"She deletes the release's row, and writes one of her own; Bob notes something that was earlier", t.retell, t.onPage(
			"the note is there, in order of time; the people's changes stay",
			inOrder("Checkout is slow again", "Merged", ownRow), row("Deployed", "v213"), noRow("Released", "v213"))},
		{"She rewrites the page's facts by hand; Bob comments: /postmortem owner @alice", t.ownFacts, all(
			t.onPage("the facts are left as she wrote them", has(ownWords), lacks("| Owner | alice |")),
			t.shows("and the tracker says so, with the way back", has("| alice |", "facts (changed by hand)", "nothing between them")))},
		{"She empties them", t.emptyFacts, all(
			t.onPage("they are filled again", has("| Owner | alice |"), lacks(ownWords)),
			t.shows("the notice is gone", lacks("⚠️")))},
		{"A smaller incident begins: sev3", t.small, all(
			t.says(paper{shop, "the-search-box-forgets"}, "its page is made from the template for small ones",
				has("## Why it could happen", "| Severity | sev3 |"), lacks("## Contributing factors")),
			t.says(indexPage(), "the index lists both, the newest first", inOrder(smallTitle, "Checkout answers 500", "in review")))},
	}
}

func (t *tour) ship(context.Context) error {
	me := t.github.As(alice)
	_, err := me.Release(shop, playground.NewRelease{Tag: "v213", Name: "New authority"})
	if err != nil {
		return err
	}
	id, err := me.Deploy(shop, playground.NewDeployment{Ref: "v213"})
	if err != nil {
		return err
	}
	return me.SetDeployment(shop, id, "success", "")
}

func (t *tour) retell(ctx context.Context) error {
	err := t.rewrite(checkoutPage(), func(text string) (string, error) {
		line, ok := lineOf(text, "Released", "v213")
		if !ok {
			return "", errors.New("the page has no row of the release")
		}
		return strings.Replace(text, line, ownRow+"\n", 1), nil
	})(ctx)
	if err != nil {
		return err
	}
	return t.bobSays("/incident note 5m ago Checkout is slow again")
}

func (t *tour) bobSays(words string) error {
	_, err := t.github.As(bob).Comment(shop, preparedIncident, words)
	return err
}

const ownWords = "sev1, and it felt worse"

func (t *tour) ownFacts(ctx context.Context) error {
	err := t.rewrite(checkoutPage(), replacing("| Severity | sev1 |", "| Severity | "+ownWords+" |"))(ctx)
	if err != nil {
		return err
	}
	return t.bobSays("/postmortem owner @alice")
}

func (t *tour) emptyFacts(ctx context.Context) error {
	const begin, end = "<!-- hindsight:begin block=facts", "<!-- hindsight:end block=facts -->"
	return t.rewrite(checkoutPage(), func(text string) (string, error) {
		before, after, begun := strings.Cut(text, begin)
		_, after, ended := strings.Cut(after, end)
		if !begun || !ended {
			return "", fmt.Errorf("the page has no %s …", begin)
		}
		return before + begin + " -->\n" + end + after, nil
	})(ctx)
}

func (t *tour) small(context.Context) error {
	_, err := t.github.As(alice).OpenIssue(shop, smallTitle, "", "incident", "sev3")
	return err
}
