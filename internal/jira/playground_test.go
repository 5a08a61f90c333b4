package jira_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"hindsight/internal/incident"
	"hindsight/internal/jira"
	playground "hindsight/internal/playground/jira"
)

// stage is the stand-in with the adapter at it: projects OPS (any status from
// any), SRE (no straight way to done) and SEC (done asks for more).
type stage struct {
	t     *testing.T
	there *playground.Jira
	here  *jira.Jira
	mu    sync.Mutex
	clock time.Time
}

const lag = 90 * time.Second

// onStages runs a test at both kinds of Jira; that of Data Center has a path.
func onStages(t *testing.T, test func(s *stage)) {
	t.Helper()
	for mode, path := range map[playground.Mode]string{playground.Cloud: "", playground.DataCenter: "/jira"} {
		t.Run(mode.String(), func(t *testing.T) {
			t.Parallel()
			test(onStage(t, mode, path))
		})
	}
}

func onStage(t *testing.T, mode playground.Mode, path string) *stage {
	t.Helper()
	s := &stage{t: t, clock: now}
	s.there = playground.New(playground.Options{Mode: mode, Clock: s.time, Lag: lag})
	server := httptest.NewServer(s.there)
	s.there.SetURL(server.URL + path)
	t.Cleanup(func() {
		server.Close()
		s.there.Close()
	})
	s.there.AddAccount(playground.Account{ID: "id-bot", Name: "bot", Email: "bot@acme.example", Token: "bot-token", Zone: time.FixedZone("", -7*60*60)})
	s.there.AddAccount(playground.Account{ID: "id-ada", Name: "ada", Email: "ada@acme.example", Token: "ada-token", Display: "Ada L."})
	s.there.AddProject("OPS", playground.ProjectOptions{Components: []string{"Reliability"}})
	s.there.AddProject("SRE", playground.ProjectOptions{Workflow: playground.Strict()})
	s.there.AddProject("SEC", playground.ProjectOptions{Workflow: screened()})
	site := jira.Site{
		URL: server.URL + path, Token: "bot-token", Default: []string{"OPS", "SRE", "SEC"}, Lag: lag,
		People:   map[string]string{"octocat": "ada@acme.example"},
		Projects: map[string]jira.Project{"OPS": {Severities: map[incident.Severity]string{1: "Highest", 2: "High"}, Components: []string{"reliability"}}},
	}
	if mode == playground.Cloud {
		site.Email = "bot@acme.example"
	}
	var err error
	s.here, err = jira.New(jira.Options{Sites: []jira.Site{site}, Clock: s.time, Logger: discard()})
	must(t, err)
	return s
}

// screened asks what it was before a ticket is done.
func screened() playground.Workflow {
	return playground.Simple().Asking("Done", playground.Field{ID: playground.RootCause, Name: "Root cause", Kind: playground.Text, Required: true})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (s *stage) time() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.clock
}

func (s *stage) pass(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clock = s.clock.Add(d)
}

func (s *stage) site() incident.Repo { return s.here.Sites()[0] }

// open opens a ticket in a project.
func (s *stage) open(project string) incident.Ticket {
	s.t.Helper()
	t, err := s.here.Open(s.t.Context(), incident.OpenTicket{
		Item: "aaaaaaaaaaaa", Source: "body", Words: "bbbbbbbb", Of: ours, Kind: incident.TicketKind{Site: s.site(), Project: project},
		Title: "Add an alert", Body: "Follow-up of **acme/shop#42**", Labels: []string{"postmortem-followup", "sev2"}, Owner: "octocat",
		Wrote: incident.Written{Title: anAlert, Severity: 2, Due: "20261201", Owner: "octocat"},
	})
	must(s.t, err)
	return t
}

// look is the ticket as it is by now.
func (s *stage) look(key incident.Key) incident.Ticket {
	s.t.Helper()
	t, err := s.here.Ticket(s.t.Context(), key, "")
	must(s.t, err)
	return t
}

