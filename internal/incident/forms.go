package incident

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// The names with which a command begins.
const (
	nameIncident   = "incident"
	namePostmortem = "postmortem"
	nameFollowUp   = "followup"
)

// verb is one thing that can be commanded.
type verb struct {
	name, word string // "incident", "severity"; no word before a follow-up's title
	rest       string // what is to follow, as people are shown it
	help       string
	// read understands what follows the word, and answers with what carries it
	// out, which can't fail. The error is a sentence for people; what it
	// quotes is not neutral; with both, a part can be carried out. Nil for what
	// is an item, or a confirmation.
	read func(*decision, order) (carryOut func(), err error)
	// pending is whether something that was commanded is not done yet; nil
	// where carrying it out is all.
	pending func(*decision, order) bool
}

// form is the right form of a command with this verb.
func (v verb) form() string {
	return strings.Join(strings.Fields("/"+v.name+" "+v.word+" "+v.rest), " ")
}

// verbs are all there are, in the order in which people are shown them.
func verbs() []verb {
	return slices.Concat(incidentVerbs(), postmortemVerbs(), followUpVerbs())
}

func incidentVerbs() []verb {
	return []verb{
		{
			name: nameIncident, word: "severity", rest: "sev1",
			help: "Sets the severity, from sev1 (worst) to sev5, and puts its label on.",
			read: readSeverity, pending: severityPending,
		},
		{
			name: nameIncident, word: "started", rest: "TIME", read: readStarted,
			help: "Says when it started: 14:05, 2026-11-20 14:05 UTC, 10m ago, or now.",
		},
		{name: nameIncident, word: "detected", rest: "TIME", read: readDetected, help: "Says when it was noticed."},
		{
			name: nameIncident, word: "resolved", rest: "[TIME]", read: readResolved,
			help: "Says when it was over; without a time, when the comment was written.",
		},
		{
			name: nameIncident, word: "note", rest: "[TIME] TEXT", read: readNote,
			help: "Notes for the timeline what happened; without a time, when the comment was written.",
		},
		{
			name: nameIncident, word: "commander", rest: "@login", read: readRole(func(t *Told) *string { return &t.Commander }),
			help: "Says who leads the response; “me” is whoever writes it, “none” nobody.",
		},
		{
			name: nameIncident, word: "scribe", rest: "@login", read: readRole(func(t *Told) *string { return &t.Scribe }),
			help: "Says who writes down what happens.",
		},
		{
			name: nameIncident, word: "liaison", rest: "@login", read: readRole(func(t *Told) *string { return &t.Liaison }),
			help: "Says who talks to customers.",
		},
		{
			name: nameIncident, word: "responders", rest: "@login @login", read: readResponders,
			help: "Says who responds: everybody at once, in place of those who were named before.",
		},
		{name: nameIncident, word: "help", read: readHelp, help: "Lists the commands."},
	}
}

func postmortemVerbs() []verb {
	return []verb{
		{
			name: namePostmortem, word: "start", read: readStart,
			help: "Asks for a post-mortem page though the severity does not, or after a skip.",
		},
		{
			name: namePostmortem, word: "owner", rest: "@login", read: readRole(func(t *Told) *string { return &t.Owner }),
			help: "Says who writes the post-mortem; “none” leaves it to the assignee.",
		},
		{
			name: namePostmortem, word: "meeting", rest: "TIME", read: readMeeting,
			help: "Says when it is talked about: Friday 14:05, or 2026-11-27 14:05 UTC; “none” takes it back.",
		},
		{
			name: namePostmortem, word: "status", rest: "STATUS", read: readStatus,
			help:    "Sets the status, draft, in review, reviewed or closed, and puts its label on.",
			pending: statusPending,
		},
		{
			name: namePostmortem, word: wordCheck, read: readCheck,
			help: "Looks through the page for what should not be read by more people, and answers with what stands where.",
		},
		{
			name: namePostmortem, word: wordPublish, read: readPublish, pending: copyPending(Publish),
			help: "Copies those sections of the page that are marked public to the public wiki. Takes write permission, and is done anew for each change.",
		},
		{
			name: namePostmortem, word: wordUnpublish, read: readUnpublish, pending: copyPending(Withdraw),
			help: "Removes that copy; the wiki's history keeps what was published.",
		},
		{
			name: namePostmortem, word: "skip", rest: "REASON", read: readSkip,
			help: "Says that there is to be no post-mortem, and why.",
		},
	}
}

func followUpVerbs() []verb {
	return []verb{
		{
			name: nameFollowUp, rest: "TITLE [@owner] [p1] [due DATE] [in PLACE]",
			help: "Opens a follow-up.",
		},
		{
			name: nameFollowUp, word: "accept", read: readAccept,
			help: "Accepts what the tracker lists as proposed on a page that others may edit.",
		},
		{name: nameFollowUp, word: "all", help: "Confirms that all of a large number of new items are meant."},
		{
			name: nameFollowUp, word: "done", rest: "#77", read: readDone(Done), pending: stillWanted,
			help: "Closes a follow-up as completed; takes several numbers, and tickets such as OPS-12, too.",
		},
		{
			name: nameFollowUp, word: "reopen", rest: "#77", read: readDone(Open), pending: stillWanted,
			help: "Opens a follow-up again; takes several numbers, and tickets such as OPS-12, too.",
		},
		{
			name: nameFollowUp, word: "snooze", rest: "#77 2w REASON", read: readSnooze,
			help: "Keeps a follow-up from being asked for, for some days (3d), weeks (2w) or months (1m), and says why; on the follow-up itself it needs no number.",
		},
	}
}

