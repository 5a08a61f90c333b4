package main

import (
	"bytes"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// runCommand runs the program as the shell would, with these variables set.
func runCommand(t *testing.T, args ...string) (code int, out, err string) {
	t.Helper()
	var o, e bytes.Buffer
	code = run(t.Context(), args, console{out: &o, err: &e})
	return code, o.String(), e.String()
}

// longEnough is a webhook secret, and nobody's.
const longEnough = "a-wrong-webhook-secret"

func TestBadCommandLines(t *testing.T) {
	tests := map[string]struct {
		env  map[string]string
		args []string
		code int
		says string
	}{
		"no command":       {nil, nil, exitUsage, "hindsight --help"},
		"unknown command":  {nil, []string{"fly"}, exitUsage, "fly"},
		"no app id":        {nil, []string{"serve"}, exitUsage, "HINDSIGHT_WEBHOOK_SECRET"},
		"no key":           {map[string]string{"HINDSIGHT_WEBHOOK_SECRET": longEnough, "HINDSIGHT_APP_ID": "1"}, []string{"serve"}, exitUsage, "HINDSIGHT_PRIVATE_KEY"},
		"wrong key":        {map[string]string{"HINDSIGHT_WEBHOOK_SECRET": longEnough, "HINDSIGHT_APP_ID": "1", "HINDSIGHT_PRIVATE_KEY": "-----BEGIN"}, []string{"serve"}, exitUsage, "HINDSIGHT_PRIVATE_KEY"},
		"wrong API URL":    {map[string]string{"HINDSIGHT_WEBHOOK_SECRET": longEnough, "HINDSIGHT_APP_ID": "1", "HINDSIGHT_GITHUB_API_URL": "http://example.com/"}, []string{"plan", "a/b#1"}, exitUsage, "HINDSIGHT_"},
		"no such issue":    {nil, []string{"plan", "somewhere"}, exitUsage, "owner/repository#42"},
		"send without one": {map[string]string{"HINDSIGHT_WEBHOOK_SECRET": longEnough}, []string{"send", "nowhere.json"}, exitUsage, "nowhere.json"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			for _, v := range []string{"HINDSIGHT_WEBHOOK_SECRET", "HINDSIGHT_APP_ID", "HINDSIGHT_PRIVATE_KEY", "HINDSIGHT_PRIVATE_KEY_FILE"} {
				t.Setenv(v, "")
				must(t, os.Unsetenv(v))
			}
			t.Setenv("HINDSIGHT_DATA_DIR", t.TempDir())
			for k, v := range test.env {
				t.Setenv(k, v)
			}
			code, _, said := runCommand(t, test.args...)
			if code != test.code || !strings.Contains(said, test.says) {
				t.Errorf("exit code %d, want %d; said %q, want it to name %q", code, test.code, said, test.says)
			}
			if last := strings.TrimSpace(said); strings.Contains(last, "\n\n") || strings.Contains(said, "goroutine") {
				t.Errorf("not one clear sentence: %q", said)
			}
		})
	}
}

func TestVersion(t *testing.T) {
	code, out, _ := runCommand(t, "version")
	if code != 0 || !strings.HasPrefix(out, "hindsight ") || strings.Count(out, "\n") != 1 {
		t.Errorf("exit code %d, said %q", code, out)
	}
}

// operate sets the variables as an operator would, for the app of a house.
func operate(t *testing.T, h *house) {
	t.Helper()
	registered := h.github.App()
	t.Setenv("HINDSIGHT_DATA_DIR", filepath.Join(t.TempDir(), "data"))
	t.Setenv("HINDSIGHT_APP_ID", strconv.FormatInt(registered.ID, 10))
	t.Setenv("HINDSIGHT_PRIVATE_KEY", string(registered.PrivateKeyPEM))
	t.Setenv("HINDSIGHT_WEBHOOK_SECRET", registered.WebhookSecret)
	t.Setenv("HINDSIGHT_GITHUB_API_URL", h.github.URL()+"/api/v3/")
	t.Setenv("HINDSIGHT_GITHUB_URL", h.github.URL())
	t.Setenv("HINDSIGHT_ALLOWED_OWNERS", "acme")
	t.Setenv("HINDSIGHT_LOG_LEVEL", "error")
}

// plan says what it would do and does nothing; sweep does it; then there is
// nothing left to say.
func TestPlanThenSweep(t *testing.T) {
	h := newHouse(t)
	operate(t, h)
	number := h.openIncident()
	ref := shop + "#" + strconv.Itoa(number)
	h.github.ResetCalls()

	code, out, said := runCommand(t, "plan", ref)
	for _, want := range []string{"write the tracker", "create the post-mortem page", "Alert on the age of certificates"} {
		if !strings.Contains(out, want) {
			t.Errorf("the plan does not say %q:\n%s", want, out)
		}
	}
	if code != 0 || said != "" {
		t.Errorf("exit code %d, complained %q", code, said)
	}
	for _, c := range h.github.Calls() {
		if c.Method != "GET" && !strings.HasSuffix(c.Kind, "access_tokens") {
			t.Errorf("plan did %s", c.Kind)
		}
	}
	if code, out, said = runCommand(t, "sweep", h.github.URL()+"/"+shop+"/issues/"+strconv.Itoa(number)); code != 0 {
		t.Errorf("sweep: exit code %d: %s%s", code, out, said)
	}
	h.wantOnce(number, 0)
	if _, out, _ = runCommand(t, "plan", ref); !strings.Contains(out, "nothing to do") {
		t.Errorf("after the sweep the plan still says:\n%s", out)
	}
	if code, out, said = runCommand(t, "sweep"); code != 0 || !strings.Contains(out, "swept 2 repositories") {
		t.Errorf("sweep: exit code %d: %s%s", code, out, said)
	}
	if code, out, _ = runCommand(t, "plan", "stranger/repo#1"); code != exitFailed || out != "" {
		t.Errorf("a stranger's repository: exit code %d, said %q", code, out)
	}
}