func (s *stage) standing(name string) playground.Ticket {
	s.t.Helper()
	t, err := s.there.Ticket(name)
	must(s.t, err)
	return t
}

func TestOpenAtTheStandIn(t *testing.T) {
	t.Parallel()
	onStages(t, func(s *stage) {
		t := s.t
		offer, err := s.here.Offer(t.Context(), incident.TicketKind{Site: s.site(), Project: "OPS"})
		must(t, err)
		same(t, "offer", incident.Offer{Components: []string{"reliability"}}, offer)
		opened := s.open("OPS")
		same(t, "read again", opened, s.look(opened.Key))
		same(t, "owner", "octocat", opened.Owner)
		same(t, "ours", true, opened.Ours)
		same(t, "incident", ours, opened.Of)
		same(t, "state", incident.Open, opened.State)
		same(t, "address", s.there.TicketURL(opened.Name), opened.URL)
		there := s.standing(opened.Name)
		same(t, "labels", []string{"hindsight-99-42", "postmortem-followup", "sev2"}, there.Labels)
		same(t, "priority", "High", there.Priority)
		same(t, "components", []string{"Reliability"}, there.Components)
		same(t, "assignee", "id-ada", there.Assignee)
		same(t, "due", "2026-12-01", there.Due)
		same(t, "changes", 0, len(there.History))
	})
}

func TestFindAtTheStandIn(t *testing.T) {
	t.Parallel()
	onStages(t, func(s *stage) {
		t := s.t
		find := func() []incident.Ticket {
			found, err := s.here.Find(t.Context(), s.site(), inAll(), []incident.ID{ours}, now)
			must(t, err)
			return found
		}
		opened := s.open("OPS")
		same(t, "found at once", 0, len(find()))
		s.pass(lag + time.Minute)
		same(t, "found", []incident.Ticket{opened}, find())
		must(t, s.there.As("ada").Edit(opened.Name, playground.Edit{Labels: &[]string{}}))
		s.pass(lag + time.Minute)
		same(t, "found without its labels", 1, len(find()))
	})
}

func TestChangedAtTheStandIn(t *testing.T) {
	t.Parallel()
	onStages(t, func(s *stage) {
		t := s.t
		opened := s.open("OPS")
		adopted, err := s.there.As("ada").CreateTicket("SRE", playground.Draft{Summary: "Mine"})
		must(t, err)
		s.pass(2 * time.Hour)
		must(t, s.there.As("ada").Comment(opened.Name, "Hello"))
		s.pass(10 * time.Minute)
		changed, _, err := s.here.Changed(t.Context(), s.site(), s.time().Add(-15*time.Minute))
		must(t, err)
		same(t, "changed", map[incident.Key]time.Time{opened.Key: s.look(opened.Key).At}, changed)
		changed, _, err = s.here.Changed(t.Context(), s.site(), now)
		must(t, err)
		if _, seen := changed[incident.Key{Repo: s.site(), Number: int(adopted.ID)}]; !seen || len(changed) != 2 {
			t.Errorf("want both, got %v", changed)
		}
	})
}

func TestPeopleAtTheStandIn(t *testing.T) {
	t.Parallel()
	onStages(t, func(s *stage) {
		t := s.t
		opened, ada := s.open("OPS"), s.there.As("ada")
		day, nobody, summary := "2026-12-24", "", "Add more alerts"
		must(t, ada.Edit(opened.Name, playground.Edit{Due: &day, Assignee: &nobody, Summary: &summary}))
		s.pass(time.Minute)
		must(t, ada.Move(opened.Name, "Done", nil))
		got := s.look(opened.Key)
		same(t, "state", incident.Done, got.State)
		same(t, "closed", s.time(), got.Closed)
		same(t, "due, owner, title", []string{"20261224", "", "Add more alerts"}, []string{string(got.Due), got.Owner, got.Title})
		must(t, ada.Move(opened.Name, "To Do", nil))
		got = s.look(opened.Key)
		same(t, "reopened", incident.Open, got.State)
		same(t, "not closed", true, got.Closed.IsZero())
		must(t, ada.MoveToProject(opened.Name, "SRE"))
		got = s.look(opened.Key)
		same(t, "moved", "SRE", got.Project)
		byName, err := s.here.Named(t.Context(), incident.TicketRef{Site: s.site(), Name: opened.Name})
		must(t, err)
		same(t, "by its old name", got, byName)
		must(t, ada.Delete(got.Name))
		_, err = s.here.Ticket(t.Context(), opened.Key, opened.Name)
		if gone := new(incident.Missing); !errors.As(err, &gone) {
			t.Errorf("want it to be missing, got %v", err)
		}
	})
}

