package reconcile_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/incident"
	"hindsight/templates"
)

// followed is a stage after the first look, and its one follow-up.
func followed(t *testing.T) (*stage, incident.Issue) {
	t.Helper()
	s := newStage(t, oneItem)
	s.look(t)
	s.forget()
	return s, s.onlyFollowUp(t)
}

func TestNoIncident(t *testing.T) {
	t.Parallel()
	s := newStage(t, oneItem)
	key := incident.Key{Repo: shop, Number: 9}
	s.addIssue(key, "bug", "incidental")
	if next := s.lookAt(t, key); !next.IsZero() {
		t.Errorf("look again at %s", next)
	}
	want := []string{"Admits acme", "Issue acme/shop#9", "Observed acme/shop#9", "Record acme/shop#9", "Settings acme/shop"}
	if diff := cmp.Diff(want, s.all()); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

// An incident whose label was taken off is looked at: the tracker says so.
func TestUnlabelledIncident(t *testing.T) {
	t.Parallel()
	s, _ := followed(t)
	s.edit(parent, func(i *incident.Issue) { i.Labels = nil })
	s.say(ben, "### Follow-ups\n- [ ] Write it down\n")
	s.look(t)
	s.shows(t, "paused")
	s.expect(t, 0, "OpenIssue", "Permission")
}

func TestLabelInAnotherSpelling(t *testing.T) {
	t.Parallel()
	s := newStage(t, "It is down.")
	s.edit(parent, func(i *incident.Issue) { i.Labels = []string{"Incident"} })
	s.look(t)
	s.tracker(t)
}

func TestRefusedLabel(t *testing.T) {
	t.Parallel()
	s := newStage(t, oneItem)
	s.forge.permissions["ada"] = incident.MayRead
	if next := s.look(t); !next.IsZero() {
		t.Errorf("look again at %s", next)
	}
	s.expect(t, 0, outward...)
	s.look(t)
	s.expect(t, 1, "Permission")
	s.edit(parent, func(i *incident.Issue) { i.Labels = nil })
	s.forget()
	s.look(t)
	s.expect(t, 0, "History")
}

func TestFollowUp(t *testing.T) {
	t.Parallel()
	s, issue := followed(t)
	s.lookAt(t, issue.Key)
	s.expect(t, 0, "Mark")
	s.edit(issue.Key, func(i *incident.Issue) { i.State, i.ClosedAt = incident.Done, opened })
	s.lookAt(t, issue.Key)
	want := []mark{{installation, parent, s.now()}}
	if diff := cmp.Diff(want, s.marker.marks); diff != "" {
		t.Errorf("marks (-want +got):\n%s", diff)
	}
	if f := s.memory.followUps[parent][issue.Key]; f.State != incident.Done || f.Parent != shopID || !f.At.Equal(s.now()) {
		t.Errorf("remembered %+v", f)
	}
	s.expect(t, 0, outward...)
	s.lookAt(t, issue.Key)
	s.expect(t, 1, "Mark")
	s.look(t)
	s.shows(t, "1 done")
}

func TestMarkerThatCountsForNothing(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(*incident.Issue)
	}{
		{"in a person's issue", func(i *incident.Issue) { i.AppID = 0 }},
		{"in an issue of another App", func(i *incident.Issue) { i.AppID = ourApp + 1 }},
		{"taken out", func(i *incident.Issue) { i.Body = "Mend the pool" }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s, issue := followed(t)
			issue.Key.Number, issue.State = 300, incident.Done
			c.change(&issue)
			s.forge.issues[issue.Key] = issue
			s.lookAt(t, issue.Key)
			s.expect(t, 0, "SaveFollowUp", "Mark", "SaveRecord")
			if _, ok := s.memory.followUps[parent][issue.Key]; ok {
				t.Error("it is remembered as a follow-up")
			}
			// Nor does it count in a listing.
			s.memory = newMemory(s.marker)
			s.reconciler.Memory = s.memory
			s.look(t)
			if len(s.memory.followUps[parent]) != 1 {
				t.Errorf("remembered %+v", s.memory.followUps[parent])
			}
		})
	}
}

