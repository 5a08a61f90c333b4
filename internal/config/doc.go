// Package config reads what an operator and a team have set.
//
// The server's settings are environment variables and the same as flags: the
// structs [App], [Sites], [Edge], [Serve] and the like carry kong's tags and are
// embedded by the commands that need them. What kong fills in is text only; Resolve
// reads the files, parses the key, checks what goes with what, and gives
// either settings that can be used as they are or a [SettingError]: one
// sentence that names the variable and the next step.
//
// Which Jira sites there are, and who may use what of them, is the operator's,
// too: one site by environment variables, several by a file (sites.go), in which
// secrets may stand, so that no error repeats what it holds.
//
// A team's configuration is a file in its repository, which whoever may write
// there may write: [ParseRepository] takes anything, and answers with a
// policy or with a [RepositoryError] that names the line. All that can be set
// stands in one table, in settings.go: the parser walks it, [InForce] shows
// what came of it, and the tests make the JSON schema and the manual's table
// from it (go test ./internal/config -update).
package config
