package survey

import (
	"fmt"
	"testing"
	"time"
)

// The seven days of a week are those dates that ISO 8601 puts into it, at the turns of years too.
func TestDaysOfWeeks(t *testing.T) {
	t.Parallel()
	for week, monday := range map[string]string{ // Wikipedia, "ISO week date"
		"2026-W47": "2026-11-16", "2026-W01": "2025-12-29", "2020-W53": "2020-12-28", "2021-W01": "2021-01-04", "1977-W53": "1978-01-02",
	} {
		days, ok := Days(week)
		if ok != (week != "1977-W53") || days[0].Format(time.DateOnly) != monday {
			t.Errorf("%s begins on %s, %v; want %s", week, days[0].Format(time.DateOnly), ok, monday)
		}
		for i, day := range days {
			if Weekday(day) != i+1 || ok && Week(day) != week {
				t.Errorf("day %d of %s is %s, a %d of %s", i+1, week, day, Weekday(day), Week(day))
			}
		}
	}
	if _, ok := Days("Москва"); ok {
		t.Error("a town is a week")
	}
}

// What was counted before days were is taken back as it was counted, and counted by its day from then on.
func TestMarkWithoutDay(t *testing.T) {
	t.Parallel()
	friday := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	r := CountedResponse{Response: Response{Campaign: "campaign", Audience: Customers, Score: 9, Verified: true, First: friday, Counted: friday, Version: 2}}
	_, d, ok, err := r.Count([]byte(`{"v":1,"s":9,"y":true,"w":"2026-W47","a":"customers"}`))
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	if got := d[TallyKey{"campaign", KindWeek, "2026-W47"}]; len(d) != 1 || len(got) != 1 || got["d5s9"] != 1 {
		t.Errorf("counted %v", d)
	}
	c := Counts{"s9": 3, "u7": 2, "sent": 5, "d5s9": 2, "d6s9": 1, "d5sent": 5}
	if got := c.Day(5); got.Scores[9] != 2 || got.Sent != 5 {
		t.Errorf("Friday is %+v", got)
	}
	if got := c.Whole(); len(got) != 2 || got["s9"] != 3 {
		t.Errorf("without days it is %v", got)
	}
}

// An unverified answer is counted by its score in its campaign's week alone, and a person who confirms it leaves nothing of
// that; a marker from before scores were counted takes none away.
func TestUnverifiedScores(t *testing.T) {
	t.Parallel()
	r := Response{Version: 1, Score: 3, First: time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC), Audience: Customers}
	week, audience := TallyKey{"campaign", KindWeek, "2026-W47"}, TallyKey{string(Customers), KindWeek, "2026-W47"}
	d := Deltas{}
	MarkOf(r, time.UTC).Count(d, "campaign", 1)
	if got := d[week].Tally(); got.UnverifiedScores[3] != 1 || got.Unverified != 1 || got.Answers() != 0 || d[audience]["u3"] != 0 || d[audience]["unverified"] != 1 {
		t.Errorf("unverified: %v", d)
	}
	before := MarkOf(r, time.UTC)
	r.Version, r.Verified, r.Counted = 2, true, r.First
	before.Count(d, "campaign", -1)
	MarkOf(r, time.UTC).Count(d, "campaign", 1)
	if got := d[week].Tally(); got.UnverifiedScores != [11]int64{} || got.Unverified != 0 || got.Scores[3] != 1 {
		t.Errorf("confirmed: %v", d)
	}
	d = Deltas{}
	Mark{Version: 1, Score: 3, Week: "2026-W47", Audience: Customers}.Count(d, "campaign", -1)
	if d[week]["u3"] != 0 || d[week]["unverified"] != -1 {
		t.Errorf("an old marker takes away %v", d[week])
	}
}

