package incident

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
)

// Priority is "p0" (most urgent) to "p4"; the zero value is none.
type Priority string

// ItemType is what a follow-up is good for; the zero value is not said.
type ItemType string

// The types of follow-ups.
const (
	Mitigation ItemType = "mitigation"
	Prevention ItemType = "prevention"
	Detection  ItemType = "detection"
	Process    ItemType = "process"
)

// Wish is what a person asked for in an item: words, and how it is to be
// followed up.
type Wish struct {
	// Title is the text without what was understood, with single spaces; not
	// neutral. It is empty only for a blank text.
	Title    string
	Owner    string // a login as written, without @; "" for none
	Priority Priority
	Due      time.Time // the day's first moment in the team's zone; zero for none
	DueAs    string    // the words that say so
	// Place is "owner/repo" or a Jira project's key, as written, or "jira";
	// "" for where it goes by default. Nothing says that it exists.
	Place string
	Type  ItemType
	// Problems are sentences for people on what was not understood, at most
	// one of a kind. What they quote is not neutral.
	Problems []string
}

// WishContext is what an item's words depend on beside themselves.
type WishContext struct {
	Written time.Time      // when the item was written
	Zone    *time.Location // of due dates; nil: UTC
	// Owners are the accounts whose repositories may be named: "in
	// client/server" is only a place if there is an account "client". Empty:
	// any.
	Owners []string
	// Projects are the keys of the Jira projects that may be named: "in UK" is no
	// place unless there is a project UK. If there are any, another word in upper
	// case was perhaps meant as one: that is a problem, and the words stay.
	Projects []string
	// Hidden are those of them that people are not told of.
	Hidden []string
}

// ParseWish reads what stands behind an item's words: "@login" or "owner:
// @login", "p1" or "prio 1", "due DAY" (see readDay), "in PLACE" and a type
// in brackets, in any order and case, with brackets, commas, "and" and emoji
// between them.
//
// Only what the text ends with is read, back to the first word that is none of
// these: "talk to @bob about p1 alerts" keeps all of its words. So does what a
// preposition, an article or the like leads to ("talk to @bob", "the p1"), what
// stands inside brackets with other words, and what would leave no title. What
// is wrong (a date that is none, a second owner) stays in the title, and is a
// problem. A day that was past already, or is very far, is taken as it stands,
// and is a problem, too: what the title is must not depend on when the line was
// edited last.
func ParseWish(text string, about WishContext) Wish {
	about.Zone = orUTC(about.Zone)
	tokens := tokenize(text)
	end := about.ending(tokens)
	title := joined(tokens[:end.from])
	if len(end.clauses) > 0 {
		title = strings.TrimRight(title, joints+" ")
	}
	w := wishing{Wish: Wish{Title: title}, taken: map[string]clause{}, kept: end.kept}
	for _, c := range slices.Backward(end.clauses) {
		w.take(c)
	}
	if len(w.taken) == 0 {
		w.Title = joined(tokens)
		return w.Wish
	}
	return w.finished()
}

// wishing is a wish that is being put together.
type wishing struct {
	Wish
	taken map[string]clause // by kind
	kept  [][]token         // words of the ending that stay in the title
	wrong []string          // the kinds that have a problem
}

// take takes what a clause says, or keeps its words and says why. The first of
// a kind counts.
func (w *wishing) take(c clause) {
	first, second := w.taken[c.kind]
	switch {
	case c.wrong != "":
		w.keep(c, quoted(c.words())+" "+c.wrong)
	case !second:
		w.taken[c.kind] = c
		c.set(&w.Wish)
		if c.odd != "" {
			w.complain(c.kind, quoted(c.words())+" "+c.odd)
		}
	case !strings.EqualFold(first.value, c.value):
		w.keep(c, fmt.Sprintf("%s is a second %s, and %s counts: write only one.",
			quoted(c.words()), c.kind, quoted(first.words())))
	}
}

func (w *wishing) keep(c clause, problem string) {
	w.kept = append(w.kept, c.tokens)
	w.complain(c.kind, problem)
}

func (w *wishing) complain(kind, problem string) {
	if !slices.Contains(w.wrong, kind) {
		w.wrong = append(w.wrong, kind)
		w.Problems = append(w.Problems, problem)
	}
}

