package check_test

import "testing"

func TestOutage(t *testing.T) {
	t.Parallel()
	dirty(t, "outage",
		"# Impact\nOne in three.\n# Customer message\nWe had an »outage.", "# Customer message\n## What happened\nAn »Outage.", "# External message\n»outages",
		"# Impact\nNot all customers, nearly all requests.\n# Customer message\n»outage", "# Who was affected, and how\nSome.\n# Apology\nThe »outage.", "# Impact\n<!-- all? -->\n# Customer message\n»outage",
	)
	clean(t, "outage",
		"# Impact\nAll customers.\n# Customer message\nWe had an outage.", "# Customer impact\n| Who |\n| - |\n| everybody |\n# Customer message\noutage",
		"# What happened\nAn outage.", "# Customer message\nIt was slow.", "# Customer message\n<!-- \"outage\" only if -->\nSorry.", "# Customer message\nSorry.\n# Other\nAn outage.",
		"# Impact\n100 % of requests failed.\n# Customer message\noutage",
	)
}
