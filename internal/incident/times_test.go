package incident_test

import (
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"hindsight/internal/incident"
)

type timeTest struct{ name, text, written, zone, want, rest string }

// friday is when most texts here are written, five past three in New York
// and an hour after nine in Berlin.
const friday = "2026-11-20T20:05:30Z"

func (tt timeTest) check(t *testing.T, future bool) {
	t.Helper()
	at := incident.TimeContext{
		Written: moment(t, tt.written), Zone: zone(t, tt.zone), Load: time.LoadLocation, Future: future,
	}
	got, rest, err := incident.ParseTime(tt.text, at)
	if err != nil {
		t.Fatal(err)
	}
	if want := moment(t, tt.want); !got.Equal(want) || got.Location() != time.UTC || rest != tt.rest {
		t.Errorf("got %s, %q, want %s, %q", got, rest, want.UTC(), tt.rest)
	}
}

func TestTimes(t *testing.T) {
	t.Parallel()
	for _, tt := range []timeTest{
		{"now", "now", friday, "UTC", friday, ""},
		{"now in a note", "Now: rolled back", friday, "UTC", friday, "rolled back"},
		{"minutes ago", "10m ago", friday, "UTC", "2026-11-20T19:55:30Z", ""},
		{"hours ago", "2h ago we rolled back", friday, "UTC", "2026-11-20T18:05:30Z", "we rolled back"},
		{"hours and minutes ago", "1h30m ago", friday, "UTC", "2026-11-20T18:35:30Z", ""},
		{"in words", "1 hour and 30 minutes ago", friday, "UTC", "2026-11-20T18:35:30Z", ""},
		{"days ago", "2 days, 1 hr ago", friday, "UTC", "2026-11-18T19:05:30Z", ""},
		{"a clock time", "14:05", friday, "UTC", "2026-11-20T14:05:00Z", ""},
		{"one digit", "9:05", friday, "UTC", "2026-11-20T09:05:00Z", ""},
		{"seconds", "14:05:59", friday, "UTC", "2026-11-20T14:05:59Z", ""},
		{"at", "at 14:05 we rolled back", friday, "UTC", "2026-11-20T14:05:00Z", "we rolled back"},
		{"this very minute", "20:05", friday, "UTC", "2026-11-20T20:05:00Z", ""},
		{"this very moment", "20:05:30", friday, "UTC", friday, ""},
		{"across midnight", "20:06", friday, "UTC", "2026-11-19T20:06:00Z", ""},
		{"across midnight of the zone", "23:50", "2026-11-20T23:10:00Z", "Europe/Berlin", "2026-11-20T22:50:00Z", ""},
		{"across the year's end", "23:50", "2027-01-01T00:10:00Z", "UTC", "2026-12-31T23:50:00Z", ""},
		{"across a leap day", "23:50", "2028-03-01T00:10:00Z", "UTC", "2028-02-29T23:50:00Z", ""},
		{"yesterday", "yesterday 14:05", friday, "UTC", "2026-11-19T14:05:00Z", ""},
		{"yesterday at", "Yesterday at 14:05 rolled back", friday, "UTC", "2026-11-19T14:05:00Z", "rolled back"},
		{"yesterday in the zone", "yesterday 14:05", "2026-11-20T23:30:00Z", "Europe/Berlin", "2026-11-20T13:05:00Z", ""},
		{"today", "today, 14:05", friday, "UTC", "2026-11-20T14:05:00Z", ""},
		{"a date", "2026-11-19 14:05", friday, "UTC", "2026-11-19T14:05:00Z", ""},
		{"a date with T", "2026-11-19T14:05:10Z", friday, "Europe/Berlin", "2026-11-19T14:05:10Z", ""},
		{"a date by RFC 3339", "2026-11-19T14:05:10.123-05:00", friday, "UTC", "2026-11-19T19:05:10Z", ""},
		{"a date in the zone", "2026-11-19 14:05", friday, "America/New_York", "2026-11-19T19:05:00Z", ""},
		{"a date in summer", "2026-10-24 14:05", "2026-11-01T00:00:00Z", "Europe/Berlin", "2026-10-24T12:05:00Z", ""},

		{"UTC", "14:05 UTC", friday, "Europe/Berlin", "2026-11-20T14:05:00Z", ""},
		{"utc", "14:05 utc: rolled back", friday, "Europe/Berlin", "2026-11-20T14:05:00Z", "rolled back"},
		{"UTC+2", "14:05 UTC+2 rolled back", friday, "UTC", "2026-11-20T12:05:00Z", "rolled back"},
		{"GMT", "14:05 GMT", friday, "Europe/Berlin", "2026-11-20T14:05:00Z", ""},
		{"Z", "14:05Z", friday, "Europe/Berlin", "2026-11-20T14:05:00Z", ""},
		{"an offset", "14:05 +02:00 rolled back", friday, "UTC", "2026-11-20T12:05:00Z", "rolled back"},
		{"an offset without a colon", "14:05 -0530", friday, "UTC", "2026-11-20T19:35:00Z", ""},
		{"an offset without a space", "14:05+02:00", friday, "UTC", "2026-11-20T12:05:00Z", ""},
		{"a bare time in another day's zone", "08:05 +14:00", friday, "UTC", "2026-11-20T18:05:00Z", ""},
		{"an IANA name", "14:05 Europe/Berlin rolled back", friday, "UTC", "2026-11-20T13:05:00Z", "rolled back"},
		{"a long IANA name", "14:05 America/Argentina/Buenos_Aires", friday, "UTC", "2026-11-20T17:05:00Z", ""},
		{"the team's abbreviation", "14:05 CET rolled back", friday, "Europe/Berlin", "2026-11-20T13:05:00Z", "rolled back"},
		{"the team's summer abbreviation", "2026-10-24 14:05 CEST", "2026-11-01T00:00:00Z", "Europe/Berlin", "2026-10-24T12:05:00Z", ""},
		{"a team for which CST is clear", "14:05 CST", "2026-11-20T21:00:00Z", "America/Chicago", "2026-11-20T20:05:00Z", ""},

		{"Berlin, put forward over it", "02:30", "2026-03-29T12:00:00Z", "Europe/Berlin", "2026-03-29T01:30:00Z", ""},
		{"Berlin, before it was put forward", "01:59", "2026-03-29T12:00:00Z", "Europe/Berlin", "2026-03-29T00:59:00Z", ""},
		{"Berlin, after it was put forward", "03:00", "2026-03-29T12:00:00Z", "Europe/Berlin", "2026-03-29T01:00:00Z", ""},
		{"Berlin, shown twice", "02:30", "2026-10-25T12:00:00Z", "Europe/Berlin", "2026-10-25T01:30:00Z", ""},
		{"Berlin, shown twice, between", "02:30", "2026-10-25T01:00:00Z", "Europe/Berlin", "2026-10-25T00:30:00Z", ""},
		{"Berlin, shown twice, dated", "2026-10-25 02:30", "2026-10-26T12:00:00Z", "Europe/Berlin", "2026-10-25T01:30:00Z", ""},
		{"Berlin, shown twice, dated, between", "2026-10-25 02:30", "2026-10-25T01:00:00Z", "Europe/Berlin", "2026-10-25T00:30:00Z", ""},
		{"Berlin, shown twice, named", "02:30 CEST", "2026-10-25T12:00:00Z", "Europe/Berlin", "2026-10-25T00:30:00Z", ""},
		{"New York, put forward over it", "2026-03-08 02:30", "2026-03-09T12:00:00Z", "America/New_York", "2026-03-08T07:30:00Z", ""},
		{"New York, shown twice", "01:30", "2026-11-01T12:00:00Z", "America/New_York", "2026-11-01T06:30:00Z", ""},
		{"New York, shown twice, named", "01:30 EDT", "2026-11-01T12:00:00Z", "America/New_York", "2026-11-01T05:30:00Z", ""},
		{"New York, the day after", "14:05", "2026-11-01T12:00:00Z", "America/New_York", "2026-10-31T18:05:00Z", ""},
		{"half an hour put back", "01:45", "2026-04-04T20:00:00Z", "Australia/Lord_Howe", "2026-04-04T15:15:00Z", ""},
		{"no summer time", "14:05", friday, "Asia/Tokyo", "2026-11-20T05:05:00Z", ""},
		{"half an hour beside", "14:05", friday, "Asia/Kolkata", "2026-11-20T08:35:00Z", ""},
		{"a quarter beside", "14:05", friday, "Asia/Kathmandu", "2026-11-20T08:20:00Z", ""},

		{"a note", "14:05 Rolled back v212", friday, "UTC", "2026-11-20T14:05:00Z", "Rolled back v212"},
		{"a note behind a dash", "14:05 – Rolled back v212", friday, "UTC", "2026-11-20T14:05:00Z", "Rolled back v212"},
		{"a note behind a colon", "14:05: Rolled back", friday, "UTC", "2026-11-20T14:05:00Z", "Rolled back"},
		{"a note in capitals", "14:05 DNS changed", friday, "UTC", "2026-11-20T14:05:00Z", "DNS changed"},
		{"a note with a slash", "14:05 read/write errors", friday, "UTC", "2026-11-20T14:05:00Z", "read/write errors"},
		{"a note with a number", "14:05 -2000 orders", friday, "UTC", "2026-11-20T14:05:00Z", "-2000 orders"},
		{"a note of pictures", "14:05 🔥", friday, "UTC", "2026-11-20T14:05:00Z", "🔥"},
		{"hidden characters", "\u200b 14:05\u200b Rolled\u200b back \x00", friday, "UTC", "2026-11-20T14:05:00Z", "Rolled\u200b back"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.check(t, false)
		})
	}
}