func TestHiddenAtTheStandIn(t *testing.T) {
	t.Parallel()
	onStages(t, func(s *stage) {
		t := s.t
		opened := s.open("OPS")
		must(t, s.there.Deny("OPS", "id-bot"))
		_, err := s.here.Ticket(t.Context(), opened.Key, opened.Name)
		gone, blocked := new(incident.Missing), new(incident.Blocked)
		if errors.As(err, &gone) || !errors.As(err, &blocked) || blocked.Whole || !strings.Contains(blocked.Text, "`OPS`") {
			t.Errorf("want OPS to be hidden, got %v", err)
		}
		s.pass(11 * time.Minute) // until then it is remembered what the project takes
		offer, err := s.here.Offer(t.Context(), incident.TicketKind{Site: s.site(), Project: "OPS"})
		must(t, err)
		contains(t, offer.Why, "`OPS`")
		if _, _, err := s.here.Changed(t.Context(), s.site(), now); err != nil {
			t.Errorf("one hidden project hides all changes: %v", err)
		}
	})
}

func TestSetAtTheStandIn(t *testing.T) {
	t.Parallel()
	onStages(t, func(s *stage) {
		t := s.t
		opened := s.open("OPS")
		for _, state := range []incident.State{incident.Done, incident.Done, incident.Open} {
			got, declined, err := s.here.Set(t.Context(), inAll(), incident.SetFollowUp{Issue: opened.Key, Name: opened.Name, State: state})
			must(t, err)
			same(t, "declined", "", declined)
			same(t, "state", state, got.State)
		}
		same(t, "changes of status", 2, statuses(s.standing(opened.Name)))
		strict := s.open("SRE")
		got, declined, err := s.here.Set(t.Context(), inAll(), incident.SetFollowUp{Issue: strict.Key, Name: strict.Name, State: incident.Done})
		must(t, err)
		contains(t, declined, strict.Name, "no way", "by hand")
		same(t, "state", incident.Open, got.State)
		same(t, "changes of status", 0, statuses(s.standing(strict.Name)))
		screened := s.open("SEC")
		_, declined, err = s.here.Set(t.Context(), inAll(), incident.SetFollowUp{Issue: screened.Key, Name: screened.Name, State: incident.Done})
		must(t, err)
		contains(t, declined, screened.Name, "Root cause")
		same(t, "changes of status", 0, statuses(s.standing(screened.Name)))
	})
}

// statuses is how often the status was changed.
func statuses(t playground.Ticket) int {
	n := 0
	for _, change := range t.History {
		for _, item := range change.Items {
			if item.FieldID == "status" || item.Field == "status" {
				n++
			}
		}
	}
	return n
}

