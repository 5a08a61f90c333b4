package incident

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// mostYears is how far ahead a day may lie before it is taken for a slip of
// the finger.
const mostYears = 5

// tooFar is whether a day or moment is more than [mostYears] after another.
func tooFar(t, from time.Time) bool { return t.After(from.AddDate(mostYears, 0, 0)) }

// readDay is the day that text, all of it, names, as UTC midnight, seen from
// today, which is UTC midnight too: calendars are reckoned without zones. It
// knows 2026-12-01, "Dec 1", "1 Dec 2026", 2w, "in 3 days", "Friday", "today",
// "tomorrow" and "yesterday", in any case. A weekday is the next such day after
// today; a day without a year is the next such day, today included.
//
// 1.12.2026 and 12/1/2026 are refused: whether December or January is meant
// depends on who writes. So is a bare "next week".
func readDay(text string, today time.Time) (time.Time, bool) {
	words := dayWords(text)
	if len(words) > 1 && slices.Contains([]string{"in", "on", "by"}, words[0]) {
		words = words[1:]
	}
	if span, rest, err := ParseSpan(strings.Join(words, " ")); err == nil && rest == "" {
		return span.After(today), true
	}
	if len(words) != 1 {
		return readDate(words, today)
	}
	switch words[0] {
	case "today":
		return today, true
	case "tomorrow":
		return today.AddDate(0, 0, 1), true
	case "yesterday":
		return today.AddDate(0, 0, -1), true
	}
	if w, ok := weekday(words[0]); ok {
		ahead := (int(w-today.Weekday())+6)%7 + 1
		return today.AddDate(0, 0, ahead), true
	}
	day, err := time.Parse("2006-1-2", words[0])
	return day, err == nil
}

// dayWords are the text's words in lower case, without commas and full stops.
func dayWords(text string) []string {
	words := strings.Fields(strings.ToLower(text))
	for i, w := range words {
		words[i] = strings.Trim(w, ",.")
	}
	return words
}

// readDate reads "dec 1", "1 dec", "dec 1 2026" and "1st december 2026".
func readDate(words []string, today time.Time) (time.Time, bool) {
	if len(words) < 2 || len(words) > 3 {
		return time.Time{}, false
	}
	name, number := words[0], words[1]
	if _, ok := month(name); !ok {
		name, number = number, name
	}
	in, ok := month(name)
	day, err := strconv.Atoi(ordinal(number))
	if !ok || err != nil {
		return time.Time{}, false
	}
	if len(words) == 3 {
		year, err := strconv.Atoi(words[2])
		if err != nil || len(words[2]) != 4 {
			return time.Time{}, false
		}
		return date(year, in, day)
	}
	// Eight years always hold a 29 February that exists.
	for year := today.Year(); year <= today.Year()+8; year++ {
		if d, ok := date(year, in, day); ok && !d.Before(today) {
			return d, true
		}
	}
	return time.Time{}, false
}

// ordinal turns "1st" into "1".
func ordinal(number string) string {
	for _, suffix := range []string{"st", "nd", "rd", "th"} {
		if s, ok := strings.CutSuffix(number, suffix); ok {
			return s
		}
	}
	return number
}

// date is UTC midnight of a day; false if the calendar has no such day.
func date(year int, month time.Month, day int) (time.Time, bool) {
	t := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	return t, t.Day() == day && t.Month() == month
}

// weekday reads "fri" and anything longer that goes on to "friday".
func weekday(word string) (time.Weekday, bool) {
	for d := time.Sunday; d <= time.Saturday; d++ {
		if begins(d.String(), word) {
			return d, true
		}
	}
	return 0, false
}

// month reads "dec" and anything longer that goes on to "december".
func month(word string) (time.Month, bool) {
	for m := time.January; m <= time.December; m++ {
		if begins(m.String(), word) {
			return m, true
		}
	}
	return 0, false
}

func begins(name, word string) bool {
	return len(word) >= 3 && strings.HasPrefix(strings.ToLower(name), word)
}

// Span is a length of time by the calendar.
type Span struct{ Months, Days int }

// After is the moment that lies the span after t, by the calendar and clock of
// t's zone. A month after 31 January is the last day of February.
func (s Span) After(t time.Time) time.Time {
	year, month, day := t.Date()
	last := time.Date(year, month+time.Month(s.Months)+1, 0, 0, 0, 0, 0, time.UTC).Day()
	return t.AddDate(0, 0, 1-day).AddDate(0, s.Months, min(day, last)-1+s.Days)
}

var spanForm = regexp.MustCompile(`(?i)^\s*([0-9]{1,4})(?:(d|w|m)|\s*(?:(d)ays?|(w)eeks?|(m)onths?))(?:$|[\s,.;:!?)-])`)

// ParseSpan reads the length of time with which text begins: 3d, 2w, 1m, or
// "2 weeks". The rest is what follows it, as in "2w vendor is on holiday". The
// error is a sentence for people; what it quotes is not neutral.
func ParseSpan(text string) (span Span, rest string, err error) {
	m := spanForm.FindStringSubmatch(text)
	if m == nil {
		return Span{}, text, errors.New("no length of time is given: write «3d», «2w» or «1m»")
	}
	n := atoi(m[1])
	switch strings.ToLower(m[2] + m[3] + m[4] + m[5]) {
	case "d":
		span.Days = n
	case "w":
		span.Days = 7 * n
	case "m":
		span.Months = n
	}
	if n == 0 || span.Days > mostYears*366 || span.Months > mostYears*12 {
		return Span{}, text, fmt.Errorf("%s has to be at least a day and at most %d years: write «3d», «2w» or «1m»",
			quoted(strings.TrimSpace(m[0])), mostYears)
	}
	return span, afterTime(text[len(strings.TrimRight(m[0], " \t,.;:!?)-")):]), nil
}

// civil is the day on which t lies in its own zone, as UTC midnight.
func civil(t time.Time) time.Time {
	year, month, day := t.Date()
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

// moments are the one or two moments at which clocks in the zone show what
// wall shows in UTC, the earlier first: two where clocks are put back. Where
// clocks are put forward over it, it is the moment at which they would have
// shown it, had they been left alone: 02:30 is then what they show as 03:30.
// So it is for a day that begins with such a gap.
func moments(wall time.Time, zone *time.Location) []time.Time {
	// No zone is further than this from UTC, and none changes twice so fast.
	const around = 26 * time.Hour
	before, after := offset(wall.Add(-around), zone), offset(wall.Add(around), zone)
	first, second := wall.Add(-before).In(zone), wall.Add(-after).In(zone)
	firstShows, secondShows := offset(first, zone) == before, offset(second, zone) == after
	switch {
	case firstShows && secondShows && before != after:
		return []time.Time{first, second}
	case secondShows:
		return []time.Time{second}
	}
	return []time.Time{first}
}

// offset is how far clocks in the zone are ahead of UTC at t.
func offset(t time.Time, zone *time.Location) time.Duration {
	_, seconds := t.In(zone).Zone()
	return time.Duration(seconds) * time.Second
}

func orUTC(zone *time.Location) *time.Location {
	if zone == nil {
		return time.UTC
	}
	return zone
}

// quoted shows people their own words, not neutral, and not all of them when
// they are many.
func quoted(words string) string {
	const most = 60
	runes := []rune(strings.ToValidUTF8(words[:min(len(words), 4*most+4)], "\uFFFD"))
	if len(runes) > most {
		return "«" + string(runes[:most]) + "…»"
	}
	return "«" + string(runes) + "»"
}
