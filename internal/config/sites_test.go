package config_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hindsight/internal/config"
	"hindsight/internal/incident"
)

// allOfASite sets everything that can be set.
const allOfASite = `# Ours.
sites:
  - url: https://Acme.atlassian.net/
    email: bot@acme.example
    token_file: secrets/token
    webhook_secret_file: secrets/webhook
    public: true
    search_lag: 90s
    owners:
      Acme: [OPS, SRE]
      umbrella: [UMB]
    people:
      Octocat: 5b10ac8d82e05b22cc7d4ef5
      hubot: hubot@acme.example
      mona: "557058:f58131cb-b67d-43c7-b30d-6b58d40bd077"
      digits: 123456
    dropped: [Parked, "Won't happen"]
    projects:
      OPS:
        type: Incident task
        types: {mitigation: Bug, process: Chore}
        priorities: {P0: Highest, p1: High, SEV-1: Highest, sev5: Low}
        components: [Reliability]
        fields:
          customfield_10010: "{severity} of {date}, {number}"
          customfield_10011: {value: Platform}
          customfield_10012: [{value: a}, "{type}"]
          customfield_10013: 3
          customfield_10014: 2.5
          customfield_10015: true
        done: Done
      UMB:
        type: Task
  - url: https://jira.example/tracker
    token: of-data-center
    webhook_secrets: [the-new-secret-16, the-old-secret-16]
    owners: {acme: [OLD], other: [OPS]}
`

const fiveSecrets = "the-1st-secret-16,the-2nd-secret-16,the-3rd-secret-16,the-4th-secret-16,the-5th-secret-16"

// sitesFile is the file, with the secrets beside it.
func sitesFile(t *testing.T, text string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "secrets"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		"sites.yml": text, "secrets/token": "of-cloud\n", "secrets/webhook": "\nthe-one-secret-16\nthe-two-secret-16\n",
		"secrets/same": "the-new-secret-16\n", "secrets/empty": " \n", "secrets/short": "hush\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "sites.yml")
}

func readSites(t *testing.T, text string) ([]config.JiraSite, error) {
	t.Helper()
	return config.Sites{Jira: config.Jira{File: sitesFile(t, text)}}.Resolve()
}

func secrets(texts ...string) (all []config.Secret) {
	for _, text := range texts {
		all = append(all, config.NewSecret(text))
	}
	return all
}

func TestSitesFile(t *testing.T) {
	t.Parallel()
	got, err := readSites(t, allOfASite)
	if err != nil {
		t.Fatal(err)
	}
	want := []config.JiraSite{
		{
			URL: "https://acme.atlassian.net", Email: "bot@acme.example", Token: config.NewSecret("of-cloud"),
			WebhookSecrets: secrets("the-one-secret-16", "the-two-secret-16"), Public: true, SearchLag: 90 * time.Second,
			Owners: map[string][]string{"acme": {"OPS", "SRE"}, "umbrella": {"UMB"}},
			People: map[string]string{
				"octocat": "5b10ac8d82e05b22cc7d4ef5", "hubot": "hubot@acme.example",
				"mona": "557058:f58131cb-b67d-43c7-b30d-6b58d40bd077", "digits": "123456",
			},
			Dropped: []string{"Parked", "Won't happen"},
			Projects: map[string]config.JiraProject{
				"OPS": {
					Type:       "Incident task",
					Types:      map[incident.ItemType]string{"mitigation": "Bug", "process": "Chore"},
					Priorities: map[incident.Priority]string{"p0": "Highest", "p1": "High"},
					Severities: map[incident.Severity]string{1: "Highest", 5: "Low"},
					Components: []string{"Reliability"},
					Fields: map[string]any{
						"customfield_10010": "{severity} of {date}, {number}",
						"customfield_10011": map[string]any{"value": "Platform"},
						"customfield_10012": []any{map[string]any{"value": "a"}, "{type}"},
						"customfield_10013": uint64(3), "customfield_10014": 2.5, "customfield_10015": true,
					},
					Done: "Done",
				},
				"UMB": {Type: "Task", Priorities: map[incident.Priority]string{}, Severities: map[incident.Severity]string{}},
			},
		},
		{
			URL: "https://jira.example/tracker", Token: config.NewSecret("of-data-center"),
			WebhookSecrets: secrets("the-new-secret-16", "the-old-secret-16"), SearchLag: 2 * time.Minute,
			Owners: map[string][]string{"acme": {"OLD"}, "other": {"OPS"}},
		},
	}
	if diff := cmp.Diff(want, got, bySecret()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestSitesFileErrors has each mistake found at its place, in a sentence that
// repeats no secret.
func TestSitesFileErrors(t *testing.T) {
	t.Parallel()
	one := func(more string) string {
		return "sites:\n- url: https://jira.example\n  token: hush-hush-hush-hush\n  owners: {acme: [OPS]}\n" + more
	}
	with := func(url string) string {
		return "- {url: '" + url + "', token: hush, owners: {other: [OPS]}}\n"
	}
	tests := map[string]struct{ text, want string }{
		"empty":                  {"", "1:1: there are no sites: list them below sites, or unset HINDSIGHT_JIRA_FILE"},
		"no sites":               {"sites: []\n", "1:1: there are no sites: list them below sites, or unset HINDSIGHT_JIRA_FILE"},
		"not YAML":               {"sites:\n- token: 'hush\n", "2:10: this is not YAML: look at the indentation here, and for quotes and brackets that are not closed"},
		"key twice":              {one("  token: hush\n"), `5:3: "token" is there twice: keep one`},
		"site alone":             {"url: https://jira.example\n", `1:1: unknown key "url" in the file: what can be set there is sites`},
		"near miss":              {"site: []\n", `1:1: unknown key "site" in the file: did you mean sites?`},
		"unknown key":            {one("  tokn_file: x\n"), `5:3: unknown key "tokn_file" in a site: did you mean token_file?`},
		"far from all":           {one("  x: x\n"), `5:3: unknown key "x" in a site: what can be set there is dropped, email, internal, owners, people, projects, public, search_lag, token, token_file, url, webhook_secret_file, webhook_secrets`},
		"key of a project":       {one("  projects: {OPS: {typ: Bug}}\n"), `5:20: unknown key "typ" in a project: did you mean type?`},
		"no url":                 {"sites:\n- token: hush\n", "2:3: a site needs its url, like https://acme.atlassian.net"},
		"url over http":          {one("") + with("http://jira.example"), "5:9: this is an address with http, where the token would travel unencrypted: use https"},
		"url with a password":    {one("") + with("https://bot:hush@x"), "5:9: this holds a user name or password: leave it out"},
		"Cloud without e-mail":   {one("") + with("https://acme.atlassian.net"), "5:3: the email is not set, and https://acme.atlassian.net is Jira Cloud: set it to the e-mail address of the account whose token it is"},
		"e-mail is a name":       {one("  email: bot\n"), "5:10: this is no e-mail address: write the one of the account whose token it is"},
		"no token":               {"sites:\n- url: https://jira.example\n", "2:3: a site needs a token or a token_file: an API token of the account, on Data Center a personal access token"},
		"two tokens":             {one("  token_file: secrets/token\n"), "2:3: token and token_file are both there: keep one"},
		"token is a list":        {"sites:\n- token: [hush]\n", "2:10: this must be plain text, and it is a list"},
		"token is blank":         {"sites:\n- token: ' '\n", "2:10: this is empty: write the secret, or name a file that holds it"},
		"token's file":           {"sites:\n- token_file: nowhere\n", "2:15: this names a file that can't be read: no such file or directory"},
		"token's path":           {"sites:\n- token_file: gone/token\n", "2:15: this names a file that can't be read: open DIR/gone/token: no such file or directory"},
		"token's file is empty":  {"sites:\n- token_file: secrets/empty\n", "2:15: this names DIR/secrets/empty, which is empty: put the secret there"},
		"short secret":           {one("  webhook_secrets: [hush]\n"), "5:21: this holds a secret of less than 16 characters (a comma separates two secrets): make a longer one, without commas, for example by openssl rand -hex 32"},
		"short secret in a file": {one("  webhook_secret_file: secrets/short\n"), "5:24: the file holds a secret of less than 16 characters (a comma separates two secrets): make a longer one, without commas, for example by openssl rand -hex 32"},
		"two kinds of secrets":   {one("  webhook_secret_file: secrets/webhook\n  webhook_secrets: [the-new-secret-16]\n"), "2:3: webhook_secrets and webhook_secret_file are both there: keep one"},
		"a secret of two": {
			one("  webhook_secrets: [the-new-secret-16]\n") +
				"- {url: 'https://two.example', token: hush, owners: {other: [OPS]}, webhook_secret_file: secrets/same}\n",
			"6:3: two.example has a webhook secret of jira.example, and which of them sent something could not be told: give each its own",
		},
		"site twice":           {one("") + with("https://JIRA.example:443/"), "5:9: jira.example is there twice: keep one"},
		"project of two sites": {one("") + "- url: https://two.example\n  token: hush\n  owners: {acme: [SRE, OPS]}\n", `7:11: acme has a project OPS at jira.example too, and "in OPS" would say too little: leave one out`},
		"nobody's":             {"sites:\n- url: https://jira.example\n  token: hush\n", "2:3: nobody may use the site: name the accounts under owners, and the projects of each"},
		"everybody's":          {"sites:\n- owners: {'*': [OPS]}\n", `2:12: "*" is no account's login on GitHub: write one, like octocat`},
		"owner twice":          {"sites:\n- owners: {acme: [OPS], Acme: [SRE]}\n", "2:25: acme is there twice: keep one"},
		"owner without any":    {one("")[:len(one(""))-len("[OPS]}\n")] + "[]}\n", "4:11: acme has no project: list the keys, the default first"},
		"project twice":        {one("")[:len(one(""))-len("]}\n")] + ", SRE, OPS]}\n", "4:11: acme has the project OPS twice: keep one"},
		"project in small":     {"sites:\n- owners: {acme: [ops]}\n", `2:19: "ops" is no project's key, which is in capitals: write OPS`},
		"project is a list":    {"sites:\n- owners: {acme: OPS}\n", `2:18: this must be a list, each entry on a line that begins with "- ", and it is a single value`},
		"nobody's project":     {one("  projects:\n    SRE: {type: Bug}\n"), "6:10: no owner may use the project SRE: name it under owners, or remove this"},
		"person is blank":      {one("  people: {mona: ''}\n"), "5:18: a name is missing: write it as Jira shows it, or remove the line"},
		"person's whole name":  {one("  people: {mona: Mona Lisa}\n"), `5:18: "Mona Lisa" holds a space: write an account id, on Data Center a user name, or an e-mail address`},
		"person with a sign":   {one("  people: {mona: '@mona'}\n"), `5:18: "@mona" is no e-mail address: write one, an account id, or on Data Center a user name`},
		"person is no login":   {one("  people: {mona.lisa: x}\n"), `5:12: "mona.lisa" is no account's login on GitHub: write one, like octocat`},
		"person twice":         {one("  people: {mona: x, Mona: y}\n"), `5:21: mona is there twice: keep one`},
		"public or not":        {one("  public: perhaps\n"), "5:11: this is neither true nor false: write one of them"},
		"internal or not":      {one("  internal: 1\n"), "5:13: this is neither true nor false: write one of them"},
		"public and internal":  {one("  internal: true\n  public: true\n"), "2:3: public and internal are both true: keep the one that says who can read the site"},
		"many secrets":         {one("  webhook_secrets: ['" + fiveSecrets + "', the-sixth-secret-16]\n"), "5:114: the list holds more than 5 secrets: leave out those that nobody signs with any more"},
		"many in one":          {one("  webhook_secrets: ['" + fiveSecrets + ", the-sixth-secret-16']\n"), "5:21: this holds more than 5 secrets: leave out those that nobody signs with any more"},
		"url with underscores": {one("") + with("https://jira_one.example"), "5:9: this is no address of a Jira site, which has letters, digits, hyphens and dots, and after a slash _ and ~ too: write it like https://acme.atlassian.net"},
		"url with a plus":      {one("") + with("https://jira.example/a+b"), "5:9: this is no address of a Jira site, which has letters, digits, hyphens and dots, and after a slash _ and ~ too: write it like https://acme.atlassian.net"},
		"lag is long":          {one("  search_lag: 31m\n"), `5:15: "31m" is no time from 0s to 30m: write one like 2m or 90s`},
		"lag is negative":      {one("  search_lag: -1s\n"), `5:15: "-1s" is no time from 0s to 30m: write one like 2m or 90s`},
		"lag without a unit":   {one("  search_lag: 5\n"), `5:15: "5" is no time from 0s to 30m: write one like 2m or 90s`},
		"type of nothing":      {one("  projects: {OPS: {types: {repair: Bug}}}\n"), `5:28: "repair" is no type of follow-up: what there is is mitigation, prevention, detection, process`},
		"priority of nothing":  {one("  projects: {OPS: {priorities: {p5: Low}}}\n"), `5:33: "p5" is neither a priority nor a severity: write p0 (most urgent) to p4, or sev1 (worst) to sev5`},
		"field by its name":    {one("  projects: {OPS: {fields: {Team: x}}}\n"), `5:29: "Team" is no custom field's id: write one like customfield_10010, as the field's settings in Jira show it`},
		"field of Jira's own":  {one("  projects: {OPS: {fields: {duedate: x}}}\n"), `5:29: "duedate" is no custom field's id: write one like customfield_10010, as the field's settings in Jira show it`},
		"field without value":  {one("  projects: {OPS: {fields: {customfield_1: }}}\n"), `5:43: this is empty: write what the field is to hold, or remove the line`},
		"unknown placeholder":  {one("  projects: {OPS: {fields: {customfield_1: {value: 'x {sev}'}}}}\n"), `5:52: "{sev}" can't be filled in: what can be is {severity}, {date}, {number}, {priority}, {type}`},
		"field goes deep":      {one("  projects: {OPS: {fields: {customfield_1: [[[[[x]]]]]}}}\n"), `5:49: this is nested too deeply for a field: simplify it`},
		"type is a list":       {one("  projects: {OPS: {type: [Bug]}}\n"), `5:26: this must be plain text, and it is a list`},
		"dropped is text":      {one("  dropped: Parked\n"), `5:12: this must be a list, each entry on a line that begins with "- ", and it is a single value`},
		"second document":      {one("---\nsites: []\n"), "5:1: a second document would be ignored: keep everything in one"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := sitesFile(t, tt.text)
			_, err := config.Sites{Jira: config.Jira{File: path}}.Resolve()
			if err == nil {
				t.Fatal("no error")
			}
			got := strings.ReplaceAll(err.Error(), filepath.Dir(path), "DIR")
			if diff := cmp.Diff("HINDSIGHT_JIRA_FILE names a file that can't be used: DIR/sites.yml:"+tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if strings.Contains(got, "hush") {
				t.Error("the error repeats a secret")
			}
			if _, ok := errors.AsType[*config.SettingError](err); !ok {
				t.Errorf("%T is no setting's error", err)
			}
		})
	}
}

// TestSitesFileRepeatsNoToken has a token pasted wherever it does not belong.
func TestSitesFileRepeatsNoToken(t *testing.T) {
	t.Parallel()
	site := "sites:\n- url: https://jira.example\n"
	tests := map[string]string{
		"as the file":           "%s\n",
		"as the only key":       "%s: x\n",
		"as a site's key":       site + "  %s: x\n",
		"without a space":       site + "  token:%s\n",
		"in a list":             site + "  token: [%s]\n",
		"as a token's key":      site + "  token: {%s: x}\n",
		"a quote is open":       site + "  token: \"%s\n",
		"as a password":         "sites:\n- url: https://bot:%s@jira.example\n",
		"as an address":         "sites:\n- url: %s\n",
		"as a host":             "sites:\n- url: http://%s\n",
		"as a path":             "sites:\n- url: http://jira.example/%s\n",
		"as the file's name":    site + "  token_file: %s\n",
		"as another's name":     site + "  webhook_secret_file: %s\n",
		"as an e-mail address":  site + "  email: %s\n",
		"as a person":           site + "  people: {octocat: 'bot@%s y'}\n",
		"as a login":            site + "  people: {%s: x}\n",
		"as an owner":           site + "  owners: {%s: [OPS]}\n",
		"as a project":          site + "  owners: {acme: [%s]}\n",
		"as a project's key":    site + "  projects: {%s: {type: Task}}\n",
		"as a type of item":     site + "  projects: {OPS: {types: {%s: Bug}}}\n",
		"as a priority":         site + "  projects: {OPS: {priorities: {%s: High}}}\n",
		"as a field":            site + "  projects: {OPS: {fields: {%s: x}}}\n",
		"as a placeholder":      site + "  projects: {OPS: {fields: {customfield_1: '{%s}'}}}\n",
		"as a lag":              site + "  search_lag: %s\n",
		"as a flag":             site + "  public: %s\n",
		"behind an anchor":      site + "  token: &a %s\n  email: *b\n",
		"as an alias":           site + "  token: *%s\n",
		"as a tag":              site + "  token: !%s x\n",
		"twice as a key":        "%[1]s: x\n%[1]s: x\n",
		"indented":              site + "  token: x\n    %s\n",
		"behind a second colon": site + "  token: a: %s\n",
		"below a bar":           site + "  token: |\n  %s\n",
		"behind a percent sign": site + "  token: %%%s\n",
	}
	for _, token := range []string{
		"ATATT3xFfGF0-hush_hush-hush_hush-hush_hush=4F2A", // of Cloud
		"NjA1hush/hush+hush/hush+hush/hush+hush/hush4",    // of Data Center
		"ghushhushhushhushhushhushhushhushhush",           // of a kind that could be a key
	} {
		for name, text := range tests {
			_, err := readSites(t, fmt.Sprintf(text, token))
			if err == nil {
				t.Errorf("%s: no error", name)
			} else if strings.Contains(strings.ToLower(err.Error()), "hush") {
				t.Errorf("%s: the error repeats it: %v", name, err)
			}
		}
		for name, flags := range map[string]config.Jira{
			"file": {File: token}, "token's file": {URL: "https://jira.example", TokenFile: token},
			"project":        {URL: "https://jira.example", Token: config.NewSecret("x"), Project: token},
			"e-mail address": {URL: "https://jira.example", Token: config.NewSecret("x"), Email: token, Project: "OPS"},
		} {
			_, err := config.Sites{AllowedOwners: "acme", Jira: flags}.Resolve()
			if err == nil || strings.Contains(strings.ToLower(err.Error()), "hush") {
				t.Errorf("as the %s: %v", name, err)
			}
		}
	}
}

// TestInternalSite takes the operator's word for who can read a site.
func TestInternalSite(t *testing.T) {
	t.Parallel()
	got, err := readSites(t, "sites:\n- url: https://jira.example\n  token: hush\n  internal: true\n  owners: {acme: [OPS]}\n")
	if err != nil || len(got) != 1 || !got[0].Internal || got[0].Public {
		t.Errorf("got %+v, %v", got, err)
	}
}