// The listing may show the follow-ups of other incidents too.
func TestFollowUpsOfAnotherIncident(t *testing.T) {
	t.Parallel()
	s, _ := followed(t)
	other := incident.Key{Repo: shop, Number: 43}
	s.addIssue(other, "incident")
	s.lookAt(t, other)
	if items := s.record(other).Ledger.Items; len(items) != 0 {
		t.Errorf("it took what belongs to another incident: %+v", items)
	}
}

func TestDeletedFollowUp(t *testing.T) {
	t.Parallel()
	s := newStage(t, twoItem)
	s.look(t)
	s.forget()
	kept, deleted := incident.Key{Repo: shop, Number: 102}, incident.Key{Repo: shop, Number: 103}
	title := s.forge.issues[deleted].Title
	delete(s.forge.issues, deleted)
	last := s.memory.followUps[parent][deleted].At
	later := s.now().Add(time.Minute)
	s.reconciler.Clock = func() time.Time { return later }
	s.lookAt(t, deleted)
	if f := s.memory.followUps[parent][deleted]; f.State != incident.Gone || f.Title != title || !f.At.Equal(last) {
		t.Errorf("remembered %+v", f)
	}
	if f := s.memory.followUps[parent][kept]; f.State != incident.Open {
		t.Errorf("remembered of the other: %+v", f)
	}
	if want := []mark{{installation, parent, later}}; !slices.Equal(s.marker.marks, want) {
		t.Errorf("marks %+v, want %+v", s.marker.marks, want)
	}
	s.look(t)
	s.expect(t, 0, "OpenIssue")
	s.shows(t, "gone")
}

// GitHub said 404, and now shows it as it was: then it was not gone.
func TestFollowUpComesBack(t *testing.T) {
	t.Parallel()
	s, issue := followed(t)
	delete(s.forge.issues, issue.Key)
	s.lookAt(t, issue.Key)
	s.look(t)
	s.shows(t, "gone")
	s.forge.issues[issue.Key] = issue
	s.forget()
	s.lookAt(t, issue.Key)
	s.expect(t, 1, "Mark "+parent.String())
	s.look(t)
	s.shows(t, "1 open")
	s.expect(t, 0, "OpenIssue", "AttachSubIssue", "WriteComment")
}

// When the whole repository is out of sight, nothing is known of its issues.
func TestRepositoryOutOfSight(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		key  func(followUp incident.Key) incident.Key
	}{
		{"a follow-up", func(followUp incident.Key) incident.Key { return followUp }},
		{"a parent", func(incident.Key) incident.Key { return parent }},
		{"neither", func(incident.Key) incident.Key { return number(9) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s, issue := followed(t)
			clear(s.forge.issues)
			s.before["Repository"] = fails(&incident.Missing{What: string(shop)})
			next, err := s.reconciler.Look(t.Context(), installation, c.key(issue.Key))
			if paused := new(incident.Paused); !errors.As(err, &paused) || !next.IsZero() {
				t.Errorf("look again at %s, error %v, want Paused", next, err)
			}
			s.changedNothing(t)
			if f := s.memory.followUps[parent][issue.Key]; f.State != incident.Open {
				t.Errorf("remembered %+v", f)
			}
		})
	}
}

func TestDeletedParent(t *testing.T) {
	t.Parallel()
	s, _ := followed(t)
	delete(s.forge.issues, parent)
	if next := s.look(t); !next.IsZero() {
		t.Errorf("look again at %s", next)
	}
	s.expect(t, 0, append(outward, inward...)...)
}

func TestOwnerNotServed(t *testing.T) {
	t.Parallel()
	s := newStage(t, oneItem)
	s.forges.refused = []string{"acme"}
	if next := s.look(t); !next.IsZero() {
		t.Errorf("look again at %s", next)
	}
	if want := []string{"Admits acme"}; !slices.Equal(s.all(), want) {
		t.Errorf("calls %q, want %q", s.all(), want)
	}
	if _, err := s.reconciler.Preview(t.Context(), parent); err == nil {
		t.Error("a preview for an owner who is not served, without an error")
	}
}

func TestInstallationIsLookedUp(t *testing.T) {
	t.Parallel()
	s := newStage(t, "It is down.")
	s.edit(parent, func(i *incident.Issue) { i.AppID, i.Body = ourApp, followUpOf(idOf(41)) })
	if _, err := s.reconciler.Look(t.Context(), 0, parent); err != nil {
		t.Fatal(err)
	}
	if len(s.marker.marks) != 1 || s.marker.marks[0].Installation != installation {
		t.Errorf("marks %+v, want one for installation %d", s.marker.marks, installation)
	}
	missing := new(incident.Missing)
	_, err := s.reconciler.Look(t.Context(), 0, incident.Key{Repo: "acme/till", Number: 1})
	if !errors.As(err, &missing) {
		t.Errorf("error %v, want Missing", err)
	}
}

// followUpOf is the text of a follow-up for another parent.
func followUpOf(of incident.ID) string {
	_, body := templates.New().FollowUp(incident.FollowUpView{
		Facts: incident.Facts{ID: of}, Item: "item", Source: incident.FromBody, Words: "words", Text: "Mend it",
	})
	return body
}

// News of a wiki is for those whose page could not be made, and for those on
// whose page something may be proposed.
func TestWikiChanged(t *testing.T) {
	t.Parallel()
	s, _ := followed(t)
	waiting := incident.Key{Repo: shop, Number: 43}
	stuck := incident.Record{Problems: map[incident.Part]incident.Problem{incident.PagePart: {}}}
	s.memory.records[waiting], s.memory.records[incident.Key{Repo: "acme/till", Number: 44}] = stuck, stuck
	s.memory.records[number(44)] = incident.Record{Problems: map[incident.Part]incident.Problem{incident.ClosingPart: {}}}
	done := s.memory.records[parent]
	done.Ledger.Closing.Complete = true
	s.memory.records[number(45)] = done
	s.lookAt(t, incident.Key{Repo: shop})
	want := []mark{{installation, parent, s.now()}, {installation, waiting, s.now()}}
	if diff := cmp.Diff(want, s.marker.marks); diff != "" {
		t.Errorf("marks (-want +got):\n%s", diff)
	}
	s.expect(t, 0, "Issue", "Admits")
}

// A renamed label tells nothing of the issues that carry it: all that are known
// are looked at, and the next sweep asks for the labels anew.
func TestLabelsChanged(t *testing.T) {
	t.Parallel()
	s, _ := followed(t)
	s.memory.records[number(43)] = incident.Record{}
	s.memory.records[incident.Key{Repo: till, Number: 44}] = incident.Record{}
	s.memory.looks[shop], s.memory.looks[till] = opened, opened
	s.lookAt(t, incident.Key{Repo: shop, Number: incident.TheLabels})
	want := []mark{{installation, parent, s.now()}, {installation, number(43), s.now()}}
	if diff := cmp.Diff(want, s.marker.marks); diff != "" {
		t.Errorf("marks (-want +got):\n%s", diff)
	}
	if looks := s.memory.looks; !looks[shop].IsZero() || !looks[till].Equal(opened) {
		t.Errorf("swept until %v", looks)
	}
	s.expect(t, 0, "Issue", "Admits")
}