func TestTimesThatArePlanned(t *testing.T) {
	t.Parallel()
	for _, tt := range []timeTest{
		{"later today", "21:00", friday, "UTC", "2026-11-20T21:00:00Z", ""},
		{"tomorrow morning", "9:00", friday, "UTC", "2026-11-21T09:00:00Z", ""},
		{"this very moment", "20:05:30", friday, "UTC", "2026-11-21T20:05:30Z", ""},
		{"in the zone", "22:00", friday, "Europe/Berlin", "2026-11-20T21:00:00Z", ""},
		{"tomorrow", "tomorrow at 14:00", friday, "America/New_York", "2026-11-21T19:00:00Z", ""},
		{"a weekday", "Tuesday 14:00 UTC", friday, "America/New_York", "2026-11-24T14:00:00Z", ""},
		{"a date", "2026-12-01 14:00", friday, "UTC", "2026-12-01T14:00:00Z", ""},
		{"after the year's end", "00:10", "2026-12-31T23:50:00Z", "UTC", "2027-01-01T00:10:00Z", ""},
		{"a leap day", "00:10", "2028-02-28T23:50:00Z", "UTC", "2028-02-29T00:10:00Z", ""},
		{"it has been", "2026-11-20 14:00", friday, "UTC", "2026-11-20T14:00:00Z", ""},
		{"shown twice", "2026-10-25 02:30", "2026-10-20T00:00:00Z", "Europe/Berlin", "2026-10-25T00:30:00Z", ""},
		{"shown twice, between", "02:30", "2026-10-25T00:45:00Z", "Europe/Berlin", "2026-10-25T01:30:00Z", ""},
		{"put forward over it", "02:30", "2026-03-28T12:00:00Z", "Europe/Berlin", "2026-03-29T01:30:00Z", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.check(t, true)
		})
	}
}

func TestTimesThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		future     bool
		says       string
	}{
		{"no such hour", "25:05", false, "«25:05» is on no clock"},
		{"no such minute", "14:60 rolled back", false, "«14:60» is on no clock"},
		{"no such day", "2026-02-30 14:05", false, "«2026-02-30 14:05» names a day that is in no calendar"},
		{"a day alone", "2026-11-19", false, "write «2026-11-19 14:05»"},
		{"a day and a note", "2026-11-19, rolled back", false, "«2026-11-19» is a day without a time"},
		{"twelve hours", "2:05 pm rolled back", false, "clock of 24 hours"},
		{"twelve hours in one word", "2:05PM", false, "clock of 24 hours"},
		{"twelve hours with full stops", "2:05 p.m.", false, "clock of 24 hours"},
		{"a range", "14:05-14:20 outage", false, "begins a range"},
		{"a range with a dash", "14:05 – 14:20", false, "begins a range"},
		{"a range in words", "14:05 to 14:20", false, "begins a range"},
		{"to come", "2026-11-21 14:05", false, "is 2026-11-21 13:05 UTC, which is still to come"},
		{"tomorrow", "tomorrow 14:05", false, "still to come"},
		{"today, later", "today 22:00", false, "still to come"},
		{"long before", "2026-10-01 14:05", false, "«2026-10-01 14:05» is 2026-10-01 12:05 UTC, more than 30 days before the incident"},
		{"long ago", "9999d 9999d 9999d ago", false, "more than 30 days before"},
		{"planned long before", "2026-10-01 14:05", true, "more than 30 days before"},
		{"planned too far ahead", "2036-11-20 14:05", true, "more than 5 years ahead"},
		{"three zones", "14:05 CST", false, "«CST» is the name of more than one time zone, or not of this team's: write «UTC» or «+02:00»"},
		{"another team's zone", "14:05 EST rolled back", false, "«EST» is the name"},
		{"the wrong half of the year", "14:05 CEST", false, "clocks in Europe/Berlin do not show «CEST» then"},
		{"no such offset", "14:05 +25:00", false, "«+25:00» is no time zone"},
		{"no such minutes of an offset", "14:05 UTC+2:75", false, "«UTC+2:75» is no time zone"},
		{"no such city", "14:05 Europe/Berln", false, "«Europe/Berln» is no time zone that is known here"},
		{"a path", "14:05 Europe/Berlin/etc/passwd", false, "is no time zone"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			at := incident.TimeContext{
				Written: moment(t, friday), Zone: zone(t, "Europe/Berlin"), Load: time.LoadLocation,
				Started: moment(t, "2026-11-20T10:00:00Z"), Future: tt.future,
			}
			got, rest, err := incident.ParseTime(tt.text, at)
			if err == nil || errors.Is(err, incident.ErrNoTime) || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("%s, %v, want an error that says %q", got, err, tt.says)
			}
			if !got.IsZero() || rest != tt.text {
				t.Errorf("got %s, %q beside an error", got, rest)
			}
		})
	}
}

