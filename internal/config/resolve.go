package config

import (
	"fmt"
	"io"
	"log/slog"
	"net"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// DatabaseSettings are where things are remembered.
type DatabaseSettings struct {
	DataDir     string // clean; not made yet
	DatabaseURL Secret // postgres://…; none means SQLite in DataDir
}

// Settings are what the App works with.
type Settings struct {
	DatabaseSettings

	AppID        int64
	PrivateKey   PrivateKey
	GitHubAPIURL string   // ends with a slash
	GitHubURL    string   // ends without one
	Owners       []string // logins that are served; "*" for all, none for the App's owner alone
	Customers    []string // names that no page may show to more people
	Jira         []JiraSite
}

// EdgeSettings are where webhooks come in.
type EdgeSettings struct {
	Addr           string   // host:port
	PublicURL      string   // ends without a slash
	WebhookSecrets []Secret // at least one, the current one first
}

// ServeSettings are the server's.
type ServeSettings struct {
	Settings
	EdgeSettings

	SweepEvery time.Duration
}

// SettingError is a setting that can't be used. The start stops; the exit
// code is 2.
type SettingError struct {
	Variable string // HINDSIGHT_…
	Problem  string // the rest of the sentence, with the next step
	Err      error  // the reason, or nil
}

func (e *SettingError) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("%s %s: %v", e.Variable, e.Problem, e.Err)
	}
	return e.Variable + " " + e.Problem
}

func (e *SettingError) Unwrap() error { return e.Err }

func wrong(variable, format string, args ...any) error {
	return &SettingError{Variable: variable, Problem: fmt.Sprintf(format, args...)}
}

// Resolve checks the flags and reads the file that they name.
func (d Database) Resolve() (DatabaseSettings, error) {
	if d.DataDir == "" {
		return DatabaseSettings{}, wrong("HINDSIGHT_DATA_DIR", "is empty: name a folder that Hindsight may write to")
	}
	url, err := database(d.DatabaseURL, d.DatabaseURLFile)
	if err != nil {
		return DatabaseSettings{}, err
	}
	return DatabaseSettings{DataDir: filepath.Clean(d.DataDir), DatabaseURL: url}, nil
}

// Resolve checks the flags and reads the files that they name: the operator's
// Jira sites, none where nothing is said.
func (s Sites) Resolve() ([]JiraSite, error) {
	owners, err := parseOwners(s.AllowedOwners)
	if err != nil {
		return nil, err
	}
	return s.Jira.resolve(owners)
}

// Resolve checks the flags and reads the files that they name.
func (a App) Resolve() (Settings, error) {
	kept, err := a.Database.Resolve()
	if err != nil {
		return Settings{}, err
	}
	s := Settings{DatabaseSettings: kept}
	if s.AppID, err = appID(a.AppID); err != nil {
		return Settings{}, err
	}
	if s.PrivateKey, err = privateKey(a.PrivateKey, a.PrivateKeyFile); err != nil {
		return Settings{}, err
	}
	if s.GitHubAPIURL, s.GitHubURL, err = hosts(a.GitHubAPIURL, a.GitHubURL); err != nil {
		return Settings{}, err
	}
	if s.Owners, err = parseOwners(a.AllowedOwners); err != nil {
		return Settings{}, err
	}
	if s.Customers, err = customers(a.CustomersFile); err != nil {
		return Settings{}, err
	}
	if s.Jira, err = a.Sites.Resolve(); err != nil {
		return Settings{}, err
	}
	return s, nil
}

// Resolve checks the flags and reads the file that they name.
func (e Edge) Resolve() (EdgeSettings, error) {
	s := EdgeSettings{Addr: e.Addr}
	host, port, err := address(e.Addr)
	if err != nil {
		return EdgeSettings{}, err
	}
	if s.PublicURL, err = publicURL(e.PublicURL, host, port); err != nil {
		return EdgeSettings{}, err
	}
	if s.WebhookSecrets, err = webhookSecrets(e.WebhookSecret, e.WebhookSecretFile); err != nil {
		return EdgeSettings{}, err
	}
	return s, nil
}

// Resolve checks the flags and reads the files that they name.
func (s Serve) Resolve() (ServeSettings, error) {
	edge, err := s.Edge.Resolve()
	if err != nil {
		return ServeSettings{}, err
	}
	app, err := s.App.Resolve()
	if err != nil {
		return ServeSettings{}, err
	}
	if app.Jira, err = s.JiraHook.Resolve(s.Jira, app.Jira); err != nil {
		return ServeSettings{}, err
	}
	if err = s.apart(edge.WebhookSecrets, app.Jira); err != nil {
		return ServeSettings{}, err
	}
	every, err := time.ParseDuration(s.SweepEvery)
	if err != nil {
		return ServeSettings{}, wrong("HINDSIGHT_SWEEP_EVERY", "is %q, which is no duration: write it like 10m or 1h30m", s.SweepEvery)
	}
	// Less would do nothing but use up GitHub's limits.
	if every < 10*time.Second {
		return ServeSettings{}, wrong("HINDSIGHT_SWEEP_EVERY", "is %s, which is too often: choose 10s or more", every)
	}
	return ServeSettings{Settings: app, EdgeSettings: edge, SweepEvery: every}, nil
}

// apart refuses a secret that both GitHub and a Jira site sign with: whoever has
// it from one could send in the other's name.
func (s Serve) apart(github []Secret, sites []JiraSite) error {
	for _, site := range sites {
		for _, secret := range site.WebhookSecrets {
			shared := slices.ContainsFunc(github, func(g Secret) bool { return g.Reveal() == secret.Reveal() })
			if shared {
				return wrong(named("HINDSIGHT_WEBHOOK_SECRET", s.WebhookSecretFile),
					"holds a webhook secret of %s: give each its own", site.Site().Address())
			}
		}
	}
	return nil
}

// Logger writes to w at the level and in the format that were chosen.
func (l Log) Logger(w io.Writer) (*slog.Logger, error) {
	var level slog.Level
	switch strings.ToLower(l.LogLevel) {
	case "debug":
		level = slog.LevelDebug
	case "info":
		level = slog.LevelInfo
	case "warn":
		level = slog.LevelWarn
	case "error":
		level = slog.LevelError
	default:
		return nil, wrong("HINDSIGHT_LOG_LEVEL", "is %q: choose debug, info, warn or error", l.LogLevel)
	}
	options := &slog.HandlerOptions{Level: level}
	switch strings.ToLower(l.LogFormat) {
	case "text":
		return slog.New(slog.NewTextHandler(w, options)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(w, options)), nil
	}
	return nil, wrong("HINDSIGHT_LOG_FORMAT", "is %q: choose text or json", l.LogFormat)
}

func appID(text string) (int64, error) {
	const where = "it is the number under \"App ID\" on the App's settings page"
	if text == "" {
		return 0, wrong("HINDSIGHT_APP_ID", "is not set: %s", where)
	}
	text = strings.TrimSpace(text)
	if strings.Trim(text, "0123456789") != "" { // not repeated: a key or a secret is pasted easily
		return 0, wrong("HINDSIGHT_APP_ID", "is not a number: %s", where)
	}
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || id <= 0 {
		return 0, wrong("HINDSIGHT_APP_ID", "is %q, which is no App's id: %s", text, where)
	}
	return id, nil
}

func address(addr string) (host, port string, err error) {
	host, port, err = net.SplitHostPort(addr)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return "", "", wrong("HINDSIGHT_ADDR", "is %q, which is no address to listen on: write it like 127.0.0.1:8080 or :8080", addr)
	}
	return host, port, nil
}