func (w *wishing) finished() Wish {
	slices.SortFunc(w.kept, func(a, b []token) int { return a[0].at - b[0].at })
	title := []string{w.Title}
	for _, tokens := range w.kept {
		words := clause{tokens: tokens}.words()
		if words == "" || nesting(tokens) == 0 { // else half a pair of brackets would stay
			words = joined(tokens)
		}
		title = append(title, words)
	}
	w.Title = strings.Join(title, " ")
	return w.Wish
}

// ending is the part of a text that consists of clauses only.
type ending struct {
	from    int      // the first token of it
	clauses []clause // the last first
	kept    [][]token
}

// ending reads backwards, one clause or sign at a time. It ends where its
// brackets are closed and no "and" is left over.
func (c WishContext) ending(tokens []token) ending {
	sure := ending{from: len(tokens)}
	found, open, glued := sure, 0, false
	first := slices.IndexFunc(tokens, token.says) // what can't be cut
	for first >= 0 && found.from > first+1 {
		last := tokens[found.from-1]
		next, ok := c.clause(tokens[first+1 : found.from])
		switch {
		case last.separates():
			next.tokens = tokens[found.from-1 : found.from]
		case last.bare == "":
			found.from--
			found.kept = append(found.kept, tokens[found.from:found.from+1])
			continue
		case last.glues() && !glued && len(found.clauses) > 0:
			found.from--
			glued = true
			continue
		case !ok || tokens[found.from-len(next.tokens)-1].leads():
			return sure
		default:
			found.clauses = append(found.clauses, next)
			glued = false
		}
		found.from -= len(next.tokens)
		open += nesting(next.tokens)
		if open == 0 && !glued && len(found.clauses) > 0 && !tokens[found.from-1].glues() {
			sure = found
		}
	}
	return sure
}

// clause is some words of an ending that belong together, such as "due 2w".
type clause struct {
	kind   string // "owner", "priority", "due date", "place", "type"
	value  string // by which two of a kind are compared
	set    func(*Wish)
	wrong  string // what is said of the words, if they can't be used
	odd    string // what is said of them, though they are
	tokens []token
}

// words are the clause's words without brackets and commas.
func (c clause) words() string {
	var bare []string
	for _, t := range c.tokens {
		bare = append(bare, t.bare)
	}
	return strings.Join(bare, " ")
}

// clause reads the clause with which the tokens end: the longest that can be
// used, else the longest that was meant as one.
func (c WishContext) clause(tokens []token) (clause, bool) {
	const longest = 5 // "due in 2 weeks", "due by 1 Dec 2026"
	for _, read := range []func(clause, string, string) (clause, bool){c.understand, c.misunderstand} {
		for n := min(longest, len(tokens)); n > 0; n-- {
			found := clause{tokens: tokens[len(tokens)-n:]}
			keyword, rest := cutKeyword(found.words())
			if c, ok := read(found, keyword, rest); ok {
				return c, true
			}
		}
	}
	return clause{}, false
}

// cutKeyword cuts "due: 2w" and "due 2w" in two; what has no keyword is all
// rest.
func cutKeyword(phrase string) (keyword, rest string) {
	if i := strings.IndexAny(phrase, " :="); i >= 0 {
		keyword, rest = phrase[:i], strings.TrimLeft(phrase[i:], " :=")
	} else {
		keyword = phrase
	}
	switch keyword = strings.ToLower(keyword); keyword {
	case "due", "in", "owner", "prio", "priority":
		return keyword, rest
	}
	return "", phrase
}

var (
	loginForm    = regexp.MustCompile(`^@([A-Za-z0-9](?:[A-Za-z0-9_-]{0,37}[A-Za-z0-9])?)$`)
	teamForm     = regexp.MustCompile(`^@[A-Za-z0-9][A-Za-z0-9_-]{0,38}/[A-Za-z0-9._-]{1,100}$`)
	priorityForm = regexp.MustCompile(`^(?i:p?)([0-4])$`)
	repoForm     = regexp.MustCompile(`^([A-Za-z0-9][A-Za-z0-9_-]{0,38})/([A-Za-z0-9._-]{1,100})$`)
	projectForm  = regexp.MustCompile(`^[A-Z][A-Z0-9_]{1,79}$`)
	projectMeant = regexp.MustCompile(`(?i:\bin)[ :=]+([A-Z][A-Z0-9_]{1,79})\b`)
	digitsForm   = regexp.MustCompile(`^(?i:p?)[0-9]+$`)
)