func TestEditAtTheStandIn(t *testing.T) {
	t.Parallel()
	onStages(t, func(s *stage) {
		t := s.t
		opened := s.open("OPS")
		is := incident.Written{Title: twoAlerts, Severity: 1, Due: "20261215", Owner: "octocat"}
		got, _, err := s.here.Edit(t.Context(), inAll(), incident.UpdateFollowUp{
			Issue: opened.Key, Name: opened.Name, Was: opened.Entry.Wrote, Is: is, Title: "Add two alerts",
			Before: label("sev2"), After: label("sev1"), Kind: incident.TicketKind{Site: s.site(), Project: "OPS"},
		})
		must(t, err)
		same(t, "wrote", is, got.Entry.Wrote)
		same(t, "due", incident.Day("20261215"), got.Due)
		there := s.standing(opened.Name)
		same(t, "summary", "Add two alerts", there.Summary)
		same(t, "labels", []string{"hindsight-99-42", "postmortem-followup", "sev1"}, there.Labels)
		same(t, "priority", "Highest", there.Priority)
	})
}

func TestTalkAtTheStandIn(t *testing.T) {
	t.Parallel()
	onStages(t, func(s *stage) {
		t := s.t
		opened := s.open("OPS")
		links := []incident.TicketLink{{ID: "hindsight:99#42:parent", Title: "Incident acme/shop#42", URL: "https://github.test/acme/shop/issues/42"}}
		for range 2 {
			must(t, s.here.Link(t.Context(), opened.Key, links))
		}
		same(t, "links", 1, len(s.standing(opened.Name).Links))
		explained := func(body string) bool {
			got, err := s.here.Explained(t.Context(), opened.Key, now, body)
			must(t, err)
			return got
		}
		same(t, "explained", false, explained("Why *not*?"))
		must(t, s.here.Comment(t.Context(), opened.Key, "Why *not*?"))
		same(t, "asked", true, explained("Why *not*?"))
		same(t, "something else was said", false, explained("Why?"))
		must(t, s.there.As("ada").Comment(opened.Name, "No time."))
		same(t, "explained", true, explained("Why?"))
	})
}

func TestCloseAsDuplicateAtTheStandIn(t *testing.T) {
	t.Parallel()
	onStages(t, func(s *stage) {
		t := s.t
		first, second := s.open("OPS"), s.open("OPS")
		e := incident.CloseDuplicate{Issue: second.Key, Of: first.Key, Name: second.Name, OfName: first.Name, OfURL: first.URL}
		for range 2 {
			got, err := s.here.CloseAsDuplicate(t.Context(), inAll(), e)
			must(t, err)
			if got.State != incident.Done && got.State != incident.Dropped {
				t.Errorf("it is not closed: %q", got.State)
			}
		}
		there := s.standing(second.Name)
		same(t, "comments", 1, len(there.Comments))
		same(t, "links", 1, len(there.Related))
		same(t, "it doubles the other", true, there.Related[0].Outward)
	})
}

func TestBoardAtTheStandIn(t *testing.T) {
	t.Parallel()
	onStages(t, func(s *stage) {
		t := s.t
		made, err := s.here.Board(t.Context(), s.site(), jira.BoardOf{})
		must(t, err)
		same(t, "made", true, made.Made)
		same(t, "unshared", 0, len(made.Unshared))
		again, err := s.here.Board(t.Context(), s.site(), jira.BoardOf{})
		must(t, err)
		made.Made = false
		same(t, "found again", made, again)
		same(t, "filters and boards", []int{1, 1}, []int{len(s.there.Filters()), len(s.there.Boards())})
		few, err := s.here.Board(t.Context(), s.site(), jira.BoardOf{Projects: []string{"SRE"}})
		must(t, err)
		same(t, "another is made", true, few.Made && few.BoardID != made.BoardID)
		same(t, "filters and boards", []int{2, 2}, []int{len(s.there.Filters()), len(s.there.Boards())})
		contains(t, s.there.Filters()[0].JQL, `"OPS"`, `"SEC"`, `"SRE"`)
	})
}

func TestExamineAtTheStandIn(t *testing.T) {
	t.Parallel()
	onStages(t, func(s *stage) {
		t := s.t
		for _, f := range s.here.Examine(t.Context(), s.site()) {
			if f.Grade != jira.Fine {
				t.Errorf("%+v", f)
			}
		}
		must(t, s.there.ExpireToken("id-bot"))
		findings := s.here.Examine(t.Context(), s.site())
		last := findings[len(findings)-1]
		same(t, "grade", jira.Failed, last.Grade)
		contains(t, last.Text, "does not accept Hindsight's token")
	})
}

