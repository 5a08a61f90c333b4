package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

const (
	sorry    = "We are sorry: from 09:12 on nobody could pay"
	mailbox  = "carol@gateway.acme.io"
	verdict  = "Carol should have checked the certificate"
	internal = "Our largest customer called twice"
)

// copied is the page's copy, whose name tells no more than a day and a key.
func copied() paper { return paper{status, "-postmortem-"} }

func (t *tour) publishing() []step {
	return []step{
		{"Alice writes the customer message, and more; Bob comments: /postmortem check", t.writeUp, t.replied(
			"one reply lists what should not be read by more people, by line and rule, and repeats none of it",
			has("`email`", "`blame`", "serious"), lacks(mailbox, verdict))},
		{"She comments too soon: /postmortem publish", t.publish, all(
			t.replied("refused: an address stands where everybody could read it", has("> /postmortem publish", "`email`"), lacks(mailbox)),
			t.absent(copied(), "and nothing is in acme/status"))},
		{
			"She mends it", t.rewrite(checkoutPage(), replacing(" (ask "+mailbox+")", "", verdict, "Nobody was told that the certificate ends")),
			t.replied("the reply is brought up to date", has("Found on", " 0 serious"), lacks("`email`", "`blame`")),
		},
		{"She comments once more: /postmortem publish", t.publish, all(
			t.says(copied(), "what is marked public is in the public wiki of acme/status",
				has(sorry), lacks(internal, "Checkout answers", "Timeline", "acme/shop", "<!-- public")),
			t.shows("and the tracker links to it", has("published copy")))},
		{"Bob comments: /postmortem unpublish", func(context.Context) error { return t.bobSays("/postmortem unpublish") }, all(
			t.absent(copied(), "the copy is gone"),
			t.replied("and a reply says that the wiki's history keeps it", has("taken out of the public wiki", "history keeps it")))},
	}
}

func (t *tour) writeUp(ctx context.Context) error {
	err := t.rewrite(checkoutPage(), replacing(
		"## What went badly\n", "## What went badly\n\n"+verdict+".\n",
		"### We are sorry\n", "### We are sorry\n\n"+sorry+" (ask "+mailbox+").\n\n",
		"## Internal message\n<!-- internal -->\n", "## Internal message\n<!-- internal -->\n\n"+internal+".\n\n",
	))(ctx)
	if err != nil {
		return err
	}
	return t.bobSays("/postmortem check")
}

func (t *tour) publish(context.Context) error {
	_, err := t.github.As(alice).Comment(shop, preparedIncident, "/postmortem publish")
	return err
}

// replied wants one of the app's replies to show all that.
func (t *tour) replied(seen string, wanted ...showing) look {
	return func(context.Context) ([]string, error) {
		replies, err := t.replies()
		if err != nil {
			return nil, err
		}
		right := slices.ContainsFunc(replies, func(reply string) bool {
			return !slices.ContainsFunc(wanted, func(shows showing) bool { return shows(reply) != nil })
		})
		if !right {
			err = fmt.Errorf("none of the replies is right: %w", wrongs(replies, wanted))
		}
		return []string{seen}, err
	}
}

// wrongs is what each reply lacks.
func wrongs(replies []string, wanted []showing) error {
	all := errors.New("there are " + fmt.Sprint(len(replies)))
	for _, reply := range replies {
		first, _, _ := strings.Cut(reply, "\n")
		for _, shows := range wanted {
			if err := shows(reply); err != nil {
				all = errors.Join(all, fmt.Errorf("%s: %w", first, err))
			}
		}
	}
	return all
}
