package incident

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// earliest is how long before the incident something may have happened that
// belongs to it.
const earliest = 30 * 24 * time.Hour

// ErrNoTime says that a text does not begin with a time. Where a time is
// optional, all of the text is text; any other error of [ParseTime] is about a
// time that can't be used.
var ErrNoTime = errors.New("no time is given: write «14:05», «2026-11-20 14:05 UTC», «10m ago» or «now»")

// TimeContext is what a time depends on beside its words.
type TimeContext struct {
	Written time.Time      // when the words were written
	Zone    *time.Location // of a time that names none; nil: UTC
	// Load finds a zone by its IANA name, as [time.LoadLocation] does. It is
	// only asked for names that look like one. Nil knows none.
	Load func(name string) (*time.Location, error)
	// Started is when the incident started; zero if unknown, then Written
	// counts.
	Started time.Time
	// Future is true for what is planned: a bare clock time is the next such
	// moment, and weekdays may be named.
	Future bool
}

// ParseTime reads the time with which text begins, in UTC, and answers with
// what follows it. It knows 14:05, 2026-11-20 14:05, "yesterday 14:05", each
// with a zone if wanted, now, "10m ago", "1h30m ago"; for what is planned also
// "tomorrow 14:05" and "Friday 14:05".
//
// A zone is UTC, GMT, Z, +02:00, +0200, UTC+2, an IANA name, or what clocks in
// the team's zone call it at that moment. Other abbreviations are refused: CST
// is three zones. A bare clock time is the latest such moment before the text
// was written, across midnight if need be. Where clocks are put back and show
// the time twice, the later moment counts unless it lies in the future (of what
// is planned, the first that is to come); a time over which they were put
// forward is read as if they had not been, so that 02:30 is their 03:30.
//
// The error is [ErrNoTime], with all of text as the rest, or a sentence for
// people about a time that can't be used; what it quotes is not neutral.
func ParseTime(text string, at TimeContext) (when time.Time, rest string, err error) {
	at.Zone = orUTC(at.Zone)
	text = strings.TrimFunc(text, blank)
	when, rest, err = at.read(text)
	if err != nil {
		return time.Time{}, text, err
	}
	if err := at.allows(when, text[:len(text)-len(rest)]); err != nil {
		return time.Time{}, text, err
	}
	return when.UTC(), afterTime(rest), nil
}

// read finds the form; whether the moment may be used is for allows to say.
func (c TimeContext) read(text string) (time.Time, string, error) {
	if rest, ok := cutWord(text, "now"); ok {
		return c.Written, rest, nil
	}
	if m := agoForm.FindStringSubmatch(text); m != nil && !wordGoesOn(text[len(m[0]):]) {
		return c.Written.Add(-sum(m[1])), text[len(m[0]):], nil
	}
	return c.readClock(text)
}

var (
	agoForm = regexp.MustCompile(`(?i)^((?:[0-9]{1,4}\s*(?:days?|d|hours?|hrs?|h|minutes?|mins?|m)[\s,]*(?:and\s+)?){1,3})ago`)
	agoPart = regexp.MustCompile(`(?i)([0-9]+)\s*([dhm])`)
)

// sum adds up "1h30m" or "2 days, 3 hours". Three parts of four digits are too
// small to overflow.
func sum(parts string) time.Duration {
	var total time.Duration
	for _, m := range agoPart.FindAllStringSubmatch(parts, -1) {
		n, unit := atoi(m[1]), time.Minute
		switch strings.ToLower(m[2]) {
		case "h":
			unit = time.Hour
		case "d":
			unit = 24 * time.Hour
		}
		total += time.Duration(n) * unit
	}
	return total
}

// clockForm is an optional day and a clock time; clockless is a day alone.
var (
	clockForm = regexp.MustCompile(
		`(?i)^(?:at\s+)?(?:([0-9]{4}-[0-9]{1,2}-[0-9]{1,2})(?:t|,?\s+(?:at\s+)?)|([a-z]{3,9}),?\s+(?:at\s+)?)?` +
			`([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.,][0-9]{1,9})?)?`)
	clockless = regexp.MustCompile(`^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:$|[\s,.;:!?])`)
	halfDay   = regexp.MustCompile(`(?i)^\s?[ap]\.?m(?:$|[\s,.;:!?)-])`)
	// A hyphen right behind the minutes may begin a zone only if a date
	// stands before them, as RFC 3339 writes it.
	untilForm   = regexp.MustCompile(`(?i)^(?:\s*[–—]\s*|\s+-\s+|\s+(?:to|until|till)\s+)[0-9]{1,2}:[0-9]{2}`)
	untilOrZone = regexp.MustCompile(`^-[0-9]{1,2}:[0-9]{2}`)
)

// clock is a clock time as written, before a zone is known.
type clock struct {
	day    string        // "2026-11-20", "yesterday", or "" for a bare time
	time   time.Duration // since midnight, as clocks show it
	quoted string
}