// CommandForms are all commands as people are shown them.
func CommandForms() []CommandForm {
	var forms []CommandForm
	for _, v := range verbs() {
		forms = append(forms, CommandForm{Form: v.form(), Help: v.help})
	}
	return forms
}

// findVerb is the verb of a command, which can't be read if there is none.
func findVerb(name, word string) verb {
	for _, v := range verbs() {
		if v.name == name && v.word == word {
			return v
		}
	}
	return verb{}
}

// cutVerb cuts the first word off what follows a command's name: it means the
// same whatever its case, and with a colon behind it.
func cutVerb(rest string) (word, args string) {
	rest = strings.TrimFunc(rest, blank)
	end := strings.IndexFunc(rest, blank)
	if end < 0 {
		end = len(rest)
	}
	return strings.ToLower(strings.TrimRight(rest[:end], ":=")), strings.TrimFunc(rest[end:], blank)
}

// isFollowUpTitle is whether what follows "/followup" is the title of a new
// follow-up, rather than one of the verbs: "done #77" is a verb, "done with the
// old alerts" a title.
func (w World) isFollowUpTitle(rest string) bool {
	word, args := cutVerb(rest)
	switch word {
	case "":
		return false
	case "accept", "all", "help":
		return args != ""
	case "done", "reopen":
		return args != "" && !w.namesIssues(args)
	case "snooze":
		names, _ := w.cutIssues(args)
		return args != "" && len(names) == 0 && !lengthMeant.MatchString(args)
	}
	return true
}

var (
	explicitIssue = regexp.MustCompile(`(?i)^(?:[a-z0-9_-]+/[a-z0-9._-]+)?#[0-9]+\W*$|^https?://\S+/(?:issues|pull)/[0-9]+`)
	anyIssue      = regexp.MustCompile(`^#?[0-9]+$`)
	lengthMeant   = regexp.MustCompile(`(?i)^[0-9]+\s*(?:[hdwmy]|hours?|days?|weeks?|months?|years?)\b`)
)

// namesIssues is whether text begins with the name of an issue or ticket, or
// consists of numbers: "77 78", but not "3 of 5 checks".
func (w World) namesIssues(text string) bool {
	words := listed(text)
	return len(words) > 0 && (w.namesIssue(words[0]) || !slices.ContainsFunc(words, func(word string) bool {
		_, ticket := w.readTicket(bareName(word))
		return !anyIssue.MatchString(word) && (!ticket || len(w.Projects) == 0)
	}))
}

// namesIssue is whether a word names an issue or a ticket, whatever stands behind
// it. The name alone of one in no project that can be used here may be another
// word: "done UTF-8 everywhere" is a title.
func (w World) namesIssue(word string) bool {
	ref, ok := w.readTicket(bareName(word))
	return ok && (ref.Site != "" || strings.Contains(word, "://")) || explicitIssue.MatchString(word)
}

// listed are the members of a list: "a, b and c" are three.
func listed(text string) []string {
	words := strings.FieldsFunc(text, func(r rune) bool { return blank(r) || r == ',' || r == ';' })
	return slices.DeleteFunc(words, func(w string) bool { return w == "&" || strings.EqualFold(w, "and") })
}

// misunderstood says of a command whose verb there is not which one was
// perhaps meant, and shows its form.
func misunderstood(name, word string) (form string, err error) {
	help := findVerb(nameIncident, "help")
	meant, found := nearest(name, word)
	switch {
	case word == "" && name == nameFollowUp:
		return findVerb(nameFollowUp, "").form(), errors.New("no title is given: write what is to be done")
	case word == "":
		return help.form(), fmt.Errorf("«/%s» alone says nothing: «%s» lists what can follow it", name, help.form())
	case found:
		return meant.form(), fmt.Errorf("%s is no command of «/%s»: perhaps «/%s %s» was meant",
			quoted(word), name, meant.name, meant.word)
	}
	return help.form(), fmt.Errorf("%s is no command of «/%s»: «%s» lists those that are", quoted(word), name, help.form())
}

// slipsForgiven is how many letters may be wrong for a word still to be
// recognised.
const slipsForgiven = 2

// nearest is the verb that is most like a word: one that the word begins, or
// that is few letters away, else the very word under another name.
func nearest(name, word string) (verb, bool) {
	const longest = 20
	if _, ok := ParseSeverity(word); ok {
		word = "severity"
	}
	var found verb
	best := slipsForgiven + 1
	for _, v := range verbs() {
		if v.read == nil || len(word) > longest {
			continue
		}
		far := Slips(word, v.word)
		switch {
		case v.name != name && far > 0:
			continue
		case v.name != name:
			far = slipsForgiven // what is as near under the right name comes first
		case len(word) >= 3 && strings.HasPrefix(v.word, word):
			far = min(far, 1)
		}
		if far < best && far < len(word) || far == best && v.name == name {
			best, found = far, v
		}
	}
	return found, best <= slipsForgiven
}
