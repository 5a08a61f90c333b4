package incident_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/incident"
)

var (
	opened    = time.Date(2026, 11, 20, 14, 5, 0, 0, time.UTC)
	now       = opened.Add(10 * time.Minute)
	parentKey = incident.NewKey("acme", "shop", 42)

	ada     = incident.Actor{Login: "ada"}     // may write, here and elsewhere
	ben     = incident.Actor{Login: "ben"}     // may triage here
	mallory = incident.Actor{Login: "mallory"} // may not

	spam  = incident.Actor{Login: "spam[bot]", Bot: true}
	forms = incident.Actor{Login: "Forms[bot]", Bot: true} // tests name it in their policy
)

// change makes a world of a test.
type change func(*incident.World)

// world is an accepted incident that has its page, and no follow-ups.
func world(changes ...change) incident.World {
	w := incident.World{
		Repository: incident.Repository{
			ID: 7, FullName: "Acme/Shop", URL: "https://github.test/Acme/Shop", Private: true, HasWiki: true,
		},
		Parent: incident.Issue{
			Key: parentKey, URL: "https://github.test/Acme/Shop/issues/42", Title: "Shop is down", Body: "All of it.",
			Author: ada, Labels: []string{"incident", "sev2"}, State: incident.Open, CreatedAt: opened,
		},
		Labelling: incident.Labelling{By: ada, At: opened},
		Verdicts:  map[incident.ItemKey]incident.Verdict{},
		Record: incident.Record{Ledger: incident.Ledger{
			Accepted: incident.Acceptance{By: "ada", At: opened},
			Page:     incident.Page{Path: "2026-11-20-page-42.md", At: opened.Add(time.Minute)},
		}},
	}
	for _, c := range changes {
		c(&w)
	}
	return w
}

// fresh is a world in which nothing has been made.
func fresh(w *incident.World) { w.Record = incident.Record{} }

func noPage(w *incident.World) { w.Record.Ledger.Page = incident.Page{} }

func public(w *incident.World) { w.Repository.Private = false }

func inEnterprise(w *incident.World) { w.Repository.Internal = true }

func labels(labels ...string) change {
	return func(w *incident.World) { w.Parent.Labels = labels }
}

func label(l string) change {
	return func(w *incident.World) { w.Parent.Labels = append(w.Parent.Labels, l) }
}

func unlabelled(w *incident.World) {
	w.Parent.Labels = slices.DeleteFunc(w.Parent.Labels, func(l string) bool { return l == "incident" })
}

func resolved(w *incident.World) {
	w.Parent.State, w.Parent.ClosedAt = incident.Done, opened.Add(time.Hour)
}

// wrote adds lines to a source; one that begins with "x " is ticked.
func wrote(by incident.Actor, source incident.Source, lines ...string) change {
	return func(w *incident.World) {
		for _, l := range lines {
			text, ticked := strings.CutPrefix(l, "x ")
			w.Items = append(w.Items, incident.Item{Source: source, Author: by, Text: text, Ticked: ticked})
		}
	}
}

// commanded adds "/followup" commands.
func commanded(by incident.Actor, comment int64, rests ...string) change {
	return func(w *incident.World) {
		for _, rest := range rests {
			w.Commands = append(w.Commands, incident.Command{
				Name: "followup", Rest: rest, Comment: comment, Author: by, URL: "https://github.test/comment",
			})
		}
	}
}

// judged answers all questions: ada may, ben may here but not write, nobody else. Repositories
// and issues that the world does not hold are not there. Until the incident is
// accepted, nothing that people wrote is looked into.
func judged(policy incident.Policy) change {
	return func(w *incident.World) {
		answer(w, incident.Asks(policy, *w))
		if w.Record.Ledger.Accepted.At.IsZero() && !incident.Accepts(policy, *w) {
			w.Items, w.Commands = nil, nil
			return
		}
		w.Places, w.Assignable = maps.Clone(w.Places), maps.Clone(w.Assignable)
		for q := incident.QuestionsOf(policy, *w); !q.Empty(); q = incident.QuestionsOf(policy, *w) {
			answer(w, q.May)
			lookUp(w, q)
		}
	}
}

func answer(w *incident.World, asks []incident.Ask) {
	for _, ask := range asks {
		w.Verdicts[ask.Line] = incident.Denied
		if ask.Login == ada.Login || ask.Login == ben.Login && ask.Repo == "" && !ask.Write {
			w.Verdicts[ask.Line] = incident.Allowed
		}
	}
}

func lookUp(w *incident.World, q incident.Questions) {
	for _, repo := range q.Places {
		if w.Places == nil {
			w.Places = map[incident.Repo]incident.Repository{}
		}
		w.Places[repo] = incident.Repository{}
	}
	for _, a := range q.Assignable {
		if w.Assignable == nil {
			w.Assignable = map[incident.Assignment]incident.Verdict{}
		}
		w.Assignable[a] = incident.Allowed
		if a.Login == mallory.Login {
			w.Assignable[a] = incident.Denied
		}
	}
	for _, key := range q.Issues {
		w.FollowUps = append(slices.Clone(w.FollowUps), incident.FollowUp{Issue: key, State: incident.Gone, Adopted: true})
	}
	askJira(w, q)
}

func decide(w incident.World) incident.Plan {
	return incident.Decide(incident.DefaultPolicy(), plain{}, w, now)
}

