package reconcile_test

import (
	"crypto/sha256"
	"encoding/base32"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/incident"
	"hindsight/templates"
)

// there is an issue of the till, of which ben may know nothing.
var there = incident.Key{Repo: till, Number: 5}

// elsewhere is an incident with one follow-up in the till, by ada. Ben may
// triage in the shop alone.
func elsewhere(t *testing.T) (*stage, incident.Issue) {
	t.Helper()
	s := newStage(t, "It is down.")
	s.forge.private[till] = true
	s.forge.permissions["ben in acme/till"] = incident.MayRead
	s.say(ada, "### Follow-ups\n- [ ] Mend the pool in acme/till\n")
	s.look(t)
	s.look(t)
	return s, s.onlyFollowUp(t)
}

// rewrite changes the newest comment of a person.
func (s *stage) rewrite(by incident.Actor, body string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := s.forge.comments[parent]
	for i := len(all) - 1; i >= 0; i-- {
		if all[i].Author == by {
			all[i].Body, all[i].UpdatedAt = body, s.now()
			return
		}
	}
}

// forge edits the ledger in the tracker, as a newer one, as ben could.
func (s *stage) forgeLedger(t *testing.T, how func(*incident.Ledger)) {
	t.Helper()
	texts := templates.New()
	was := s.tracker(t).Body
	_, _, ledger, _ := texts.ReadTracker(was)
	ledger.Version++
	how(&ledger)
	anew := texts.Tracker(incident.TrackerView{Facts: incident.Facts{ID: idOf(parent.Number)}, Ledger: ledger})
	s.tracked(t, ben, sealed(t, was), sealed(t, anew))
}

func sealed(t *testing.T, body string) string {
	t.Helper()
	_, rest, _ := strings.Cut(body, "<!-- hindsight:ledger")
	seal, _, ok := strings.Cut(rest, "-->")
	if !ok {
		t.Fatalf("no ledger in\n%s", body)
	}
	return seal
}

// untouched fails the test unless an issue is as it was.
func (s *stage) untouched(t *testing.T, was incident.Issue) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if diff := cmp.Diff(was, s.forge.issues[was.Key]); diff != "" {
		t.Errorf("%s was changed:\n%s", was.Key, diff)
	}
}

// What a repository's configuration names has no say in others.
func TestAppTicksElsewhere(t *testing.T) {
	t.Parallel()
	s, f := elsewhere(t)
	s.forge.config, s.forge.pushed[shop] = "apps", opened.Add(2*time.Hour)
	s.tracked(t, incident.Actor{Login: "forms[bot]", Bot: true}, openBox, tickedBox)
	s.look(t)
	s.untouched(t, f)
	s.shows(t, openBox)
}

// Whoever has the line by now can do no more in another repository than they
// could without it.
func TestLineElsewhereIsTakenOver(t *testing.T) {
	t.Parallel()
	s, f := elsewhere(t)
	s.rewrite(ada, "I moved it.")
	for _, line := range []string{
		"- [ ] Mend the pool in acme/till", "- [ ] Mend the pool @ben in acme/till", "- [ ] Mend the pools in acme/till",
		"- [x] Mend the pool in acme/till", "- [x] acme/till#100",
	} {
		if line == "- [ ] Mend the pool in acme/till" {
			s.say(ben, "### Follow-ups\n"+line)
		}
		s.rewrite(ben, "### Follow-ups\n"+line)
		s.look(t)
		s.look(t)
		s.untouched(t, f)
		s.onlyFollowUp(t)
	}
	s.rewrite(ben, "I was wrong.")
	s.rewrite(ada, "### Follow-ups\n- [x] Mend the pool in acme/till")
	s.look(t)
	if got := s.state(f.Key); got != incident.Done {
		t.Errorf("after ada ticked it, who may, it is %s", got)
	}
}

// The ledger in the tracker orders nothing in another repository, and tells
// nothing of it.
func TestForgedLedger(t *testing.T) {
	t.Parallel()
	tests := map[string]func(*incident.Ledger){
		"adopts what is private": func(l *incident.Ledger) {
			l.Items[1].Adopted, l.Items[1].Issue = true, incident.RefTo(there, shop)
		},
		"makes duplicates": func(l *incident.Ledger) { l.Items[2].Issue = l.Items[0].Issue },
		"gives it other words": func(l *incident.Ledger) {
			e := l.Items[1]
			e.Key, e.Issue, e.Wrote = l.Items[0].Key, l.Items[0].Issue, l.Items[0].Wrote
			l.Items[0], l.Items = e, l.Items[:1]
		},
		"has another item for it": func(l *incident.Ledger) {
			l.Items[1].Issue, l.Items[1].Wrote = l.Items[0].Issue, l.Items[0].Wrote
		},
	}
	for name, how := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, f := elsewhere(t)
			s.addIssue(there)
			s.say(ben, "### Follow-ups\n- [ ] Say something else @ben\n")
			s.say(ada, "### Follow-ups\n- [ ] Drain it in acme/till\n")
			s.look(t)
			second := s.openedOnce(t, "Drain it")
			s.forgeLedger(t, how)
			s.look(t)
			s.look(t)
			s.untouched(t, f)
			s.untouched(t, second)
			if body := s.tracker(t).Body; strings.Contains(body, there.String()) {
				t.Errorf("the tracker tells of %s:\n%s", there, body)
			}
		})
	}
}