// plan and sweep work with Jira as the server does; what is in trouble there is
// said with the plan.
func TestPlanThenSweepWithJira(t *testing.T) {
	h := newHouse(t, withJira(deskOptions{}))
	operate(t, h)
	t.Setenv("HINDSIGHT_JIRA_FILE", h.desk.file)
	number, err := h.github.As(alice).OpenIssue(shop, "Search is slow", ticketWords, "incident", "sev4")
	must(t, err)
	ref := shop + "#" + strconv.Itoa(number)
	code, out, said := runCommand(t, "plan", ref)
	for _, want := range []string{alertTicket + `" in Jira, in the project OPS`, bookTicket + `" in Jira, in the project SRE`} {
		if code != 0 || said != "" || !strings.Contains(out, want) {
			t.Errorf("exit code %d, complained %q; the plan does not say %q:\n%s", code, said, want, out)
		}
	}
	h.wantTickets()
	must(t, h.desk.ExpireToken(deskBot))
	if code, out, _ = runCommand(t, "sweep", ref); code != 0 || !strings.Contains(out, "!  tickets at 127.0.0.1") {
		t.Errorf("exit code %d; it is not said what is in trouble:\n%s", code, out)
	}
	must(t, h.desk.RenewToken(deskBot, deskToken))
	if code, out, said = runCommand(t, "sweep", ref); code != 0 {
		t.Errorf("exit code %d: %s%s", code, out, said)
	}
	h.wantTickets("OPS "+alertTicket, "SRE "+bookTicket)
	if _, out, _ = runCommand(t, "plan", ref); !strings.Contains(out, "nothing to do") {
		t.Errorf("after the sweep the plan still says:\n%s", out)
	}
}

// send reaches a running server with a good signature, and says what came
// back when the signature is wrong.
func TestSend(t *testing.T) {
	h := newHouse(t)
	operate(t, h)
	t.Setenv("HINDSIGHT_PUBLIC_URL", h.hear.URL)
	file := filepath.Join(t.TempDir(), "ping.json")
	must(t, os.WriteFile(file, []byte(`{"zen":"Keep it simple."}`), 0o600))
	if code, out, said := runCommand(t, "send", file); code != 0 || !strings.Contains(out, "200") {
		t.Errorf("exit code %d: %s%s", code, out, said)
	}
	t.Setenv("HINDSIGHT_WEBHOOK_SECRET", longEnough)
	if code, out, said := runCommand(t, "send", file); code != exitFailed || !strings.Contains(out, "401") {
		t.Errorf("exit code %d: %s%s", code, out, said)
	}
	gone := httptest.NewServer(nil)
	gone.Close()
	t.Setenv("HINDSIGHT_PUBLIC_URL", gone.URL)
	if code, _, said := runCommand(t, "send", file); code != exitFailed || !strings.Contains(said, "hindsight serve") {
		t.Errorf("exit code %d: %s", code, said)
	}
}

// The tour is the demo's own check; here it must hold as the README says.
func TestTour(t *testing.T) {
	t.Parallel()
	code, out, said := runCommand(t, "demo", "--tour")
	if code != 0 || !strings.Contains(out, "Every step held.") {
		t.Errorf("exit code %d:\n%s%s", code, out, said)
	}
}

// The architecture: the rules know nobody, adapters know the package that says
// what it needs of them, but not each other, and only programs see everything.
func TestImports(t *testing.T) {
	t.Parallel()
	rules := map[string][]string{ // what a package may import of ours
		"internal/incident":        {},
		"internal/markdown":        {},
		"internal/check":           {"internal/incident", "internal/markdown"},
		"internal/config":          {"internal/incident"},
		"internal/workset":         {"internal/incident"},
		"templates":                {"internal/incident", "internal/markdown", "internal/reconcile"},
		"internal/reconcile":       {"internal/incident", "internal/markdown"},
		"internal/github":          {"internal/incident", "internal/markdown", "internal/reconcile"},
		"internal/jira":            {"internal/incident", "internal/jira/markup", "internal/markdown", "internal/reconcile"},
		"internal/jira/markup":     {},
		"internal/wiki":            {"internal/incident", "internal/markdown", "internal/reconcile"},
		"internal/store":           {"internal/incident", "internal/reconcile", "internal/workset", "internal/store/db"},
		"internal/store/db":        {},
		"internal/server":          {},
		"internal/playground":      {"internal/playground/wire"},
		"internal/playground/jira": {"internal/playground/wire"},
		"internal/playground/wire": {},
		"webhooks":                 {"internal/incident", "internal/workset"},
	}
	list := exec.CommandContext(t.Context(), "go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "hindsight/...")
	out, err := list.Output()
	must(t, err)
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		allowed, ruled := rules[strings.TrimPrefix(fields[0], "hindsight/")]
		if !ruled {
			continue
		}
		delete(rules, strings.TrimPrefix(fields[0], "hindsight/"))
		for _, imported := range fields[1:] {
			ours, is := strings.CutPrefix(imported, "hindsight/")
			if is && !slices.Contains(allowed, ours) {
				t.Errorf("%s imports %s", fields[0], ours)
			}
			if fields[0] == "hindsight/internal/incident" && strings.Contains(imported, ".") {
				t.Errorf("the rules import %s", imported)
			}
		}
	}
	for missing := range rules {
		t.Errorf("there is no package %s any more: change the rule", missing)
	}
}
