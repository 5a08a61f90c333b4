package incident_test

import (
	"testing"
	"time"

	"hindsight/internal/incident"
)

// What no look got to is looked at again, soon at first, then ever later, until
// something is taken in.
func TestUnansweredIsLookedAtAgain(t *testing.T) {
	t.Parallel()
	policy := incident.DefaultPolicy()
	w := world(wrote(ada, "body", "Fix it in acme/infra"), hasPlaces, judged(policy))
	w.Places = nil
	began := now
	for _, tt := range []struct{ after, again time.Duration }{
		{0, time.Minute}, {30 * time.Second, time.Minute}, {10 * time.Minute, 10 * time.Minute}, {5 * time.Hour, time.Hour},
	} {
		at := began.Add(tt.after)
		plan := incident.Decide(policy, plain{}, w, at)
		same(t, "looked at again", at.Add(tt.again), plan.LookAgain)
		w.Record = plan.Record
	}
	at := began.Add(6 * time.Hour)
	w.Items = append(w.Items, incident.Item{Source: "body", Author: ada, Text: "Call back"})
	judged(policy)(&w)
	w.Places = nil
	same(t, "after something new", at.Add(time.Minute), incident.Decide(policy, plain{}, w, at).LookAgain)
	w.Busy = map[incident.Part]bool{incident.FollowUpsPart: true}
	same(t, "while it fails", time.Time{}, incident.Decide(policy, plain{}, w, at).LookAgain)
}

// Who wrote a line is asked for by itself; in another repository, with the text
// that others may have edited.
func TestAskedWithTheText(t *testing.T) {
	t.Parallel()
	policy := incident.DefaultPolicy()
	w := world(
		wrote(ada, "comment:7", "Fix it in acme/infra"), wrote(ada, "pull:8", "Mend it in acme/infra"),
		wrote(ada, "tracker", "Drain it in acme/infra"), commanded(ada, 9, "Fill it in acme/infra"),
	)
	here := incident.QuestionsOf(policy, w).May
	w.Verdicts = map[incident.ItemKey]incident.Verdict{}
	for _, ask := range here {
		same(t, "asked here", incident.Ask{Line: ask.Line, Login: "ada"}, ask)
		w.Verdicts[ask.Line] = incident.Allowed
	}
	var sources []incident.Source
	for _, ask := range incident.QuestionsOf(policy, w).May {
		same(t, "asked there", incident.Ask{Line: ask.Line, Repo: "acme/infra", Login: "ada", Source: ask.Source}, ask)
		sources = append(sources, ask.Source)
	}
	same(t, "texts", []incident.Source{"comment:7", "pull:8", "", "comment:9"}, sources)
}

func TestDoubtWhereEditsAreNotTold(t *testing.T) {
	t.Parallel()
	w := world(wrote(ben, "comment:7", "Fix it in acme/infra"), hasPlaces, judged(incident.DefaultPolicy()))
	w.NoHistory = true
	texts := doubts(w)
	same(t, "doubts", 1, len(texts))
	mentions(t, texts[0], "this GitHub does not tell who edits a text")
}
