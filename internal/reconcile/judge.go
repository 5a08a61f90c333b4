package reconcile

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"hindsight/internal/incident"
)

// mostOfAKind is how many other repositories, issues and tickets, how many kinds
// of tickets, and how many texts' histories are asked for in one run: each takes no
// more than a line. The rest is left to the next looks.
const mostOfAKind = 50

// questionsAsked bounds the rounds of questions: who may, here and there, what
// is there, then, where that has moved, the same again, and whom it goes to.
const questionsAsked = 8

// answers are what GitHub and Jira answered in this run. They outlive the round, so that
// nobody is asked again, and the tracker does not lose what it says of lines
// while there is nobody to be asked.
type answers struct {
	lines      map[incident.ItemKey]incident.Verdict
	places     map[incident.Repo]incident.Repository
	assignable map[incident.Assignment]incident.Verdict
	issues     map[incident.Key]incident.FollowUp
	offers     map[incident.TicketKind]incident.Offer
	tickets    map[incident.TicketRef]incident.Key
	found      map[incident.Key]incident.FollowUp // of tickets that can be adopted
	// hands are who wrote a text, and linesOf the lines that were judged by it.
	hands   map[incident.Source]hands
	linesOf map[incident.Source][]incident.ItemKey
}

func newAnswers() answers {
	return answers{
		lines: map[incident.ItemKey]incident.Verdict{}, places: map[incident.Repo]incident.Repository{},
		assignable: map[incident.Assignment]incident.Verdict{}, issues: map[incident.Key]incident.FollowUp{},
		offers: map[incident.TicketKind]incident.Offer{}, tickets: map[incident.TicketRef]incident.Key{},
		found: map[incident.Key]incident.FollowUp{},
		hands: map[incident.Source]hands{}, linesOf: map[incident.Source][]incident.ItemKey{},
	}
}

// tell puts into the world what was answered.
func (a answers) tell(w *incident.World) {
	maps.Copy(a.lines, w.Verdicts)
	w.NoHistory = w.NoHistory || a.untold()
	w.Verdicts, w.Places, w.Assignable = a.lines, a.places, a.assignable
	w.Offers, w.Tickets = a.offers, a.tickets
	for _, found := range []map[incident.Key]incident.FollowUp{a.issues, a.found} {
		for _, key := range slices.SortedFunc(maps.Keys(found), incident.Key.Compare) {
			if !slices.ContainsFunc(w.FollowUps, func(f incident.FollowUp) bool { return f.Issue == key }) {
				w.FollowUps = append(w.FollowUps, found[key])
			}
		}
	}
}

// within leaves out what is more than is asked for in one run.
func (a answers) within(q incident.Questions) incident.Questions {
	q.Places = q.Places[:min(len(q.Places), mostOfAKind-len(a.places))]
	q.Issues = q.Issues[:min(len(q.Issues), mostOfAKind-len(a.issues))]
	q.Offers = q.Offers[:min(len(q.Offers), mostOfAKind-len(a.offers))]
	q.Tickets = q.Tickets[:min(len(q.Tickets), mostOfAKind-len(a.tickets))]
	texts := map[incident.Source]bool{}
	q.May = slices.DeleteFunc(q.May, func(ask incident.Ask) bool {
		if _, asked := a.hands[ask.Source]; asked || ask.Source == "" || texts[ask.Source] {
			return false
		}
		if len(a.hands)+len(texts) >= mostOfAKind {
			return true
		}
		texts[ask.Source] = true
		return false
	})
	return q
}

// judge asks GitHub and Jira what the rules want to know. Only the follow-ups wait
// for the answers, each for those of where it is; while they are under way nobody
// is asked there.
func (n *run) judge(ctx context.Context, w *incident.World) {
	w.Record = n.snapshot()
	n.answers.forgetEdited(n.texts)
	n.answers.tell(w)
	for range questionsAsked {
		here, atSites := n.apart(incident.QuestionsOf(n.policy(), *w))
		here, atSites = n.answers.within(here), n.answers.within(atSites)
		if here.Empty() && atSites.Empty() {
			return
		}
		if err := n.answerAtSites(ctx, w, atSites); err != nil {
			n.fail(ctx, incident.FollowUpsPart, err)
		} else if err := n.answer(ctx, w, here); err != nil {
			n.fail(ctx, incident.FollowUpsPart, err)
		}
		w.Record = n.snapshot()
	}
}

func (n *run) answer(ctx context.Context, w *incident.World, q incident.Questions) error {
	for _, ask := range q.May {
		verdict, err := n.may(ctx, ask)
		if err != nil {
			return err
		}
		w.Verdicts[ask.Line] = verdict
	}
	w.NoHistory = w.NoHistory || n.answers.untold()
	for _, repo := range q.Places {
		place, err := n.place(ctx, repo)
		if err != nil {
			return err
		}
		w.Places[repo] = place
	}
	for _, a := range q.Assignable {
		verdict, err := n.forge.Assignable(ctx, n.home(a.Repo), a.Login)
		if err != nil {
			return fmt.Errorf("ask whether %s can be assigned in %s: %w", a.Login, n.home(a.Repo), err)
		}
		w.Assignable[a] = verdict
	}
	for _, key := range q.Issues {
		f, err := n.adopted(ctx, key)
		if err != nil {
			return err
		}
		w.FollowUps = append(w.FollowUps, f)
		n.answers.issues[f.Issue] = f
	}
	return nil
}

// home is the repository, the parent's own if it is empty.
func (n *run) home(repo incident.Repo) incident.Repo {
	if repo == "" {
		return n.key.Repo
	}
	return repo
}

// place is where an item goes. What may have been opened there is found.
func (n *run) place(ctx context.Context, repo incident.Repo) (incident.Repository, error) {
	found, err := n.lookFor(ctx, repo)
	if err == nil && found.ID != 0 && n.mustListIn(repo) {
		err = n.listIn(ctx, repo)
	}
	return found, err
}

// lookFor asks for another repository; the zero value is one that can't be seen.
func (n *run) lookFor(ctx context.Context, repo incident.Repo) (incident.Repository, error) {
	if repo.Owner() != n.key.Repo.Owner() { // another installation's, if any
		return incident.Repository{}, nil
	}
	found, err := n.forge.Repository(ctx, repo)
	if isMissing(err) {
		return incident.Repository{}, nil
	}
	return found, wrap(err, "look for the repository %s", repo)
}

// mayCommand is whether the person's permission suffices: it is asked for once
// in a run for each place and person, whatever for.
func (n *run) mayCommand(ctx context.Context, ask incident.Ask) (incident.Verdict, error) {
	who := incident.Assignment{Repo: n.home(ask.Repo), Login: ask.Login}
	has, known := n.permissions[who]
	if !known {
		var err error
		if has, err = n.forge.Permission(ctx, who.Repo, who.Login); err != nil {
			return incident.Unknown, fmt.Errorf("ask for the permission of %s in %s: %w", who.Login, who.Repo, err)
		}
		n.permissions[who] = has
	}
	needs := incident.MayTriage
	if ask.Write {
		needs = incident.MayWrite
	}
	if has < needs {
		return incident.Denied, nil
	}
	return incident.Allowed, nil
}
