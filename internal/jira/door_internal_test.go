package jira

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	gojira "github.com/andygrunwald/go-jira"

	"hindsight/internal/incident"
)

// answering is a Jira that answers as it is told.
type answering func(*http.Request) (*http.Response, error)

func (a answering) RoundTrip(r *http.Request) (*http.Response, error) { return a(r) }

// hangs is a Jira that never answers.
func hangs(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

func says(status int, body string) (*http.Response, error) {
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}, nil
}

// behind is a site behind the door, without a network.
func behind(t *testing.T, jira answering) *Jira {
	t.Helper()
	options := Site{URL: "https://jira.test", Token: "t0ken", Default: []string{"OPS"}}
	o := Options{Clock: time.Now, Logger: slog.New(slog.DiscardHandler), Sites: []Site{options}}
	j, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	d := newDoor(options, o, j.sites[0].redact)
	d.http.Transport = jira
	if j.sites[0].api, err = gojira.NewClient(d, options.URL); err != nil {
		t.Fatal(err)
	}
	return j
}

// read asks for a ticket.
func read(ctx context.Context, j *Jira) error {
	_, err := j.Ticket(ctx, incident.Key{Repo: j.sites[0].key, Number: 7}, "OPS-7")
	return err
}

// TestDoorClosesAfterLoginsThatFail: more of them would lock the account.
func TestDoorClosesAfterLoginsThatFail(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int32
		j := behind(t, func(*http.Request) (*http.Response, error) {
			asked.Add(1)
			return says(http.StatusUnauthorized, "")
		})
		for range 24 * 60 * 6 { // a day, a look every ten seconds
			if blocked := new(incident.Blocked); !errors.As(read(t.Context(), j), &blocked) || !blocked.Whole {
				t.Fatal("the site is not blocked")
			}
			time.Sleep(10 * time.Second)
		}
		if n := asked.Load(); n < 24 || n > 36 {
			t.Errorf("%d logins in a day", n)
		}
	})
}

// TestDoorOpensAgain with the first answer.
func TestDoorOpensAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		status, asked := http.StatusUnauthorized, 0
		j := behind(t, func(*http.Request) (*http.Response, error) {
			asked++
			return says(status, "{}")
		})
		for range 3 {
			_ = read(t.Context(), j) // refused
			time.Sleep(time.Minute)
		}
		status, asked = http.StatusNotFound, 0
		for range 2 {
			if err := read(t.Context(), j); asked == 0 || err == nil {
				t.Errorf("asked %d times: %v", asked, err)
			}
			asked = 0
		}
	})
}

// TestDoorOfASiteThatHangs: it holds up one who asks, and not all of them.
func TestDoorOfASiteThatHangs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		j := behind(t, hangs)
		first := time.Now()
		if err := read(t.Context(), j); err == nil || time.Since(first) > requestTimeout {
			t.Fatalf("after %v: %v", time.Since(first), err)
		}
		time.Sleep(lostFirst)
		go func() { _ = read(t.Context(), j) }() // tries whether it is over
		synctest.Wait()
		for range 10 {
			began := time.Now()
			err := read(t.Context(), j)
			if blocked, unsure := new(incident.Blocked), new(incident.Unsure); err == nil || errors.As(err, &blocked) || errors.As(err, &unsure) {
				t.Errorf("want it to be passing, got %v", err)
			}
			if waited := time.Since(began); waited > 0 {
				t.Errorf("waited for %v", waited)
			}
		}
	})
}

// TestTurnIsWaitedForAWhile: a few who hang must not hold up all.
func TestTurnIsWaitedForAWhile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		j := behind(t, hangs)
		for range requestsAtOnce {
			go func() { _ = read(t.Context(), j) }()
		}
		synctest.Wait()
		began := time.Now()
		if err := read(t.Context(), j); err == nil || time.Since(began) != turnLongest {
			t.Errorf("after %v: %v", time.Since(began), err)
		}
	})
}

// TestWhoeverGivesUpClosesNothing: it is no trouble of the site's.
func TestWhoeverGivesUpClosesNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		j := behind(t, func(r *http.Request) (*http.Response, error) {
			asked++
			return hangs(r)
		})
		for range 2 {
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(time.Second, cancel)
			if err := read(ctx, j); !errors.Is(err, context.Canceled) {
				t.Errorf("got %v", err)
			}
		}
		if asked != 2 {
			t.Errorf("asked %d times", asked)
		}
	})
}

// TestOpenEnds within the time that whoever looks for the ticket counts on.
func TestOpenEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		posts := 0
		j := behind(t, func(r *http.Request) (*http.Response, error) {
			select {
			case <-time.After(25 * time.Second):
			case <-r.Context().Done():
				return nil, r.Context().Err()
			}
			switch path := r.URL.Path; {
			case strings.HasSuffix(path, "/issuetypes"):
				return says(http.StatusOK, `{"total":1,"issueTypes":[{"id":"1","name":"Task"}]}`)
			case strings.HasSuffix(path, "/issuetypes/1"):
				return says(http.StatusOK, `{"total":1,"fields":[{"fieldId":"summary","required":true}]}`)
			case r.Method == http.MethodPost:
				posts++
			}
			return says(http.StatusCreated, `{"id":"7","key":"OPS-7"}`)
		})
		began := time.Now()
		_, err := j.Open(t.Context(), incident.OpenTicket{Kind: incident.TicketKind{Site: j.sites[0].key, Project: "OPS"}})
		if err == nil || posts != 0 || time.Since(began) > incident.OpenLongest {
			t.Errorf("%d were sent, after %v: %v", posts, time.Since(began), err)
		}
	})
}