func (c TimeContext) readClock(text string) (time.Time, string, error) {
	m := clockForm.FindStringSubmatch(text)
	if m == nil || !c.namesDay(m[2]) {
		return c.withoutClock(text)
	}
	rest := text[len(m[0]):]
	written := clock{day: m[1] + m[2], quoted: quoted(m[0])}
	switch {
	case halfDay.MatchString(rest):
		return time.Time{}, "", fmt.Errorf(
			"%s is read on a clock of 24 hours only: write «14:05» for five past two in the afternoon", written.quoted)
	case untilForm.MatchString(rest), m[1] == "" && untilOrZone.MatchString(rest):
		return time.Time{}, "", fmt.Errorf("%s begins a range, or its zone lacks a space before it: write one time, such as «14:05» or «14:05 +02:00»", written.quoted)
	}
	hours, minutes, seconds := atoi(m[3]), atoi(m[4]), atoi(m[5])
	if hours > 23 || minutes > 59 || seconds > 59 {
		return time.Time{}, "", fmt.Errorf("%s is on no clock: write a time between «00:00» and «23:59»", written.quoted)
	}
	written.time = time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute + time.Duration(seconds)*time.Second
	zone, rest, err := c.readZone(rest)
	switch {
	case err != nil:
		return time.Time{}, "", err
	case wordGoesOn(rest):
		return time.Time{}, "", ErrNoTime
	}
	when, err := c.resolve(written, zone)
	return when, rest, err
}

// namesDay is whether a word before a clock time belongs to it. Weekdays do
// only for what is planned: of what happened, "Friday 14:05" could be either.
func (c TimeContext) namesDay(word string) bool {
	switch word = strings.ToLower(word); word {
	case "", "today", "yesterday", "tomorrow":
		return true
	}
	_, ok := weekday(word)
	return ok && c.Future
}

func (c TimeContext) withoutClock(text string) (time.Time, string, error) {
	if m := clockless.FindString(text); m != "" {
		day := strings.TrimRight(m, " \t,.;:!?")
		return time.Time{}, "", fmt.Errorf("%s is a day without a time: write «%s 14:05»", quoted(day), day)
	}
	return time.Time{}, "", ErrNoTime
}

// resolve finds the moment that is meant.
func (c TimeContext) resolve(written clock, zone namedZone) (time.Time, error) {
	today := civil(c.Written.In(zone.Location))
	days := []time.Time{today.AddDate(0, 0, -1), today, today.AddDate(0, 0, 1)}
	if written.day != "" {
		day, ok := readDay(written.day, today)
		if !ok {
			return time.Time{}, fmt.Errorf("%s names a day that is in no calendar: write «2026-11-20 14:05»", written.quoted)
		}
		days = []time.Time{day}
	}
	var found []time.Time
	for _, day := range days {
		for _, t := range moments(day.Add(written.time), zone.Location) {
			if name, _ := t.Zone(); zone.name == "" || zone.name == name {
				found = append(found, t)
			}
		}
	}
	if len(found) == 0 {
		return time.Time{}, fmt.Errorf("clocks in %s do not show «%s» then: write «UTC» or «+02:00», or no zone", zone.Location, zone.name)
	}
	return c.choose(found), nil
}

// choose takes the latest moment that is past, or the first to come of what is
// planned. Where there is none, it takes the nearest: allows has a word on it.
func (c TimeContext) choose(found []time.Time) time.Time {
	ahead := slices.IndexFunc(found, func(t time.Time) bool { return t.After(c.Written) })
	switch {
	case ahead < 0:
		return found[len(found)-1]
	case c.Future || ahead == 0:
		return found[ahead]
	}
	return found[ahead-1]
}

// allows is nil for a moment that can be used.
func (c TimeContext) allows(when time.Time, written string) error {
	started := c.Started
	if started.IsZero() {
		started = c.Written
	}
	words, meant := quoted(strings.TrimSpace(written)), when.UTC().Format("2006-01-02 15:04 UTC")
	switch {
	case when.After(c.Written) && !c.Future:
		return fmt.Errorf("%s is %s, which is still to come: write when it happened, such as «14:05» or «10m ago»", words, meant)
	case tooFar(when, c.Written):
		return fmt.Errorf("%s is %s, more than %d years ahead: write a time that is nearer", words, meant, mostYears)
	case when.Before(started.Add(-earliest)):
		return fmt.Errorf("%s is %s, more than 30 days before the incident: write a time that is nearer to it", words, meant)
	}
	return nil
}

// namedZone is where clocks are read; name, if any, is what they have to call
// their time.
type namedZone struct {
	*time.Location
	name string
}