// understand reads a clause that can be used, or one whose form is right.
func (c WishContext) understand(found clause, keyword, rest string) (clause, bool) {
	switch keyword {
	case "due":
		return c.due(found, rest)
	case "in":
		return c.place(found, rest)
	case "prio", "priority":
		return priority(found, rest)
	}
	if m := loginForm.FindStringSubmatch(rest); m != nil {
		found.kind, found.value = "owner", m[1]
		found.set = func(w *Wish) { w.Owner = m[1] }
		return found, true
	}
	if len(found.tokens) > 1 || keyword != "" {
		return clause{}, false
	}
	if t, ok := itemType(found.tokens[0]); ok {
		found.kind, found.value = "type", string(t)
		found.set = func(w *Wish) { w.Type = t }
		return found, true
	}
	if len(rest) != len("p1") {
		return clause{}, false
	}
	return priority(found, rest)
}

func priority(found clause, text string) (clause, bool) {
	m := priorityForm.FindStringSubmatch(text)
	if m == nil {
		return clause{}, false
	}
	found.kind, found.value = "priority", "p"+m[1]
	found.set = func(w *Wish) { w.Priority = Priority("p" + m[1]) }
	return found, true
}

func itemType(t token) (ItemType, bool) {
	word := ItemType(strings.ToLower(t.bare))
	switch word {
	case Mitigation, Prevention, Detection, Process:
		return word, strings.Contains(t.seen, "["+t.bare+"]")
	}
	return "", false
}

func (c WishContext) place(found clause, text string) (clause, bool) {
	found.kind = "place"
	if strings.EqualFold(text, "jira") {
		text = "jira"
	} else if !c.knows(text) {
		return clause{}, false
	}
	found.value = text
	found.set = func(w *Wish) { w.Place = text }
	return found, true
}

// knows is whether a word can name a place at all. All digits, as in "24/7",
// name no account that anybody would open follow-ups in.
func (c WishContext) knows(place string) bool {
	if m := repoForm.FindStringSubmatch(place); m != nil && strings.Trim(m[1], "0123456789") != "" && !nowhere(Repo(place)) {
		return len(c.Owners) == 0 ||
			slices.ContainsFunc(c.Owners, func(o string) bool { return strings.EqualFold(o, m[1]) })
	}
	return projectForm.MatchString(place) && slices.Contains(c.Projects, place)
}

func (c WishContext) due(found clause, text string) (clause, bool) {
	today := civil(c.Written.In(c.Zone))
	day, ok := readDay(text, today)
	if !ok {
		return clause{}, false
	}
	found.kind, found.value = "due date", day.Format(time.DateOnly)
	switch {
	case day.Before(today):
		found.odd = "was past when it was written: write a day that is to come, such as «due 2w»."
	case tooFar(day, today):
		found.odd = fmt.Sprintf("is more than %d years ahead: write a day that is nearer, such as «due 2w».", mostYears)
	}
	words := found.words()
	found.set = func(w *Wish) { w.Due, w.DueAs = moments(day, c.Zone)[0], words }
	return found, true
}

// misunderstand finds what was meant as a clause and can't be used. It leaves
// alone what is more likely a sentence: "due to timeouts", "lower p99".
func (c WishContext) misunderstand(found clause, keyword, rest string) (clause, bool) {
	explicit := strings.ContainsAny(found.tokens[0].seen, ":=")
	words := strings.Fields(rest)
	switch {
	case found.tokens[len(found.tokens)-1].glues():
		return clause{}, false
	case keyword == "due" && (explicit || dateMeant(words)):
		found.kind = "due date"
		found.wrong = "holds no date that can be read: write «due 2026-12-01», «due Dec 1» or «due 2w»."
	case strings.HasPrefix(keyword, "prio") && len(words) == 1 && (explicit || digitsForm.MatchString(rest)),
		keyword == "" && len(rest) == len("p7") && digitsForm.MatchString(rest) && strings.ContainsAny(rest[:1], "pP"):
		found.kind = "priority"
		found.wrong = "is no priority: write one of «p0» to «p4»."
	case (keyword == "" || keyword == "owner") && teamForm.MatchString(rest):
		found.kind = "owner"
		found.wrong = "is a team, and a follow-up has one person as its owner: write «@login»."
	case keyword == "in" && len(c.Projects) > 0 && projectForm.MatchString(rest):
		found.kind = "place"
		found.wrong = "names no Jira project that can be used here: " + projectsKnown(c.Projects, c.Hidden) + ", or leave it as it is."
	default:
		return clause{}, false
	}
	return found, true
}