// judgedPlan is the plan when GitHub has answered all questions.
func judgedPlan(w incident.World) incident.Plan {
	judged(incident.DefaultPolicy())(&w)
	return decide(w)
}

// updated is what comes of an update of a page where nobody is in the way.
func updated(e incident.UpdatePage) incident.Outcome {
	out := incident.Outcome{Indexed: e.IndexToo}
	for _, l := range e.Links {
		out.Linked = append(out.Linked, l.Item)
	}
	return out
}

// carryOut does the plan's effects as if all went well: follow-ups get the
// numbers from 101, comments the ids from 901.
func carryOut(w incident.World, plan incident.Plan) incident.World {
	w.Record = plan.Record.Clone()
	w.Verdicts = map[incident.ItemKey]incident.Verdict{}
	for _, e := range plan.Effects {
		var out incident.Outcome
		switch e := e.(type) {
		case incident.OpenFollowUp:
			n := 101 + len(w.FollowUps)
			out.Issue = incident.Issue{Key: incident.NewKey("acme", "shop", n), ID: int64(n) + 1000}
			w.FollowUps = append(slices.Clone(w.FollowUps), incident.FollowUp{
				Issue: out.Issue.Key, ID: out.Issue.ID, Item: e.Item, Source: e.Source, Words: e.Words,
				Title: e.Title, State: incident.Open,
			})
		case incident.WriteTracker:
			out.Comment = 901
			w.Trackers = []incident.Tracker{{ID: 901, Body: e.Body, Paused: saysPaused(e.Body)}}
		case incident.WriteClosing:
			out.Comment = 902
			w.Closings = []incident.ClosingComment{{ID: 902, Complete: e.Complete}}
		case incident.LabelParent:
			w.Parent.Labels = slices.DeleteFunc(slices.Clone(w.Parent.Labels), func(l string) bool { return l == e.Label.Name })
			if e.On {
				w.Parent.Labels = append(w.Parent.Labels, e.Label.Name)
			}
		case incident.WriteReply:
			out.Comment = replyID(e)
			w.Replies = slices.DeleteFunc(slices.Clone(w.Replies), func(r incident.Reply) bool { return r.ID == e.ID })
			w.Replies = append(w.Replies, incident.Reply{ID: out.Comment, To: e.To, Body: e.Body})
		case incident.DeleteComment:
			w.Replies = slices.DeleteFunc(slices.Clone(w.Replies), func(r incident.Reply) bool { return r.ID == e.ID })
		case incident.SetFollowUp:
			w.FollowUps = slices.Clone(w.FollowUps)
			for i, f := range w.FollowUps {
				if f.Issue == e.Issue {
					w.FollowUps[i].State = e.State
				}
			}
		case incident.CloseParent:
			w.Parent.State, w.Parent.ClosedAt = incident.Done, now
		case incident.UpdatePage:
			out, w.Page = updated(e), plain{}.RefreshPage(w.Page, e.View).Text
			w.Items = slices.Clone(w.Items)
			for i, item := range w.Items {
				linked := slices.ContainsFunc(e.Links, func(l incident.PageLink) bool { return l.Text == item.Text })
				w.Items[i].Linked = item.Linked || item.Source == incident.FromPage && linked
			}
		case incident.OpenTicket:
			w, out = opensTicket(w, e)
		case incident.UpdateFollowUp:
			w = updatesTicket(w, e)
		case incident.LinkTicket, incident.CreatePage, incident.AttachFollowUp, incident.CloseDuplicate, incident.React,
			incident.AskWhy:
		case incident.PublishPage:
			w.Shown = "the copy of " + e.Page
		case incident.WithdrawPage:
			w.Shown = ""
		}
		w.Record.Did(e, out, now)
	}
	return w
}

// replyID is the id of the comment that a reply is in.
func replyID(e incident.WriteReply) int64 {
	if e.ID != 0 {
		return e.ID
	}
	return 2000 + e.To
}

// settled carries out plans until nothing is left to do.
func settled(t *testing.T, w incident.World) incident.World {
	t.Helper()
	for range 5 {
		plan := judgedPlan(w)
		w = carryOut(w, plan)
		if len(plan.Effects) == 0 {
			return w
		}
	}
	t.Fatal("the plan does not become empty")
	return w
}

// effects are what a plan does beside the tracker.
func effects(plan incident.Plan) []string {
	var all []string
	for _, e := range plan.Effects {
		if _, ok := e.(incident.WriteTracker); !ok {
			all = append(all, e.String())
		}
	}
	return all
}

// of are the effects of one kind.
func of[E incident.Effect](plan incident.Plan) []E {
	var all []E
	for _, e := range plan.Effects {
		if one, ok := e.(E); ok {
			all = append(all, one)
		}
	}
	return all
}

// opens are the titles that a plan opens.
func opens(plan incident.Plan) []string {
	var titles []string
	for _, e := range of[incident.OpenFollowUp](plan) {
		titles = append(titles, e.Title)
	}
	return titles
}

// tells is what the tracker that a plan writes says; "" if it writes none.
func tells(plan incident.Plan) string {
	for _, e := range of[incident.WriteTracker](plan) {
		return said(e.Body)
	}
	return ""
}

func same(t *testing.T, what string, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func mentions(t *testing.T, text, want string) {
	t.Helper()
	if !strings.Contains(text, want) {
		t.Errorf("%q is not in:\n%s", want, text)
	}
}