func TestNoTimes(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "Rolled back", "nowhere near", "now's the time", "now_ago", "10m of downtime", "10m agony", "yesterday we rolled back",
		"today", "deploy 14:05", "Friday 14:05 deploy", "14:5", "14:055", "14:05h", "14:05-ish", "1:23.4", "14.05", "1405", "4:1",
		"140:05", "2026-11-20-14:05", "-14:05", "@14:05", "１４:05", "2026-11-201 14:05", "\xff14:05",
	} {
		at := incident.TimeContext{Written: moment(t, friday)}
		got, rest, err := incident.ParseTime(text+"  ", at)
		if !errors.Is(err, incident.ErrNoTime) || rest != text {
			t.Errorf("%q: %s, %q, %v", text, got, rest, err)
		}
	}
}

func TestThirtyDaysBeforeTheIncident(t *testing.T) {
	t.Parallel()
	at := incident.TimeContext{Written: moment(t, friday), Started: moment(t, "2026-11-10T12:00:00Z")}
	if _, _, err := incident.ParseTime("2026-10-11 12:00", at); err != nil {
		t.Errorf("thirty days are allowed: %v", err)
	}
	if got, _, err := incident.ParseTime("2026-10-11 11:59", at); err == nil {
		t.Errorf("%s is allowed", got)
	}
}

func TestZonesByNameNeedALoader(t *testing.T) {
	t.Parallel()
	at := incident.TimeContext{Written: moment(t, friday)}
	if got, _, err := incident.ParseTime("14:05 Europe/Berlin", at); err == nil {
		t.Errorf("got %s", got)
	}
}

var zones = []string{
	"UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Kiritimati",
	"America/St_Johns", "Africa/Cairo", "Africa/Casablanca",
}