// TestTroubleAtTheStandIn: what is wrong with a whole site is so of every call.
func TestTroubleAtTheStandIn(t *testing.T) {
	t.Parallel()
	calls := map[string]func(context.Context, *stage, incident.Ticket) error{
		"Ticket": func(ctx context.Context, s *stage, o incident.Ticket) error {
			_, err := s.here.Ticket(ctx, o.Key, o.Name)
			return err
		},
		"Named": func(ctx context.Context, s *stage, o incident.Ticket) error {
			_, err := s.here.Named(ctx, incident.TicketRef{Site: s.site(), Name: o.Name})
			return err
		},
		"Find": func(ctx context.Context, s *stage, _ incident.Ticket) error {
			_, err := s.here.Find(ctx, s.site(), inAll(), []incident.ID{ours}, now)
			return err
		},
		"Changed": func(ctx context.Context, s *stage, _ incident.Ticket) error {
			_, _, err := s.here.Changed(ctx, s.site(), now)
			return err
		},
		"Offer": func(ctx context.Context, s *stage, _ incident.Ticket) error {
			_, err := s.here.Offer(ctx, incident.TicketKind{Site: s.site(), Project: "SEC"})
			return err
		},
		"Set": func(ctx context.Context, s *stage, o incident.Ticket) error {
			_, _, err := s.here.Set(ctx, inAll(), incident.SetFollowUp{Issue: o.Key, Name: o.Name, State: incident.Done})
			return err
		},
		"Edit": func(ctx context.Context, s *stage, o incident.Ticket) error {
			_, _, err := s.here.Edit(ctx, inAll(), incident.UpdateFollowUp{Issue: o.Key, Name: o.Name, Is: incident.Written{Severity: 1}})
			return err
		},
		"Link": func(ctx context.Context, s *stage, o incident.Ticket) error {
			return s.here.Link(ctx, o.Key, []incident.TicketLink{{ID: "x", URL: "https://x.test", Title: "x"}})
		},
		"Comment": func(ctx context.Context, s *stage, o incident.Ticket) error { return s.here.Comment(ctx, o.Key, "x") },
		"Explained": func(ctx context.Context, s *stage, o incident.Ticket) error {
			_, err := s.here.Explained(ctx, o.Key, now, "x")
			return err
		},
		"CloseAsDuplicate": func(ctx context.Context, s *stage, o incident.Ticket) error {
			_, err := s.here.CloseAsDuplicate(ctx, inAll(), incident.CloseDuplicate{Issue: o.Key, Of: o.Key})
			return err
		},
		"Board": func(ctx context.Context, s *stage, _ incident.Ticket) error {
			_, err := s.here.Board(ctx, s.site(), jira.BoardOf{})
			return err
		},
	}
	onStages(t, func(s *stage) {
		t := s.t
		opened := s.open("OPS")
		s.there.SetFault(func(playground.Call) playground.Fault { return playground.Fault{Before: 503} })
		for name, call := range calls {
			err := call(t.Context(), s, opened)
			blocked, gone := new(incident.Blocked), new(incident.Missing)
			if err == nil || errors.As(err, &blocked) || errors.As(err, &gone) {
				t.Errorf("down, %s: want it to be passing, got %v", name, err)
			}
		}
		s.there.SetFault(nil)
		must(t, s.there.ExpireToken("id-bot"))
		for name, call := range calls {
			err := call(t.Context(), s, opened)
			if blocked := new(incident.Blocked); !errors.As(err, &blocked) || !blocked.Whole {
				t.Errorf("token, %s: want the site to be blocked, got %v", name, err)
			}
			if err != nil && strings.Contains(err.Error(), "bot-token") {
				t.Errorf("the token is in the error: %v", err)
			}
		}
	})
}