// Whatever a look needs and does not get is its error, and nothing is done.
func TestLookErrors(t *testing.T) {
	t.Parallel()
	down := errors.New("down")
	labels := incident.Key{Repo: shop, Number: incident.TheLabels}
	follow := incident.Key{Repo: shop, Number: 101}
	for _, c := range []struct {
		call  string
		key   incident.Key
		by    int64
		setUp func(*stage)
	}{
		{call: "Admits", key: parent, by: installation},
		{call: "InstallationOf", key: parent},
		{call: "Issue", key: parent, by: installation},
		{call: "Record", key: parent, by: installation},
		{call: "Repository", key: parent, by: installation},
		{call: "File", key: parent, by: installation},
		{call: "Comments", key: parent, by: installation},
		{call: "History", key: parent, by: installation},
		{call: "FollowUps", key: parent, by: installation},
		{call: "Incidents", key: incident.Key{Repo: shop}, by: installation},
		{call: "Incidents", key: labels, by: installation},
		{call: "Mark", key: labels, by: installation, setUp: remembered},
		{call: "SaveLook", key: labels, by: installation},
		{call: "Record", key: incident.Key{Repo: shop}, by: installation, setUp: remembered},
		{call: "Mark", key: incident.Key{Repo: shop}, by: installation, setUp: remembered},
		{call: "SaveFollowUp", key: follow, by: installation, setUp: withFollowUp},
		{call: "Mark", key: follow, by: installation, setUp: withFollowUp},
		{call: "SaveFollowUp", key: parent, by: installation, setUp: withFollowUp},
		{call: "Observed", key: follow, by: installation},
		{call: "Observed", key: parent, by: installation},
		{call: "Repository", key: follow, by: installation},
	} {
		t.Run(c.call+" "+c.key.String(), func(t *testing.T) {
			t.Parallel()
			s := newStage(t, oneItem)
			if c.setUp != nil {
				c.setUp(s)
			}
			s.before[c.call] = fails(down)
			next, err := s.reconciler.Look(t.Context(), c.by, c.key)
			if !errors.Is(err, down) || !next.Equal(time.Time{}) {
				t.Errorf("look again at %s, error %v", next, err)
			}
			s.expect(t, 1, c.call)
			s.expect(t, 0, outward...)
		})
	}
}

// remembered is a parent whose page could not be made.
func remembered(s *stage) {
	s.memory.records[parent] = incident.Record{Problems: map[incident.Part]incident.Problem{incident.PagePart: {}}}
}

// withFollowUp puts a follow-up on the forge that nothing is remembered of.
func withFollowUp(s *stage) {
	key := incident.Key{Repo: shop, Number: 101}
	s.addIssue(key, "postmortem-followup")
	s.edit(key, func(i *incident.Issue) { i.AppID, i.Body = ourApp, followUpOf(idOf(parent.Number)) })
}

// A follow-up is snoozed where people are reminded of it: on itself.
func TestSnoozedOnTheFollowUp(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, line string
		by         incident.Actor
		snoozed    incident.Day
		says       string
	}{
		{"by somebody who may", "/followup snooze 2w The vendor is on holiday", ben, "20000115", "snoozed until 2000-01-15"},
		{"by a stranger", "/followup snooze 2w No", incident.Actor{Login: "mallory"}, "", "not followed up"},
		{"without a reason", "/followup snooze 2w", ben, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s, f := followed(t)
			s.forge.permissions["mallory"] = incident.MayRead
			s.mu.Lock()
			said := s.forge.say(f.Key, incident.Comment{Author: c.by, Body: c.line})
			s.mu.Unlock()
			s.lookAt(t, f.Key)
			s.look(t)
			if got := s.record(parent).Ledger.Items[0].Snoozed; got != c.snoozed {
				t.Errorf("snoozed until %q, want %q", got, c.snoozed)
			}
			if c.says != "" {
				s.shows(t, c.says)
			}
			carried := slices.Contains(s.forge.reactions, incident.Reaction{Comment: said.ID, Content: incident.Carried})
			if carried != (c.snoozed != "") {
				t.Errorf("reactions: %+v", s.forge.reactions)
			}
			s.forget()
			s.lookAt(t, f.Key)
			s.look(t)
			s.expect(t, 0, outward...)
		})
	}
}
