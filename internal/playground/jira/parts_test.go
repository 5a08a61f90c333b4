package jira_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"hindsight/internal/playground/jira"
)

func TestComments(t *testing.T) {
	t.Parallel()
	both(t, func(s *stage) {
		t := s.t
		s.opened("OPS", "One")
		for _, body := range []string{"first", "second", "third"} {
			s.clock.advance(time.Minute)
			a := s.want(201, http.MethodPost, "/issue/OPS-1/comment", object{"body": body})
			same(t, "told", []any{body, "The Bot"}, []any{a.at("body"), a.at("author.displayName")})
		}
		same(t, "the ticket counts as updated", s.clock.now(), s.ticket("OPS-1").Updated)
		a := s.want(200, http.MethodGet, "/issue/OPS-1/comment?startAt=1&maxResults=1", nil)
		same(t, "page", []any{[]any{"second"}, 3.0}, []any{a.names("comments", "body"), a.at("total")})
		a = s.want(200, http.MethodGet, "/issue/OPS-1/comment?orderBy=-created", nil)
		same(t, "backwards", []any{"third", "second", "first"}, a.names("comments", "body"))

		s.refused(400, http.MethodPost, "/issue/OPS-1/comment", object{"body": " "}, nil, object{"comment": "Comment body can not be empty!"})
		s.refused(400, http.MethodPost, "/issue/OPS-1/comment", object{"body": object{}}, nil, object{"comment": "Comment body is not valid!"})
		s.refused(400, http.MethodPost, "/issue/OPS-1/comment", object{"body": strings.Repeat("x", 32768)}, nil,
			object{"comment": "The entered text is too long. It exceeds the allowed limit of 32,767 characters."})
		must(t, s.Deny("OPS", bot, jira.AddComment))
		s.refused(403, http.MethodPost, "/issue/OPS-1/comment", object{"body": "x"}, []any{"You do not have the permission to comment on this issue."}, nil)
		s.refused(403, http.MethodPut, "/issue/OPS-1",
			object{"fields": object{"summary": "Two"}, "update": object{"comment": []object{{"add": object{"body": "x"}}}}},
			[]any{"You do not have the permission to comment on this issue."}, nil)
		same(t, "all or nothing", "One", s.ticket("OPS-1").Summary)
	})
}

func TestRemoteLinksAreWrittenOverByTheirGlobalID(t *testing.T) {
	t.Parallel()
	both(t, func(s *stage) {
		t := s.t
		s.opened("OPS", "One")
		link := func(global, title string) object {
			return object{"globalId": global, "object": object{"url": "https://example.com/42", "title": title}}
		}
		const path = "/issue/OPS-1/remotelink"
		first := s.want(201, http.MethodPost, path, link("mine:1", "One"))
		again := s.want(200, http.MethodPost, path, link("mine:1", "Two"))
		same(t, "the same", first.at("id"), again.at("id"))
		s.want(201, http.MethodPost, path, link("", "Three"))
		s.want(201, http.MethodPost, path, link("", "Four"))
		var titles []any
		for _, l := range s.want(200, http.MethodGet, path, nil).list("") {
			o, _ := l["object"].(object)
			titles = append(titles, o["title"])
		}
		same(t, "titles", []any{"Two", "Three", "Four"}, titles)
		same(t, "one", any("Two"), s.want(200, http.MethodGet, path+"?globalId=mine:1", nil).at("object.title"))
		same(t, "none", 404, s.ask("bot", http.MethodGet, path+"?globalId=mine:2", nil).status)
		s.refused(400, http.MethodPost, path, object{"object": object{"url": "x"}}, nil, object{"title": "'title' is required."})
		s.refused(400, http.MethodPost, path, object{"object": object{"title": "x"}}, nil, object{"url": "'url' is required."})
		must(t, s.Deny("OPS", bot, jira.LinkIssues))
		s.refused(403, http.MethodPost, path, link("x", "x"), []any{"You do not have permission to link issues in this project."}, nil)
	})
}

func TestLinksBetweenTickets(t *testing.T) {
	t.Parallel()
	both(t, func(s *stage) {
		t := s.t
		s.opened("OPS", "First")
		second := s.opened("OPS", "Second")
		same(t, "types", []any{"Blocks", "Cloners", "Duplicate", "Relates"}, s.want(200, http.MethodGet, "/issueLinkType", nil).names("issueLinkTypes", "name"))
		link := object{"type": object{"name": "Duplicate"}, "inwardIssue": object{"id": second}, "outwardIssue": object{"key": "OPS-1"}}
		s.want(201, http.MethodPost, "/issueLink", link)
		s.want(201, http.MethodPost, "/issueLink", link)
		links := s.want(200, http.MethodGet, "/issue/OPS-2", nil).list("fields.issuelinks")
		same(t, "once", 1, len(links))
		other, _ := links[0]["outwardIssue"].(object)
		same(t, "the second duplicates the first", any("OPS-1"), other["key"])
		links = s.want(200, http.MethodGet, "/issue/OPS-1", nil).list("fields.issuelinks")
		other, _ = links[0]["inwardIssue"].(object)
		same(t, "the first is duplicated by the second", any("OPS-2"), other["key"])
		must(t, s.As(ada).Delete("OPS-2"))
		same(t, "a deleted one is linked no more", []object(nil), s.want(200, http.MethodGet, "/issue/OPS-1", nil).list("fields.issuelinks"))

		link["type"] = object{"name": "Nothing"}
		s.refused(404, http.MethodPost, "/issueLink", link, []any{"No issue link type with name 'Nothing' found."}, nil)
		link["type"] = object{"name": "Relates"}
		same(t, "gone", 404, s.ask("bot", http.MethodPost, "/issueLink", link).status)
	})
}
