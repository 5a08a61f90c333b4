package playground_test

import (
	"net/http"
	"strings"
	"testing"

	"hindsight/internal/playground"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-github/v60/github"
)

func TestLabelsOfARepository(t *testing.T) {
	t.Parallel()
	s := open(t)
	gh := s.asInstallation(t)
	create := func(name, color string) (*github.Label, error) {
		l, _, err := gh.Issues.CreateLabel(t.Context(), "acme", "shop", &github.Label{
			Name: &name, Color: &color, Description: new("for Hindsight"),
		})
		return l, err
	}
	made := want(create("sev1_20261120", "B60205"))(t)
	if made.GetColor() != "b60205" || made.GetDescription() != "for Hindsight" {
		t.Errorf("made %v", made)
	}
	for name, err := range map[string]error{
		"one that is there, in other letters": second(create("SEV1_20261120", "000000")),
		"a colour that is none":               second(create("sev2", "red")),
		"a name of 51 characters":             second(create(strings.Repeat("ü", 51), "000000")),
		"no name":                             second(create(" ", "000000")),
	} {
		if got := status(t, err); got != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", name, got)
		}
	}
	_, _, err := gh.Issues.Create(t.Context(), "acme", "shop", &github.IssueRequest{
		Title: new("Add a retry"), Labels: &[]string{"SEV1_20261120", "new"},
	})
	must(t, err)
	list, _, err := gh.Issues.ListLabels(t.Context(), "acme", "shop", nil)
	must(t, err)
	var got []string
	for _, l := range list {
		got = append(got, l.GetName()+" "+l.GetColor())
	}
	if diff := cmp.Diff([]string{"sev1_20261120 b60205", "new ededed"}, got); diff != "" {
		t.Errorf("labels (-want +got):\n%s", diff)
	}
	one, _, err := gh.Issues.GetLabel(t.Context(), "acme", "shop", "NEW")
	if err != nil || one.GetName() != "new" {
		t.Errorf("one label: %v, %v", one, err)
	}
	_, _, err = gh.Issues.GetLabel(t.Context(), "acme", "shop", "none")
	if got := status(t, err); got != http.StatusNotFound {
		t.Errorf("a label that is not there: %d", got)
	}
	_, _, err = gh.Issues.AddLabelsToIssue(t.Context(), "acme", "shop", 1, []string{strings.Repeat("x", 51)})
	if got := status(t, err); got != http.StatusUnprocessableEntity {
		t.Errorf("putting on what can't be: %d", got)
	}
}

func second[T any](_ T, err error) error { return err }

func TestRenamedAndDeletedLabels(t *testing.T) {
	t.Parallel()
	s := open(t)
	must(t, s.SetRole(repo, "wil", playground.Write))
	wil := s.As("wil")
	n := want(wil.OpenIssue(repo, "Checkout is down", "", "incident", "sev1"))(t)
	if s.As("ada").RenameLabel(repo, "incident", "outage") == nil || s.As("ada").DeleteLabel(repo, "sev1") == nil {
		t.Error("it took no more than triage")
	}
	if wil.RenameLabel(repo, "incident", "SEV1") == nil || wil.RenameLabel(repo, "none", "some") == nil || wil.DeleteLabel(repo, "none") == nil {
		t.Error("a name was given twice, or what is not there was changed")
	}
	must(t, wil.RenameLabel(repo, "Incident", "outage"))
	must(t, wil.DeleteLabel(repo, "SEV1"))
	i := want(s.Issue(repo, n))(t)
	if len(i.Labels) != 1 || i.Labels[0].Name != "outage" || len(s.Labels(repo)) != 1 {
		t.Errorf("labels are %+v", i.Labels)
	}
}
