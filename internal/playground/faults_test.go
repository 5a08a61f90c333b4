package playground_test

import (
	"net/http"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"hindsight/internal/playground"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-github/v60/github"
)

const createIssue = "POST /repos/{owner}/{repo}/issues"

// only spoils calls of one kind.
func only(kind string, fault playground.Fault) func(playground.Call) playground.Fault {
	return func(c playground.Call) playground.Fault {
		if c.Kind == kind {
			return fault
		}
		return playground.Fault{}
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		fault  playground.Fault
		status int // 0: no answer at all
		made   int
	}{
		{"refused before the effect", playground.Fault{Before: http.StatusBadGateway}, http.StatusBadGateway, 0},
		{"cut off before the effect", playground.Fault{Before: playground.Drop}, 0, 0},
		{"answered wrongly after the effect", playground.Fault{After: http.StatusBadGateway}, http.StatusBadGateway, 1},
		{"cut off after the effect", playground.Fault{After: playground.Drop}, 0, 1},
		{"slow", playground.Fault{Delay: 20 * time.Millisecond}, http.StatusCreated, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			gh := s.asInstallation(t)
			var before, after atomic.Int64
			fault := test.fault
			fault.RunBefore = func() { before.Store(int64(len(s.Issues(repo)))) }
			fault.RunAfter = func() { after.Store(int64(len(s.Issues(repo)))) }
			s.SetFault(only(createIssue, fault))
			_, resp, err := gh.Issues.Create(t.Context(), "acme", "shop", &github.IssueRequest{Title: new("once")})
			got := 0
			if resp != nil {
				got = resp.StatusCode
			}
			if got != test.status || (err == nil) != (test.status == http.StatusCreated) {
				t.Errorf("status %d, want %d: %v", got, test.status, err)
			}
			if len(s.Issues(repo)) != test.made || before.Load() != 0 || after.Load() != int64(test.made) {
				t.Errorf("%d issues before, %d after, %d at the end; want %d",
					before.Load(), after.Load(), len(s.Issues(repo)), test.made)
			}
		})
	}
}

func TestCallsAreRecorded(t *testing.T) {
	t.Parallel()
	s := open(t)
	must(t, s.AddRepository("acme", "docs", playground.RepoOptions{FirstWikiPage: true}))
	gh := s.asInstallation(t)
	_, _, err := gh.Issues.Create(t.Context(), "acme", "shop", &github.IssueRequest{Title: new("once")})
	must(t, err)
	_, _, err = gh.Issues.Get(t.Context(), "acme", "shop", 2)
	status(t, err)
	token := s.mint(t, nil).GetToken()
	s.get(t, "/api/v3/zen", "token "+token)
	var kinds []string
	for _, c := range s.Calls() {
		kinds = append(kinds, c.Kind+" "+http.StatusText(c.Status))
	}
	expected := []string{
		"POST /app/installations/{installation_id}/access_tokens Created",
		createIssue + " Created",
		"GET /repos/{owner}/{repo}/issues/{issue_number} Not Found",
		"POST /app/installations/{installation_id}/access_tokens Created",
		"unknown Not Found",
	}
	if diff := cmp.Diff(expected, kinds); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	if c := s.Calls()[1]; c.RequestBytes == 0 || c.ResponseBytes == 0 || c.ID != 2 {
		t.Errorf("the second call is %+v", c)
	}

	s.ResetCalls()
	out, err := s.git(t, t.TempDir(), token, "clone", "-q", s.wiki("docs"), "wiki")
	if err != nil {
		t.Fatalf("clone: %v\n%s", err, out)
	}
	for _, c := range s.Calls() {
		if c.Kind != "git discover upload-pack" && c.Kind != "git upload-pack" || c.ResponseBytes == 0 {
			t.Errorf("cloning made the call %+v", c)
		}
	}
	if len(s.Calls()) < 2 {
		t.Errorf("cloning made %d calls", len(s.Calls()))
	}
}

func TestPushThatIsCutOffAfterItsEffect(t *testing.T) {
	t.Parallel()
	s := open(t)
	must(t, s.AddRepository("acme", "docs", playground.RepoOptions{FirstWikiPage: true}))
	token := s.mint(t, nil).GetToken()
	dir := t.TempDir()
	if out, err := s.git(t, dir, token, "clone", "-q", s.wiki("docs"), "wiki"); err != nil {
		t.Fatalf("clone: %v\n%s", err, out)
	}
	clone := filepath.Join(dir, "wiki")
	if out, err := s.git(t, clone, token, "commit", "-q", "--allow-empty", "-m", "cut off"); err != nil {
		t.Fatalf("commit: %v\n%s", err, out)
	}
	s.SetFault(only("git receive-pack", playground.Fault{After: playground.Drop}))
	if out, err := s.git(t, clone, token, "push", "origin", "HEAD"); err == nil {
		t.Errorf("the push heard nothing of being cut off:\n%s", out)
	}
	if log := want(s.WikiLog(t.Context(), "acme/docs"))(t); log[0].Message != "cut off" {
		t.Errorf("the last change is %+v", log[0])
	}
}
