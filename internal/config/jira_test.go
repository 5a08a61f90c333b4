package config_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"

	"hindsight/internal/config"
	"hindsight/internal/incident"
)

// bySecret compares secrets by what they hold.
func bySecret() cmp.Option {
	return cmp.Comparer(func(a, b config.Secret) bool { return a.Reveal() == b.Reveal() })
}

// connected is the least that connects a site of Cloud.
func connected(t *testing.T) config.Serve {
	t.Helper()
	flags := good(t)
	flags.AllowedOwners = "Acme,umbrella"
	flags.Jira = config.Jira{
		URL: "https://acme.atlassian.net/", Email: "bot@acme.example", Token: config.NewSecret("hush-token"), Project: "OPS",
	}
	return flags
}

func TestOneJiraSite(t *testing.T) {
	t.Parallel()
	both := map[string][]string{"acme": {"OPS"}, "umbrella": {"OPS"}}
	usual := config.JiraSite{
		URL: "https://acme.atlassian.net", Email: "bot@acme.example", Token: config.NewSecret("hush-token"),
		SearchLag: 2 * time.Minute, Owners: both,
	}
	tests := map[string]struct {
		change func(*config.Serve)
		want   func(*config.JiraSite)
	}{
		"Cloud": {func(*config.Serve) {}, func(*config.JiraSite) {}},
		"Data Center": {
			func(s *config.Serve) { s.Jira.URL, s.Jira.Email = "https://Jira.Example:443/Tracker//", "" },
			func(s *config.JiraSite) { s.URL, s.Email = "https://jira.example/Tracker", "" },
		},
		"here": {
			func(s *config.Serve) { s.Jira.URL = "http://127.0.0.1:9090" },
			func(s *config.JiraSite) { s.URL = "http://127.0.0.1:9090" },
		},
		"token from a file": {
			func(s *config.Serve) { s.Jira.Token, s.Jira.TokenFile = config.Secret{}, file(t, " of-the-file\n") },
			func(s *config.JiraSite) { s.Token = config.NewSecret("of-the-file") },
		},
		"several projects": {
			func(s *config.Serve) { s.Jira.Project = " OPS, SRE_2 ," },
			func(s *config.JiraSite) {
				s.Owners = map[string][]string{"acme": {"OPS", "SRE_2"}, "umbrella": {"OPS", "SRE_2"}}
			},
		},
		"of the App's owner": {
			func(s *config.Serve) { s.AllowedOwners = "" },
			func(s *config.JiraSite) { s.Owners, s.Default = nil, []string{"OPS"} },
		},
		"with webhooks": {
			func(s *config.Serve) {
				s.JiraHook.WebhookSecret = config.NewSecret("the-new-secret-16, the-old-secret-16")
			},
			func(s *config.JiraSite) {
				s.WebhookSecrets = []config.Secret{config.NewSecret("the-new-secret-16"), config.NewSecret("the-old-secret-16")}
			},
		},
		"with a file for webhooks": {
			func(s *config.Serve) {
				s.JiraHook.WebhookSecretFile = file(t, "the-new-secret-16\nthe-old-secret-16\n")
			},
			func(s *config.JiraSite) {
				s.WebhookSecrets = []config.Secret{config.NewSecret("the-new-secret-16"), config.NewSecret("the-old-secret-16")}
			},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flags, want := connected(t), usual
			tt.change(&flags)
			tt.want(&want)
			got, err := flags.Resolve()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]config.JiraSite{want}, got.Jira, bySecret()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

const jiraSecret = "the-secret-of-jira"

// TestJirasVariables sets the environment, so it can't run beside others.
func TestJirasVariables(t *testing.T) {
	for key, value := range map[string]string{
		"URL": "https://acme.atlassian.net", "EMAIL": "bot@acme.example", "TOKEN_FILE": file(t, "hush-token"),
		"PROJECT": "OPS,SRE", "WEBHOOK_SECRET": jiraSecret,
	} {
		t.Setenv("HINDSIGHT_JIRA_"+key, value)
	}
	t.Setenv("HINDSIGHT_ALLOWED_OWNERS", "acme")
	got, err := good(t).Resolve()
	if err != nil {
		t.Fatal(err)
	}
	want := []config.JiraSite{{
		URL: "https://acme.atlassian.net", Email: "bot@acme.example", Token: config.NewSecret("hush-token"),
		WebhookSecrets: []config.Secret{config.NewSecret(jiraSecret)}, SearchLag: 2 * time.Minute,
		Owners: map[string][]string{"acme": {"OPS", "SRE"}},
	}}
	if diff := cmp.Diff(want, got.Jira, bySecret()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestNoJiraSite(t *testing.T) {
	t.Parallel()
	got, err := good(t).Resolve()
	if err != nil || got.Jira != nil {
		t.Errorf("got %v, %v", got.Jira, err)
	}
}

func TestJirasNames(t *testing.T) {
	t.Parallel()
	site := config.JiraSite{URL: "https://jira.example/Tracker", WebhookSecrets: []config.Secret{config.NewSecret("a"), config.NewSecret("b")}}
	if got := site.Site(); got != incident.JiraSite("jira.example/tracker") {
		t.Errorf("it is called %s", got)
	}
	if diff := cmp.Diff([][]byte{[]byte("a"), []byte("b")}, site.Secrets()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestWrongJiraSettings(t *testing.T) {
	t.Parallel()
	sites := file(t, "sites: [{url: 'https://jira.example', token: hush, owners: {acme: [OPS]}}]")
	tests := map[string]struct {
		change   func(*config.Serve)
		variable string
		problem  string // part of it
	}{
		"file beside a site": {func(s *config.Serve) { s.Jira.File = sites }, "HINDSIGHT_JIRA_FILE", "and HINDSIGHT_JIRA_URL are both set"},
		"file beside a token": {func(s *config.Serve) {
			s.Jira = config.Jira{File: sites, TokenFile: "x"}
		}, "HINDSIGHT_JIRA_FILE", "and HINDSIGHT_JIRA_TOKEN_FILE are both set"},
		"file beside a webhook secret": {func(s *config.Serve) {
			s.Jira, s.JiraHook.WebhookSecret = config.Jira{File: sites}, config.NewSecret("hush-hush-hush-hush")
		}, "HINDSIGHT_JIRA_WEBHOOK_SECRET", "write each site's secret in the file"},
		"webhook secret alone": {func(s *config.Serve) {
			s.Jira, s.JiraHook.WebhookSecretFile = config.Jira{}, file(t, "hush-hush-hush-hush")
		}, "HINDSIGHT_JIRA_WEBHOOK_SECRET_FILE", "without HINDSIGHT_JIRA_URL"},
		"short webhook secret": {func(s *config.Serve) { s.JiraHook.WebhookSecret = config.NewSecret("hush") }, "HINDSIGHT_JIRA_WEBHOOK_SECRET", "less than 16"},
		"two webhook secrets": {func(s *config.Serve) {
			s.JiraHook = config.JiraHook{WebhookSecret: config.NewSecret("hush"), WebhookSecretFile: "x"}
		}, "HINDSIGHT_JIRA_WEBHOOK_SECRET", "both set"},
		"GitHub's webhook secret": {func(s *config.Serve) {
			s.JiraHook.WebhookSecret = config.NewSecret("the-new-secret-16," + goodSecret)
		}, "HINDSIGHT_WEBHOOK_SECRET", "holds a webhook secret of acme.atlassian.net: give each its own"},
		"GitHub's webhook secret in a file": {func(s *config.Serve) {
			s.WebhookSecret, s.WebhookSecretFile = config.Secret{}, file(t, "the-old-secret-16\n"+goodSecret)
			s.Jira = config.Jira{File: file(t, "sites: [{url: 'https://jira.example', token: hush, webhook_secrets: ["+goodSecret+"], owners: {acme: [OPS]}}]")}
		}, "HINDSIGHT_WEBHOOK_SECRET_FILE", "holds a webhook secret of jira.example"},
		"many webhook secrets": {func(s *config.Serve) {
			s.JiraHook.WebhookSecret = config.NewSecret(fiveSecrets + ",the-sixth-secret-16")
		}, "HINDSIGHT_JIRA_WEBHOOK_SECRET", "holds more than 5 secrets"},
		"e-mail alone":        {func(s *config.Serve) { s.Jira = config.Jira{Email: "bot@acme.example"} }, "HINDSIGHT_JIRA_EMAIL", "without HINDSIGHT_JIRA_URL"},
		"token alone":         {func(s *config.Serve) { s.Jira = config.Jira{Token: config.NewSecret("hush")} }, "HINDSIGHT_JIRA_TOKEN", "without HINDSIGHT_JIRA_URL"},
		"project alone":       {func(s *config.Serve) { s.Jira = config.Jira{Project: "OPS"} }, "HINDSIGHT_JIRA_PROJECT", "without HINDSIGHT_JIRA_URL"},
		"no token":            {func(s *config.Serve) { s.Jira.Token = config.Secret{} }, "HINDSIGHT_JIRA_TOKEN", "is not set"},
		"two tokens":          {func(s *config.Serve) { s.Jira.TokenFile = "x" }, "HINDSIGHT_JIRA_TOKEN", "both set"},
		"token file":          {func(s *config.Serve) { s.Jira.Token, s.Jira.TokenFile = config.Secret{}, "/no/such/file" }, "HINDSIGHT_JIRA_TOKEN_FILE", "can't be read"},
		"no project":          {func(s *config.Serve) { s.Jira.Project = " ," }, "HINDSIGHT_JIRA_PROJECT", "is not set"},
		"project in small":    {func(s *config.Serve) { s.Jira.Project = "ops" }, "HINDSIGHT_JIRA_PROJECT", "in capitals: write OPS"},
		"project's name":      {func(s *config.Serve) { s.Jira.Project = "OPS, our project" }, "HINDSIGHT_JIRA_PROJECT", `"our project" is no project's key`},
		"project twice":       {func(s *config.Serve) { s.Jira.Project = "OPS,SRE,OPS" }, "HINDSIGHT_JIRA_PROJECT", "names OPS twice"},
		"everybody":           {func(s *config.Serve) { s.AllowedOwners = "*" }, "HINDSIGHT_JIRA_URL", "let everybody write"},
		"Cloud without whose": {func(s *config.Serve) { s.Jira.Email = "" }, "HINDSIGHT_JIRA_EMAIL", "is Jira Cloud"},
		"e-mail is a name":    {func(s *config.Serve) { s.Jira.Email = "bot" }, "HINDSIGHT_JIRA_EMAIL", "no e-mail address"},
		"e-mail with a name":  {func(s *config.Serve) { s.Jira.Email = "Bot <bot@acme.example>" }, "HINDSIGHT_JIRA_EMAIL", "no e-mail address"},
		"over http":           {func(s *config.Serve) { s.Jira.URL = "http://jira.example" }, "HINDSIGHT_JIRA_URL", "unencrypted"},
		"no scheme":           {func(s *config.Serve) { s.Jira.URL = "acme.atlassian.net" }, "HINDSIGHT_JIRA_URL", "no address"},
		"with a password":     {func(s *config.Serve) { s.Jira.URL = "https://bot:hush@jira.example" }, "HINDSIGHT_JIRA_URL", "leave it out"},
		"with a query":        {func(s *config.Serve) { s.Jira.URL = "https://jira.example/?os_authType=hush" }, "HINDSIGHT_JIRA_URL", "leave out"},
		"very long":           {func(s *config.Serve) { s.Jira.URL = "https://jira.example/" + strings.Repeat("x", 128) }, "HINDSIGHT_JIRA_URL", "no address"},
		"escaped":             {func(s *config.Serve) { s.Jira.URL = "https://jira.example/a%20b" }, "HINDSIGHT_JIRA_URL", "no address"},
		"no such file":        {func(s *config.Serve) { s.Jira = config.Jira{File: "/no/such/file"} }, "HINDSIGHT_JIRA_FILE", "can't be read"},
		"large file":          {func(s *config.Serve) { s.Jira = config.Jira{File: file(t, strings.Repeat("#\n", 129<<10))} }, "HINDSIGHT_JIRA_FILE", "larger than 256 KB"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flags := connected(t)
			tt.change(&flags)
			_, err := flags.Resolve()
			setting, ok := errors.AsType[*config.SettingError](err)
			if !ok || setting.Variable != tt.variable || !strings.Contains(err.Error(), tt.problem) {
				t.Fatalf("got %v, want %s … %s", err, tt.variable, tt.problem)
			}
			if strings.Contains(err.Error(), "hush") || strings.Contains(err.Error(), "\n") {
				t.Errorf("not one sentence without secrets: %v", err)
			}
		})
	}
}

// TestHelpGroupsJira wants what connects Jira to stand together.
func TestHelpGroupsJira(t *testing.T) {
	t.Parallel()
	text := help(t)
	_, group, found := strings.Cut(text, "\nJira:\n")
	if !found {
		t.Fatalf("there is no group for Jira:\n%s", text)
	}
	for _, flag := range []string{"url", "email", "token", "token-file", "project", "file", "webhook-secret", "webhook-secret-file"} {
		if strings.Count(text, "--jira-"+flag+"=") != 1 || !strings.Contains(group, "--jira-"+flag+"=") {
			t.Errorf("--jira-%s does not stand there once:\n%s", flag, text)
		}
	}
	if strings.Contains(group, "--sweep-every") {
		t.Errorf("what has nothing to do with Jira stands there:\n%s", group)
	}
}

// help is what a command that has all flags says of them.
func help(t *testing.T) string {
	t.Helper()
	var text strings.Builder
	parser, err := kong.New(&config.Serve{}, kong.Writers(&text, &text), kong.Exit(func(int) {}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err = parser.Parse([]string{"--help"}); err != nil && text.Len() == 0 {
		t.Fatal(err)
	}
	return text.String()
}