// A campaign's week with every score on each of its days stays within the kilobyte of one write unit, up to 9,999 of each
// in each of its four copies: three million answers a week.
func TestWeekFitsAWriteUnit(t *testing.T) {
	t.Parallel()
	const number = 3 // bytes of a number of four digits: DynamoDB's developer guide, "item sizes"
	size := len("pk") + len("TALLY#campaign#00") + len("sk") + len("week#2026-W47")
	d := Deltas{}
	for day := 1; day <= 7; day++ {
		p := place{campaign: "campaign", audience: Customers, week: "2026-W47", day: day}
		for _, field := range []string{"sent", "comments", "unverified", "s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10"} {
			p.add(d, field, 9999)
		}
	}
	for score := range 11 {
		Mark{Version: 1, Score: score, Guess: true, Week: "2026-W47", Audience: Customers}.Count(d, "campaign", 9999)
	}
	for name := range d[TallyKey{"campaign", KindWeek, "2026-W47"}] {
		size += len(name) + number
	}
	if size > 1024 {
		t.Errorf("a week takes %d bytes", size)
	}
}

// An answer is of the week and the day that the campaign's clock shows, at the edges of the world and when clocks change.
func TestWeeksAreOnTheClock(t *testing.T) {
	t.Parallel()
	for _, one := range []struct {
		zone, at, week string
		day            int
	}{
		{"", "2026-11-22T23:59:59Z", "2026-W47", 7},
		{"", "2026-11-23T00:00:00Z", "2026-W48", 1},
		{"Asia/Kamchatka", "2026-11-22T11:59:59Z", "2026-W47", 7}, // UTC+12
		{"Asia/Kamchatka", "2026-11-22T12:00:00Z", "2026-W48", 1},
		{"Pacific/Pago_Pago", "2026-11-23T10:59:59Z", "2026-W47", 7}, // UTC−11
		{"Pacific/Pago_Pago", "2026-11-23T11:00:00Z", "2026-W48", 1},
		{"Europe/Berlin", "2026-03-28T22:59:59Z", "2026-W13", 6}, // put forward in the night of 29 March at 1:00 UTC
		{"Europe/Berlin", "2026-03-28T23:00:00Z", "2026-W13", 7},
		{"Europe/Berlin", "2026-03-29T21:59:59Z", "2026-W13", 7}, // a Sunday of 23 hours
		{"Europe/Berlin", "2026-03-29T22:00:00Z", "2026-W14", 1},
		{"Europe/Berlin", "2026-10-24T21:59:59Z", "2026-W43", 6}, // put back in the night of 25 October at 1:00 UTC
		{"Europe/Berlin", "2026-10-24T22:00:00Z", "2026-W43", 7},
		{"Europe/Berlin", "2026-10-25T22:59:59Z", "2026-W43", 7}, // a Sunday of 25 hours
		{"Europe/Berlin", "2026-10-25T23:00:00Z", "2026-W44", 1},
		{"Europe/Moscow", "2026-12-31T20:59:59Z", "2026-W53", 4},
		{"Europe/Moscow", "2026-12-31T21:00:00Z", "2026-W53", 5},
		{"Nowhere/At_All", "2026-11-22T23:59:59Z", "2026-W47", 7}, // as UTC
	} {
		at, err := time.Parse(time.RFC3339, one.at)
		if err != nil {
			t.Fatal(err)
		}
		c := Campaign{ID: "campaign", Zone: one.zone}
		m := MarkOf(Response{Campaign: c.ID, Audience: Customers, Score: 9, Verified: true, First: at, Counted: at, Version: 1}, c.Clock())
		if m.Week != one.week || m.Day != one.day {
			t.Errorf("%s in %q is day %d of %s, want %d of %s", one.at, one.zone, m.Day, m.Week, one.day, one.week)
		}
		d := Deltas{}
		CountBatch(d, Batch{Campaign: c.ID, State: BatchDone, At: at, Outcomes: []Outcome{{State: InvitationSent}}}, Customers, c.Clock())
		if n := d[TallyKey{"campaign", KindWeek, one.week}][fmt.Sprintf("d%dsent", one.day)]; n != 1 {
			t.Errorf("%s in %q: a letter is counted as %v", one.at, one.zone, d)
		}
	}
}