// TestAnyMomentIsReadBack writes a moment down as clocks in some zone show it.
func TestAnyMomentIsReadBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		in := zone(t, rapid.SampledFrom(zones).Draw(r, "zone"))
		written := time.Unix(rapid.Int64Range(1.7e9, 1.9e9).Draw(r, "written"), 0)
		want := written.Add(-time.Duration(rapid.IntRange(0, 24*3600).Draw(r, "seconds ago")) * time.Second)
		shown := want.In(in)
		at := incident.TimeContext{Written: written, Zone: in}
		for _, layout := range []string{
			"2006-01-02 15:04:05 -07:00", "2006-01-02T15:04:05Z07:00", "2006-01-02 15:04:05 -0700 ok", "2006-01-02 15:04:05", "15:04:05",
		} {
			got, _, err := incident.ParseTime(shown.Format(layout), at)
			if err != nil {
				r.Fatalf("%s: %v", shown.Format(layout), err)
			}
			// A zone that changes in between shows some clock times twice, or
			// makes a day longer; the later one counts.
			zoned := strings.Contains(layout, "07")
			if zoned && !got.Equal(want) {
				r.Fatalf("%s: got %s, want %s", shown.Format(layout), got, want)
			}
			if got.After(written) || got.Before(want) || got.In(in).Format(time.TimeOnly) != shown.Format(time.TimeOnly) {
				r.Fatalf("%s: got %s, written %s", shown.Format(layout), got.In(in), written)
			}
		}
	})
}

func FuzzParseTime(f *testing.F) {
	for _, text := range []string{
		"14:05", "2026-11-20 14:05:10.5 Europe/Berlin x", "yesterday at 9:00 CEST", "1h 30m ago: y", "Friday 14:05 +0200",
		"at 02:30-05:00", "14:05 UTC+2:30 – z", "now, \u200b\xff", "2026-02-29 24:00",
	} {
		f.Add(text, int64(1_795_205_130), uint8(1), true)
	}
	f.Fuzz(func(t *testing.T, text string, written int64, in uint8, future bool) {
		at := incident.TimeContext{
			Written: time.Unix(written%4_000_000_000, 0), Zone: zone(t, zones[int(in)%len(zones)]), Load: time.LoadLocation, Future: future,
		}
		if wrong := wrongTime(text, at); wrong != "" {
			t.Errorf("%q: %s", text, wrong)
		}
	})
}

// TestAnyTimes does what the fuzzing does, with words that are closer to the
// matter.
func TestAnyTimes(t *testing.T) {
	t.Parallel()
	pieces := rapid.SampledFrom([]string{
		"now", "at", "ago", "10m", "2h", "1 day", "and", "yesterday", "today", "tomorrow", "Friday", "2026-11-20", "2026-03-29", "2026-02-30",
		"T", "14:05", "02:30", "1:30", "24:00", ":30", ".5", "Z", "UTC", "+2", "+02:00", "-0500", "Europe/Berlin", "US/EU", "CET", "CEST", "EST", "LHST",
		"pm", "-", "–", ",", "to", "x", "🔥", "\u200b",
	})
	rapid.Check(t, func(r *rapid.T) {
		var text strings.Builder
		for _, piece := range rapid.SliceOfN(pieces, 0, 8).Draw(r, "pieces") {
			text.WriteString(piece + rapid.SampledFrom([]string{" ", " ", ""}).Draw(r, "space"))
		}
		at := incident.TimeContext{
			Written: time.Unix(rapid.Int64Range(1.7e9, 1.9e9).Draw(r, "written"), 0),
			Zone:    zone(t, rapid.SampledFrom(zones).Draw(r, "zone")), Load: time.LoadLocation,
			Future: rapid.Bool().Draw(r, "future"),
		}
		if wrong := wrongTime(text.String(), at); wrong != "" {
			r.Errorf("%q: %s", text.String(), wrong)
		}
	})
}

// wrongTime is what is wrong with the time that any text is read as.
func wrongTime(text string, at incident.TimeContext) string {
	got, rest, err := incident.ParseTime(text, at)
	switch {
	case !strings.Contains(text, rest):
		return "the rest is not of the text"
	case err != nil && !got.IsZero():
		return "a time beside an error"
	case err != nil && letters(rest) != letters(text):
		return "an error, yet words are missing"
	case err != nil && !utf8.ValidString(err.Error()):
		return "a broken error"
	case err != nil:
	case got.After(at.Written) && !at.Future:
		return "still to come"
	case got.Before(at.Written.Add(-30*24*time.Hour)) || got.After(at.Written.AddDate(5, 0, 1)):
		return "too far away"
	}
	return ""
}
