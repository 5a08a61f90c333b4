// Package store remembers what must outlive the process: the deliveries that
// were received, the issues that want a look, what is known of incidents, their
// follow-ups and the pull requests that refer to them, what repositories have
// configured, how far each has been swept, when each Jira site was last heard
// of, and what is wrong with it. A Jira site stands where a repository does, and a ticket where an
// issue does; see [hindsight/internal/incident.Key].
//
// It runs on SQLite, the default, and on PostgreSQL, where several processes
// share the work. Both get the same migrations and the same generated queries
// and pass the same tests; what differs (how a database is opened, and how
// processes that migrate it at once are kept apart) is in sqlite.go and
// postgres.go. A statement that only one of the two understands does not
// belong here.
//
// Receiving is what must be fast. A commit costs a flush of the disk, so the
// deliveries of many senders share one: see [Store.Receive]. What they are
// judged by before that is in memory: see [Store.Labels].
//
// All times are stored in UTC and in whole microseconds, which is what
// PostgreSQL keeps.
package store

//go:generate sqlc generate
