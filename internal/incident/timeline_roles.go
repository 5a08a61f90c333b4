package incident

import "strings"

// roleRows: people were given a role by a command.
func roleRows(p past) []Row {
	var rows []Row
	for _, role := range []struct{ name, word, says string }{
		{nameIncident, "commander", "Commander named"},
		{nameIncident, "scribe", "Scribe named"},
		{nameIncident, "liaison", "Customer liaison named"},
		{nameIncident, "responders", "Responders named"},
		{namePostmortem, "owner", "Owner of the post-mortem named"},
	} {
		for _, o := range p.commands(role.name, role.word) {
			rows = append(rows, commanded(o).says(role.says, o.people(), o.Author.Login))
		}
	}
	return rows
}

// people are whom a command names, as people read it.
func (o order) people() string {
	if isNobody(o.args) {
		return "nobody"
	}
	var logins []string
	for _, word := range listed(o.args) {
		if login, err := o.person(word); err == nil {
			logins = append(logins, login)
		}
	}
	return strings.Join(logins, ", ")
}
