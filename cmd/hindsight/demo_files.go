package main

import "hindsight/internal/incident"

// configFile is where a repository says what it wants.
const configFile = ".github/hindsight.yml"

// plainConfig is the shop's configuration before the demo is prepared.
const plainConfig = `# What this team wants; everything else is as it comes.
follow_ups:
  standard:
    sev1:
      - Send the customer message
`

// shopConfig shows what a team can ask for.
const shopConfig = `# What this team wants; everything else is as it comes. Change it, and watch the tracker.
postmortem:
  # Small incidents get a small page.
  templates:
    sev3: minimal
  # To whose wiki "/postmortem publish" copies what everybody may read.
  publish_to: acme/status
follow_ups:
  # How long a follow-up may take for which no day is named.
  due:
    p1: 1w
    sev1: 1m
  # What every incident of a severity needs.
  standard:
    sev1:
      - Send the customer message
labels:
  on_follow_ups:
    - "{severity}"
    - "{severity}_{date}"
    - "{type}"
`

// platformConfig and searchConfig share one wiki, and differ in their templates.
const (
	platformConfig = `# Our post-mortems are in one place with those of others.
postmortem:
  wiki: acme/postmortems
  templates:
    default: pagerduty
`
	searchConfig = `# Our post-mortems are in one place with those of others.
postmortem:
  wiki: acme/postmortems
  templates:
    default: 18f
`
)

// centralConfig and statusConfig let others write to these repositories' wikis.
const (
	centralConfig = `# Who may keep their post-mortems in this wiki.
wiki:
  accepts: [acme/platform, acme/search]
`
	statusConfig = `# Who may publish in this wiki, which everybody can read.
wiki:
  accepts: [acme/shop]
`
)

// acmeConfig is the organisation's.
const acmeConfig = `# For every repository of ours that has no file of its own.
follow_ups:
  due:
    sev2: 2w
`

// websiteTemplate is a team's own.
const websiteTemplate = `{{facts}}

## What visitors saw
<!-- Which pages, in which browsers, from when to when? -->
{{if reporter}}
{{reporter}} told us first.
{{end}}
## What happened when
<!-- In UTC. Add rows, change them, delete them: they stay as you leave them. -->

{{timeline}}

## Follow-ups

{{followups}}

### Proposed
<!-- "- [ ] What to do @login due 2w" becomes a follow-up{{if asks}} once somebody comments /followup accept on the incident{{end}}. -->

## For ourselves
<!-- internal -->
<!-- What nobody else needs to know. -->
`

// shopSidebar is a team's own, with room for our line.
const shopSidebar = `**acme/shop**

* [[Home]]
* Runbooks

<!-- hindsight:begin block=post-mortems -->
<!-- hindsight:end block=post-mortems -->
`

// teamFile is a file on a repository's default branch.
type teamFile struct{ repo, path, content string }

func teamFiles() []teamFile {
	return []teamFile{
		{shop, configFile, shopConfig},
		{platform, configFile, platformConfig},
		{search, configFile, searchConfig},
		{central, configFile, centralConfig},
		{status, configFile, statusConfig},
		{fallback, configFile, acmeConfig},
		{website, incident.TemplateFile, websiteTemplate},
	}
}
