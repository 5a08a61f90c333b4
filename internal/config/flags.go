package config

// The defaults that [App.Resolve] must know to see what was left alone.
const (
	defaultGitHubAPI = "https://api.github.com/"
	defaultGitHub    = "https://github.com"
)

// Database are the flags of every command that remembers.
type Database struct {
	DataDir         string `env:"HINDSIGHT_DATA_DIR" default:"./data" help:"Folder for the database and for pages on their way to a wiki."`
	DatabaseURL     Secret `env:"HINDSIGHT_DATABASE_URL" help:"postgres://... instead of SQLite. Without it, SQLite in the data folder." placeholder:"URL"`
	DatabaseURLFile string `env:"HINDSIGHT_DATABASE_URL_FILE" help:"File that holds the database's URL." placeholder:"FILE"`
}

// Sites are the flags of every command that works at Jira.
type Sites struct {
	AllowedOwners string `env:"HINDSIGHT_ALLOWED_OWNERS" help:"Accounts whose installations are served, separated by commas; * for all. Without it, the App's owner alone." placeholder:"LOGINS"`

	Jira Jira `embed:"" prefix:"jira-" group:"Jira:"`
}

// App are the flags of every command that works as the GitHub App.
type App struct {
	Database `embed:""`

	AppID          string `env:"HINDSIGHT_APP_ID" help:"The GitHub App's id, from its settings page." placeholder:"ID"`
	PrivateKey     Secret `env:"HINDSIGHT_PRIVATE_KEY" help:"The App's private key as PEM. Other users of the machine can read flags: prefer the variable or the file." placeholder:"PEM"`
	PrivateKeyFile string `env:"HINDSIGHT_PRIVATE_KEY_FILE" help:"File that holds the App's private key." placeholder:"FILE"`
	GitHubAPIURL   string `env:"HINDSIGHT_GITHUB_API_URL" default:"https://api.github.com/" help:"GitHub's API; https://HOST/api/v3/ for Enterprise Server." name:"github-api-url"`
	GitHubURL      string `env:"HINDSIGHT_GITHUB_URL" default:"https://github.com" help:"GitHub's pages and git." name:"github-url"`
	CustomersFile  string `env:"HINDSIGHT_CUSTOMERS_FILE" help:"File with customers' names, one in a line: pages are checked for them." placeholder:"FILE"`

	Sites `embed:""`
}

// Jira are the flags that connect Jira: one site, or a file that describes
// several.
type Jira struct {
	URL       string `env:"HINDSIGHT_JIRA_URL" help:"A Jira site, for all of the allowed owners. Without it, follow-ups are issues on GitHub." placeholder:"URL" name:"url"`
	Email     string `env:"HINDSIGHT_JIRA_EMAIL" help:"Whose token it is, on Jira Cloud; leave it out for Data Center." placeholder:"ADDRESS"`
	Token     Secret `env:"HINDSIGHT_JIRA_TOKEN" help:"The account's API token; on Data Center, its personal access token. Prefer the variable or the file to the flag." placeholder:"TOKEN"`
	TokenFile string `env:"HINDSIGHT_JIRA_TOKEN_FILE" help:"File that holds the token." placeholder:"FILE"`
	Project   string `env:"HINDSIGHT_JIRA_PROJECT" help:"The projects' keys, separated by commas; the first is where tickets go that name none." placeholder:"KEYS"`
	File      string `env:"HINDSIGHT_JIRA_FILE" help:"File that describes Jira sites, who may use them, and how tickets are to be, instead of the others." placeholder:"FILE"`
}

// JiraHook are the flags that go with [Jira] where its webhooks are taken in.
type JiraHook struct {
	WebhookSecret     Secret `env:"HINDSIGHT_JIRA_WEBHOOK_SECRET" help:"The secret of the site's webhook; several, separated by commas, while rotating. Prefer the variable or the file to the flag." placeholder:"SECRET"`
	WebhookSecretFile string `env:"HINDSIGHT_JIRA_WEBHOOK_SECRET_FILE" help:"File that holds the webhook's secret." placeholder:"FILE"`
}

// Edge are the flags of the commands that take or send webhooks.
type Edge struct {
	Addr              string `env:"HINDSIGHT_ADDR" default:"127.0.0.1:8080" help:"Address that serve listens on."`
	PublicURL         string `env:"HINDSIGHT_PUBLIC_URL" help:"How people and webhooks reach the server. Without it, made from the address." placeholder:"URL"`
	WebhookSecret     Secret `env:"HINDSIGHT_WEBHOOK_SECRET" help:"The webhook's secret; several, separated by commas, while rotating. Prefer the variable or the file to the flag." placeholder:"SECRET"`
	WebhookSecretFile string `env:"HINDSIGHT_WEBHOOK_SECRET_FILE" help:"File that holds the webhook's secret." placeholder:"FILE"`
}

// Serve are the flags of the server.
type Serve struct {
	App  `embed:""`
	Edge `embed:""`

	JiraHook   JiraHook `embed:"" prefix:"jira-" group:"Jira:"`
	SweepEvery string   `env:"HINDSIGHT_SWEEP_EVERY" default:"10m" help:"How often to look for what no webhook told."`
}

// Log are the flags of every command that logs.
type Log struct {
	LogLevel  string `env:"HINDSIGHT_LOG_LEVEL" default:"info" help:"debug, info, warn or error."`
	LogFormat string `env:"HINDSIGHT_LOG_FORMAT" default:"text" help:"text or json."`
}