// dateMeant is whether the words behind "due" were meant as a date: a single
// word mostly is, several when they begin as dates do.
func dateMeant(words []string) bool {
	if len(words) == 0 {
		return false
	}
	first := strings.ToLower(words[0])
	switch first {
	case "to", "process", "diligence", "date", "dates", "course", "by", "on", "in":
		return len(words) > 1 && first != "to" && strings.ContainsAny(words[1], "0123456789")
	case "next", "this", "last", "end", "early", "mid", "late":
		return true
	}
	_, named := weekday(first)
	_, dated := month(first)
	return len(words) == 1 || named || dated || strings.ContainsAny(first, "0123456789")
}

// token is a word of a text.
type token struct {
	at   int    // its place among the words
	raw  string // as written
	seen string // without characters that show nothing
	bare string // without brackets, commas and emoji around it
}

const (
	openers = "([{"
	closers = ")]}"
	// joints are what may stand between the title and what follows it. All of
	// them are cut off words too, so that a title holds nothing to be read.
	joints = ",;:-–—|"
)

func tokenize(text string) []token {
	var tokens []token
	for i, raw := range strings.FieldsFunc(strings.ToValidUTF8(text, "\uFFFD"), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}) {
		t := token{at: i, raw: raw, seen: strings.Map(visible, raw)}
		t.bare = strings.TrimLeftFunc(t.seen, func(r rune) bool { return pictures(r) || strings.ContainsRune(openers+"*_", r) })
		t.bare = strings.TrimRightFunc(t.bare, func(r rune) bool {
			return pictures(r) || strings.ContainsRune(closers+joints+"*_.!?…", r)
		})
		tokens = append(tokens, t)
	}
	return tokens
}

func visible(r rune) rune {
	if unicode.Is(unicode.Cf, r) {
		return -1
	}
	return r
}

// pictures are emoji and what colours them.
func pictures(r rune) bool {
	return unicode.Is(unicode.So, r) || r == '\uFE0F' || r >= 0x1F3FB && r <= 0x1F3FF
}

func joined(tokens []token) string {
	raw := make([]string, len(tokens))
	for i, t := range tokens {
		raw[i] = t.raw
	}
	return strings.Join(raw, " ")
}

// nesting is how many more brackets are closed than opened.
func nesting(tokens []token) int {
	n := 0
	for _, t := range tokens {
		for _, r := range t.raw {
			switch {
			case strings.ContainsRune(closers, r):
				n++
			case strings.ContainsRune(openers, r):
				n--
			}
		}
	}
	return n
}

// says is whether a title of this word alone says anything.
func (t token) says() bool {
	return strings.ContainsFunc(t.seen, func(r rune) bool {
		return unicode.IsLetter(r) || unicode.IsNumber(r) || pictures(r)
	})
}

// separates is whether the token only stands between others. Faces such as
// ":)" do not.
func (t token) separates() bool {
	return t.seen == ":" || t.seen == ";" ||
		t.seen != "" && strings.Trim(t.seen, ",-–—|/·•"+openers+closers) == ""
}

func (t token) glues() bool {
	switch strings.ToLower(t.seen) {
	case "and", "plus", "&", "+":
		return true
	}
	return false
}

// leads is whether what follows this word belongs to its sentence. Words with
// which a sentence may well end ("on the page", "fix them all") lead only where
// they are the first.
func (t token) leads() bool {
	switch strings.ToLower(t.bare) {
	case "a", "an", "the", "each", "every", "our", "their",
		"about", "as", "at", "by", "for", "from", "in", "into", "of", "on", "onto", "or", "per", "since", "than",
		"to", "under", "until", "versus", "via", "vs", "with", "without",
		"am", "are", "be", "been", "being", "is", "not", "was", "were", "when", "if", "while",
		"ask", "cc", "remind", "tell", "thank":
		return true
	case "bump", "call", "contact", "drop", "install", "page", "ping", "remove", "replace", "update", "upgrade", "use":
		return t.at == 0
	}
	return false
}