// Whether there is an issue in another repository can't be found out by naming
// it in the ledger, and what becomes of it isn't told either.
func TestForgedLedgerTellsNothing(t *testing.T) {
	t.Parallel()
	shown := map[bool]string{}
	for _, exists := range []bool{true, false} {
		s, _ := followed(t)
		s.forge.private[till] = true
		if exists {
			s.addIssue(there)
		}
		s.forgeLedger(t, func(l *incident.Ledger) {
			e := l.Items[0]
			e.Key, e.Issue = "aaaaaaaaaaaa", incident.RefTo(there, shop)
			l.Items = append(l.Items, e)
		})
		s.look(t)
		s.addIssue(there)
		s.edit(there, func(i *incident.Issue) { i.State, i.ClosedAt = incident.Done, s.now() })
		s.lookAt(t, there)
		s.look(t)
		shown[exists] = s.tracker(t).Body
	}
	if diff := cmp.Diff(shown[true], shown[false]); diff != "" || strings.Contains(shown[true], "[x]") {
		t.Errorf("the tracker tells whether %s exists, or that it was closed: %s\n%s", there, diff, shown[true])
	}
}

// Where an issue has been moved to is not told to those who may not see it
// there.
func TestMovedOutOfSight(t *testing.T) {
	t.Parallel()
	s, _ := followed(t)
	s.forge.private[till] = true
	s.forge.permissions["ben in acme/till"] = incident.MayRead
	s.addIssue(there)
	s.forge.moved[incident.Key{Repo: shop, Number: 9}] = there
	s.say(ben, "### Follow-ups\n- [ ] #9\n")
	s.look(t)
	s.shows(t, "names no issue that Hindsight can see")
	if body := s.tracker(t).Body; strings.Contains(body, "till") {
		t.Errorf("the tracker names where it is:\n%s", body)
	}
}

// A transferred issue's tracker may have been made to name an incident of
// another repository, with its follow-ups.
func TestTransferredWithAForgedTracker(t *testing.T) {
	t.Parallel()
	s, _ := followed(t)
	s.tracked(t, ben, "incident=77#42", "incident=99#42")
	moved := incident.Key{Repo: till, Number: 3}
	s.addIssue(moved, "incident")
	s.mu.Lock()
	s.forge.comments[moved] = s.forge.comments[parent]
	delete(s.forge.issues, parent)
	s.forge.moved[parent] = moved
	s.mu.Unlock()
	s.forget()
	s.lookAt(t, moved)
	s.expect(t, 0, outward...)
}

// A stranger's pull request makes nobody's lines follow-ups of an incident.
func TestStrangersPullRequest(t *testing.T) {
	t.Parallel()
	s := newStage(t, "It is down.")
	s.look(t)
	s.forge.permissions["mallory"] = incident.MayRead
	pull := incident.Key{Repo: shop, Number: 50}
	s.addIssue(pull)
	s.edit(pull, func(i *incident.Issue) {
		i.Author, i.PullRequest, i.Body = incident.Actor{Login: "mallory"}, true, "Incident: #42"
	})
	s.mu.Lock()
	s.forge.say(pull, incident.Comment{Author: ben, Body: "### Action items\n- [ ] Mend the tests\n"})
	s.forge.mentioning = []incident.Key{pull}
	s.mu.Unlock()
	s.forget()
	s.lookAt(t, pull)
	s.expect(t, 0, "Mark")
	s.look(t)
	s.memory.records = map[incident.Key]incident.Record{} // the database is deleted
	s.look(t)
	s.expect(t, 0, "OpenIssue")
}

// noise is a text that does not compress.
func noise(n int) string {
	text := make([]byte, 0, n+256)
	for i := 0; len(text) < n; i++ {
		sum := sha256.Sum256([]byte(strconv.Itoa(n * i)))
		text = append(text, strings.ToLower(base32.StdEncoding.EncodeToString(sum[:])[:51])...)
	}
	return string(text[:n])
}

// Nobody can make the tracker longer than GitHub takes, by filling its ledger
// again and again, or the markers of follow-ups.
func TestTrackerIsFilled(t *testing.T) {
	t.Parallel()
	s, _ := followed(t)
	for round := range 2 {
		s.forgeLedger(t, func(l *incident.Ledger) {
			all := noise(110 * 1200 * (round + 1))[110*1200*round:]
			for i := range 1200 {
				one := all[110*i:]
				l.Items = append(l.Items, incident.Entry{
					Key: incident.ItemKey(one[:12]), Source: incident.FromBody, Words: one[12:20], Owner: one[20:110],
					Issue: incident.Ref{Number: 1000 + 1200*round + i},
				})
			}
		})
		s.look(t)
	}
	for n := range 3 {
		key := incident.Key{Repo: shop, Number: 9000 + n}
		s.addIssue(key, "postmortem-followup")
		s.edit(key, func(i *incident.Issue) {
			i.AppID, i.Body = ourApp, "<!-- hindsight:followup incident=77#42 item="+noise(60_000+n)+" source=body -->\n"
		})
		s.lookAt(t, key)
	}
	s.look(t)
	const most = 65_536
	if is := utf8.RuneCountInString(s.tracker(t).Body); is > most {
		t.Errorf("the tracker has %d characters, and GitHub takes %d", is, most)
	}
	if kept := len(s.record(parent).Ledger.Items); kept > 1500 {
		t.Errorf("%d entries are remembered", kept)
	}
}

// A marker of another of our texts in the tracker does not have it deleted.
func TestOtherMarkersInTheTracker(t *testing.T) {
	t.Parallel()
	s, _ := followed(t)
	texts := templates.New()
	for _, other := range []string{
		texts.Reply(incident.ReplyView{ID: idOf(parent.Number), To: 1}),
		texts.Closing(incident.ClosingView{Facts: incident.Facts{ID: idOf(parent.Number)}}),
	} {
		marker, _, _ := strings.Cut(other, "\n")
		s.tracked(t, ben, openBox, marker+"\n\n"+openBox)
		s.look(t)
	}
	s.expect(t, 0, "DeleteComment", "WriteComment")
	s.shows(t, openBox)
}