var (
	zoneUTC    = regexp.MustCompile(`^(?:\s*(?:(?i:UTC|GMT)|Z)|z)(?:([+-])([0-9]{1,2})(?::?([0-9]{2}))?)?`)
	zoneOffset = regexp.MustCompile(`^\s*([+-])([0-9]{2})(:?)([0-9]{2})`)
	zoneIANA   = regexp.MustCompile(
		`^\s+((?:Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Canada|Etc|Europe|Indian|Pacific|US)(?:/[A-Za-z0-9_+-]+)+)`)
	zoneName = regexp.MustCompile(`^\s*([A-Z]{2,5})`)
	// These are the abbreviations that people write behind times; what else
	// is in capitals there is a word.
	zoneAmbiguous = regexp.MustCompile(
		`^(?:A[CEW][DS]T|A[KS]?[DS]T|BST|BRT|[CEMP][DS]?T|CES?T|EES?T|HKT|HST|[IJK]ST|MSK|N[DSZ]T|NZ[DS]T|PKT|SAST|SGT|WES?T)$`)
)

// readZone reads the zone with which text begins; without one it is the team's.
func (c TimeContext) readZone(text string) (namedZone, string, error) {
	if m := zoneUTC.FindStringSubmatch(text); m != nil && !wordGoesOn(text[len(m[0]):]) {
		return fixed(m[0], m[1], m[2], m[3], text[len(m[0]):])
	}
	if m := zoneOffset.FindStringSubmatch(text); m != nil && !wordGoesOn(text[len(m[0]):]) {
		zone, rest, err := fixed(m[0], m[1], m[2], m[4], text[len(m[0]):])
		if err != nil && m[3] == "" { // "-2000 orders" is no zone
			return namedZone{Location: c.Zone}, text, nil
		}
		return zone, rest, err
	}
	if m := zoneIANA.FindStringSubmatch(text); m != nil {
		return c.load(m[1], text[len(m[0]):])
	}
	if m := zoneName.FindStringSubmatch(text); m != nil && !wordGoesOn(text[len(m[0]):]) {
		return c.abbreviated(m[1], text, text[len(m[0]):])
	}
	return namedZone{Location: c.Zone}, text, nil
}

func fixed(written, sign, hours, minutes, rest string) (namedZone, string, error) {
	ahead := atoi(hours)*60 + atoi(minutes)
	if ahead > 14*60 || atoi(minutes) > 59 {
		return namedZone{}, "", fmt.Errorf("%s is no time zone: write «UTC» or «+02:00»", quoted(strings.TrimSpace(written)))
	}
	if sign == "-" {
		ahead = -ahead
	}
	return namedZone{Location: time.FixedZone("", ahead*60)}, rest, nil
}

func (c TimeContext) load(name, rest string) (namedZone, string, error) {
	if c.Load != nil {
		if zone, err := c.Load(name); err == nil {
			return namedZone{Location: zone}, rest, nil
		}
	}
	return namedZone{}, "", fmt.Errorf("%s is no time zone that is known here: write «UTC», «+02:00» or a name such as «Europe/Berlin»", quoted(name))
}

// abbreviated takes what clocks in the team's zone call their time in summer or
// winter, and refuses what clocks elsewhere do.
func (c TimeContext) abbreviated(name, text, rest string) (namedZone, string, error) {
	for _, month := range []time.Month{time.January, time.July} {
		own, _ := time.Date(c.Written.Year(), month, 1, 0, 0, 0, 0, time.UTC).In(c.Zone).Zone()
		if own == name {
			return namedZone{Location: c.Zone, name: name}, rest, nil
		}
	}
	if zoneAmbiguous.MatchString(name) {
		return namedZone{}, "", fmt.Errorf("%s is the name of more than one time zone, or not of this team's: write «UTC» or «+02:00»", quoted(name))
	}
	return namedZone{Location: c.Zone}, text, nil
}

// atoi is the number of the digits, few enough to fit, that a pattern has
// matched; none are 0.
func atoi(digits string) int {
	n, _ := strconv.Atoi(digits)
	return n
}

// cutWord cuts a word, in any case, off the front.
func cutWord(text, word string) (rest string, ok bool) {
	if len(text) < len(word) || !strings.EqualFold(text[:len(word)], word) || wordGoesOn(text[len(word):]) {
		return text, false
	}
	return text[len(word):], true
}

// wordGoesOn is whether rest is still part of the word or number before it.
func wordGoesOn(rest string) bool {
	r, n := utf8.DecodeRuneInString(rest)
	if strings.ContainsRune(".:,/'’-+", r) && n < len(rest) {
		r, _ = utf8.DecodeRuneInString(rest[n:]) // "1:23.4", "now's", "14:05-ish"
	}
	return unicode.IsLetter(r) || unicode.IsNumber(r) || r == '_'
}

var betweenForm = regexp.MustCompile(`^[,.;:]*(?:[\s\pC]+[-–—]+[\s\pC]|[–—])?`)

// afterTime is what follows a time, without the signs that stand between. A
// hyphen does only with a space behind it: "-2000 orders" is fewer.
func afterTime(rest string) string {
	return strings.TrimFunc(rest[len(betweenForm.FindString(rest)):], blank)
}

// blank is whether a character shows nothing.
func blank(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r)
}
