package incident_test

import (
	"strings"
	"testing"
	"time"

	"hindsight/internal/incident"
)

func TestDays(t *testing.T) {
	t.Parallel()
	const friday = "2026-11-20T15:00:00Z"
	tests := []struct{ name, text, written, zone, want string }{
		{"ISO", "2026-12-01", friday, "UTC", "2026-12-01"},
		{"ISO without noughts", "2026-12-1", friday, "UTC", "2026-12-01"},
		{"past", "2025-01-31", friday, "UTC", "2025-01-31"},
		{"today", "Today", friday, "UTC", "2026-11-20"},
		{"tomorrow", "tomorrow", friday, "UTC", "2026-11-21"},
		{"yesterday", "yesterday", friday, "UTC", "2026-11-19"},
		{"days", "3d", friday, "UTC", "2026-11-23"},
		{"in days", "in 3 days", friday, "UTC", "2026-11-23"},
		{"one day", "1 day", friday, "UTC", "2026-11-21"},
		{"weeks", "2W", friday, "UTC", "2026-12-04"},
		{"in weeks", "in 2 weeks", friday, "UTC", "2026-12-04"},
		{"a month", "1m", friday, "UTC", "2026-12-20"},
		{"months over the year's end", "in 3 months", friday, "UTC", "2027-02-20"},
		{"a month to a shorter one", "1m", "2027-01-31T12:00:00Z", "UTC", "2027-02-28"},
		{"a month to a leap day", "1m", "2028-01-31T12:00:00Z", "UTC", "2028-02-29"},
		{"a year of months from a leap day", "12m", "2028-02-29T12:00:00Z", "UTC", "2029-02-28"},
		{"a day to a leap day", "1d", "2028-02-28T12:00:00Z", "UTC", "2028-02-29"},
		{"a day over the year's end", "tomorrow", "2026-12-31T12:00:00Z", "UTC", "2027-01-01"},
		{"the next weekday", "Saturday", friday, "UTC", "2026-11-21"},
		{"a weekday before", "thu", friday, "UTC", "2026-11-26"},
		{"the same weekday", "fri", friday, "UTC", "2026-11-27"},
		{"a weekday by half", "on Tues.", friday, "UTC", "2026-11-24"},
		{"month and day", "Dec 1", friday, "UTC", "2026-12-01"},
		{"day and month", "1 dec", friday, "UTC", "2026-12-01"},
		{"ordinals", "December 1st", friday, "UTC", "2026-12-01"},
		{"month and day of next year", "Sept 3rd", friday, "UTC", "2027-09-03"},
		{"month and day of today", "20 nov", friday, "UTC", "2026-11-20"},
		{"with a year", "Dec 1, 2027", friday, "UTC", "2027-12-01"},
		{"with a year, day first", "1 Dec 2027", friday, "UTC", "2027-12-01"},
		{"the next leap day", "29 Feb", friday, "UTC", "2028-02-29"},
		{"the next leap day but one", "29 Feb", "2028-03-01T00:00:00Z", "UTC", "2032-02-29"},
		{"tomorrow in the zone", "tomorrow", "2026-11-20T23:30:00Z", "Europe/Berlin", "2026-11-22"},
		{"today in the zone", "today", "2026-11-20T03:30:00Z", "America/New_York", "2026-11-19"},
		{"half-hour zone", "today", "2026-11-20T18:30:00Z", "Asia/Kolkata", "2026-11-21"},
		{"over the spring change", "2d", "2026-03-28T12:00:00Z", "Europe/Berlin", "2026-03-30"},
		{"over the autumn change", "2d", "2026-10-31T12:00:00Z", "America/New_York", "2026-11-02"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			in := zone(t, tt.zone)
			got := dueDay(tt.text, moment(t, tt.written), in).Due
			if got.In(in).Format("2006-01-02 15:04:05") != tt.want+" 00:00:00" {
				t.Errorf("got %s, want %s", got.In(in), tt.want)
			}
		})
	}
}

func TestDayThatBeginsAtOne(t *testing.T) {
	t.Parallel()
	got := dueDay("2026-04-24", moment(t, "2026-04-01T12:00:00Z"), zone(t, "Africa/Cairo")).Due
	if want := moment(t, "2026-04-24T01:00:00+03:00"); !got.Equal(want) {
		t.Errorf("got %s, want %s: clocks go from midnight to one o'clock there", got, want)
	}
}

// dueDay is an item that is due on the day.
func dueDay(day string, written time.Time, in *time.Location) incident.Wish {
	return incident.ParseWish("Mend it due "+day, incident.WishContext{Written: written, Zone: in})
}

func TestNoDays(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "soon", "next week", "1.12.2026", "12/1/2026", "2026-02-29", "30 Feb", "Feb 30 2027", "32 Dec", "Dec", "Dec 1 26",
		"0d", "0 weeks", "2h", "w", "-2w", "2 w", "2w later", "99999d", "61m", "second", "Dec 1 2026 noon", "1 2", "٣d", "\xff",
	} {
		if w := dueDay(text, moment(t, "2026-11-20T15:00:00Z"), nil); !w.Due.IsZero() {
			t.Errorf("%q is %s", text, w.Due)
		}
	}
	for _, text := range []string{"2031-11-21", "9999-12-31"} {
		if w := dueDay(text, moment(t, "2026-11-20T15:00:00Z"), nil); len(w.Problems) != 1 || !strings.Contains(w.Problems[0], "more than 5 years ahead") {
			t.Errorf("%q: %q", text, w.Problems)
		}
	}
}

func TestSpans(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text string
		want incident.Span
		rest string
	}{
		{"2w", incident.Span{Days: 14}, ""},
		{"3D", incident.Span{Days: 3}, ""},
		{"1m waiting for the vendor", incident.Span{Months: 1}, "waiting for the vendor"},
		{"2 weeks: vendor is on holiday.", incident.Span{Days: 14}, "vendor is on holiday."},
		{"1 month - see #77", incident.Span{Months: 1}, "see #77"},
		{"  60m", incident.Span{Months: 60}, ""},
	}
	for _, tt := range tests {
		got, rest, err := incident.ParseSpan(tt.text)
		if err != nil || got != tt.want || rest != tt.rest {
			t.Errorf("%q: %v, %q, %v", tt.text, got, rest, err)
		}
	}
	for _, text := range []string{"", "2", "w", "2wd", "0d", "61m", "1831d", "2h", "two weeks", "-1d", "vendor 2w"} {
		if got, rest, err := incident.ParseSpan(text); err == nil || rest != text || !strings.Contains(err.Error(), "write «3d», «2w» or «1m»") {
			t.Errorf("%q: %v, %q, %v", text, got, rest, err)
		}
	}
}

func TestSpanKeepsTheClock(t *testing.T) {
	t.Parallel()
	berlin := zone(t, "Europe/Berlin")
	got := incident.Span{Months: 1, Days: 1}.After(time.Date(2026, 2, 28, 9, 30, 0, 0, berlin))
	if want := time.Date(2026, 3, 29, 9, 30, 0, 0, berlin); !got.Equal(want) {
		t.Errorf("got %s, want %s", got, want)
	}
}
