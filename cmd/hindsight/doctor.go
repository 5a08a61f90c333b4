package main

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"hindsight/internal/config"
	"hindsight/internal/store"
)

// doctorCommand looks whether what Hindsight works with can be worked with.
type doctorCommand struct {
	JSON            bool `name:"json" help:"Print the findings as JSON."`
	config.Database `embed:""`
	config.Sites    `embed:""`
	Hook            config.JiraHook `embed:"" prefix:"jira-" group:"Jira:"`
	config.Log      `embed:""`
}

// Run looks at all, whatever it finds, and changes nothing out there. It fails
// when something is broken.
func (d doctorCommand) Run(ctx context.Context, c console) error {
	log, err := d.Logger(c.err)
	if err != nil {
		return err
	}
	all := d.examineJira(ctx, log)
	all = append(all, diagnosis{
		Part: "GitHub", Grade: skipped,
		Text: "the App's key, its permissions, its webhook and wikis are not looked at: hindsight plan REF tries them",
	})
	return all.print(c.out, d.JSON)
}

// examineJira is about the operator's Jira sites: their settings, what they
// say of themselves, and when they were last heard of.
func (d doctorCommand) examineJira(ctx context.Context, log *slog.Logger) diagnoses {
	sites, err := d.Sites.Resolve()
	if err == nil {
		sites, err = d.Hook.Resolve(d.Jira, sites)
	}
	switch {
	case err != nil:
		return diagnoses{{Part: "Jira", What: "settings", Grade: failed, Text: err.Error()}}
	case len(sites) == 0:
		return diagnoses{{
			Part: "Jira", Grade: skipped, Text: "no site is configured, so that all follow-ups are issues on GitHub",
			Next: "To open tickets, set HINDSIGHT_JIRA_URL, or HINDSIGHT_JIRA_FILE for several sites.",
		}}
	}
	adapter, err := newJira(sites, time.Now, log, nil)
	if err != nil {
		return diagnoses{{Part: "Jira", What: "settings", Grade: failed, Text: err.Error()}}
	}
	var all diagnoses
	for _, s := range sites {
		for _, f := range adapter.Examine(ctx, s.Site()) {
			all = append(all, diagnosis{
				Part: "Jira", Site: s.Site().Address(), What: f.What, Grade: grade(f.Grade), Text: f.Text, Next: f.Next,
			})
		}
	}
	return append(all, d.examineWebhooks(ctx, sites, log)...)
}

// examineWebhooks is about what the sites send. A database that can't be opened
// is a finding like another.
func (d doctorCommand) examineWebhooks(ctx context.Context, sites []config.JiraSite, log *slog.Logger) diagnoses {
	remembered, err := d.openDatabase(ctx, log)
	if err != nil {
		return diagnoses{{
			Part: "database", Grade: failed, Text: err.Error(),
			Next: "Until it can be opened, nobody knows when Jira was last heard of.",
		}}
	}
	var all diagnoses
	for _, s := range sites {
		found := diagnosis{Part: "Jira", Site: s.Site().Address(), What: "webhook"}
		found.Grade, found.Text, found.Next = d.heard(ctx, remembered, s)
		all = append(all, found)
	}
	if remembered != nil {
		if err := remembered.Close(); err != nil {
			all = append(all, diagnosis{Part: "database", Grade: failed, Text: err.Error()})
		}
	}
	return all
}

// openDatabase is nil where there is none yet: looking makes none.
func (d doctorCommand) openDatabase(ctx context.Context, log *slog.Logger) (*store.Store, error) {
	settings, err := d.Database.Resolve()
	if err != nil {
		return nil, err
	}
	if settings.DatabaseURL.IsZero() {
		if _, err := os.Stat(sqliteFile(settings)); os.IsNotExist(err) {
			return nil, nil //nolint:nilnil // there is none, and that is no error
		}
	}
	return openStore(ctx, settings, log, time.Now)
}

func sqliteFile(s config.DatabaseSettings) string { return filepath.Join(s.DataDir, "hindsight.db") }

// quiet is how long a site whose tickets are worked on is hardly ever silent.
const quiet = 14 * 24 * time.Hour

// heard is when a site last sent something, as far as anybody knows.
func (d doctorCommand) heard(ctx context.Context, s *store.Store, site config.JiraSite) (g grade, text, next string) {
	if len(site.WebhookSecrets) == 0 {
		return warning, "no secret is configured, so that nothing it sends is believed; the sweep alone finds what has changed",
			"Set HINDSIGHT_JIRA_WEBHOOK_SECRET, or the site's webhook_secrets in the file of Jira sites, and the same in Jira's webhook."
	}
	var at time.Time
	if s != nil {
		var err error
		if at, err = s.LastHeard(ctx, site.Site()); err != nil {
			return failed, err.Error(), ""
		}
	}
	switch {
	case at.IsZero():
		return warning, "none has come yet; the sweep alone finds what has changed",
			"In Jira's settings, add a webhook for issues, to /webhooks/jira at the server's public address, with the secret that the server is given."
	case time.Since(at) > quiet:
		return warning, "the last one came at " + stamp(at), "See in Jira's settings whether its webhook is still there, and what becomes of it."
	}
	return fine, "the last one came at " + stamp(at), ""
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }
