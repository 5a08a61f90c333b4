package jira_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"hindsight/internal/incident"
)

const (
	linksLine    = "POST /rest/api/2/issue/7/remotelink"
	commentsLine = "GET /rest/api/2/issue/7/comment"
)

func TestLink(t *testing.T) {
	t.Parallel()
	s := newCloud(t)
	s.says(linksLine, no(201, `{"id":1,"self":"x"}`))
	err := s.connect().Link(t.Context(), s.at(7), []incident.TicketLink{
		{ID: "hindsight:99#42:parent", Title: "Incident acme/shop#42", URL: "https://github.test/acme/shop/issues/42"},
		{ID: "hindsight:99#42:page", Title: "Post-mortem of acme/shop#42", URL: "https://github.test/acme/shop/wiki/x"},
	})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "links", 2, len(s.all(linksLine)))
	same(t, "link", map[string]any{
		"globalId":    "hindsight:99#42:page",
		"application": map[string]any{"type": "hindsight", "name": "Hindsight"},
		"object":      map[string]any{"url": "https://github.test/acme/shop/wiki/x", "title": "Post-mortem of acme/shop#42"},
	}, s.last(linksLine).body)
}

func TestWritingOnATicketThatIsGone(t *testing.T) {
	t.Parallel()
	for name, write := range map[string]func(*testing.T, *stub) error{
		"a link": func(t *testing.T, s *stub) error {
			t.Helper()
			return s.connect().Link(t.Context(), s.at(7), []incident.TicketLink{{ID: "x"}})
		},
		"a comment": func(t *testing.T, s *stub) error {
			t.Helper()
			return s.connect().Comment(t.Context(), s.at(7), "Why?")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newCloud(t)
			if gone := new(incident.Missing); !errors.As(write(t, s), &gone) {
				t.Error("want it to be missing")
			}
			s.says("GET /rest/api/2/myself", no(401, ""))
			if blocked := new(incident.Blocked); !errors.As(write(t, s), &blocked) || !blocked.Whole {
				t.Error("want the site to be blocked")
			}
		})
	}
}

func TestComment(t *testing.T) {
	t.Parallel()
	const line = "POST /rest/api/2/issue/7/comment"
	s := newCloud(t)
	s.says(line, no(201, `{}`))
	if err := s.connect().Comment(t.Context(), s.at(7), "Why was **this** dropped?"); err != nil {
		t.Fatal(err)
	}
	body, _ := s.last(line).body["body"].(string)
	same(t, "body", "Why was *this* dropped?", strings.TrimSpace(body))
}

func TestExplained(t *testing.T) {
	t.Parallel()
	since := now.Add(-time.Hour)
	by := func(author, body string, at time.Time) string {
		return fmt.Sprintf(`{"author":%s,"body":%q,"created":%q}`, author, body, at.Format("2006-01-02T15:04:05.000-0700"))
	}
	const ada, robot = `{"accountId":"ada","accountType":"atlassian"}`, `{"accountId":"automation","accountType":"app"}`
	many := strings.TrimSuffix(strings.Repeat(by(botCloud, "x", now)+",", 100), ",")
	tests := []struct {
		name  string
		pages []string
		want  bool
	}{
		{"nobody said anything", []string{""}, false},
		{"somebody said why", []string{by(ada, "No time.", since)}, true},
		{"somebody had said something before", []string{by(ada, "No time.", since.Add(-time.Second))}, false},
		{"we have asked", []string{by(botCloud, "Why was *this* dropped?\r\n", since.Add(-time.Hour))}, true},
		{"we have said something else", []string{by(botCloud, "Hello", now)}, false},
		{"somebody repeats our question before", []string{by(ada, "Why was *this* dropped?", since.Add(-time.Hour))}, false},
		{"a robot", []string{by(robot, "Moved.", now)}, false},
		{"nobody known", []string{by("null", "x", now)}, false},
		{"on the second page", []string{many, by(ada, "No time.", now)}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newCloud(t)
			var pages []answer
			for _, page := range tt.pages {
				pages = append(pages, ok(`{"comments":[`+page+`]}`))
			}
			s.says(commentsLine, pages...)
			got, err := s.connect().Explained(t.Context(), s.at(7), since, "Why was **this** dropped?")
			if err != nil {
				t.Fatal(err)
			}
			same(t, "explained", tt.want, got)
			same(t, "order", "-created", s.last(commentsLine).query["orderBy"])
		})
	}
}

// TestExplainedEnds, however many comments there are.
func TestExplainedEnds(t *testing.T) {
	t.Parallel()
	s := newCloud(t)
	many := strings.Repeat(`{"author":{"accountId":"bot-1"},"body":"x","created":"2026-11-20T13:00:00.000+0000"},`, 99) + `{"body":"x"}`
	s.says("GET /rest/api/2/issue/7/comment", ok(`{"comments":[`+many+`]}`))
	got, err := s.connect().Explained(t.Context(), s.at(7), now, "Why?")
	if err != nil || got {
		t.Errorf("got %v, %v", got, err)
	}
	same(t, "pages", 10, len(s.lines()))
}
