package calendar_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"onetap/internal/apperr"
	"onetap/internal/calendar"
	_ "onetap/internal/calendar/holidays"
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func russia(t *testing.T) calendar.Calendar {
	c := calendar.Usual()
	c.Country = "ru"
	return c.In(zone(t, "Europe/Moscow"), "")
}

const local = "2006-01-02 15:04"

func TestWorkingDays(t *testing.T) {
	t.Parallel()
	short := calendar.Usual()
	short.Week[time.Friday] = calendar.Hours{9, 16}
	moved := calendar.Usual()
	moved.Country = "ru"
	moved.Days, _ = calendar.ReadDays("20.02.2027 рабочий\n22.02.2027 выходной\n2027-03-05 off")
	moscow := zone(t, "Europe/Moscow")
	for _, tt := range []struct {
		name     string
		cal      calendar.Calendar
		at       string
		days     int
		deadline string
	}{
		{"in the week", russia(t), "2027-03-02 11:20", 2, "2027-03-04 11:20"},
		{"over a weekend", russia(t), "2027-03-12 16:00", 2, "2027-03-16 16:00"},
		{"from a Saturday", russia(t), "2027-03-13 12:00", 2, "2027-03-16 18:00"},
		{"before work", russia(t), "2027-03-15 07:00", 2, "2027-03-16 18:00"},
		{"at the beginning of work", russia(t), "2027-03-15 09:00", 1, "2027-03-15 18:00"},
		{"after work", russia(t), "2027-03-15 20:00", 1, "2027-03-16 18:00"},
		{"at the end of work", russia(t), "2027-03-15 18:00", 1, "2027-03-16 18:00"},
		{"over Women's Day", russia(t), "2027-03-05 10:00", 1, "2027-03-09 10:00"},
		{"over the new year", russia(t), "2026-12-31 15:00", 2, "2027-01-12 15:00"},
		{"the next day is short", short.In(moscow, ""), "2027-03-04 17:30", 1, "2027-03-05 16:00"},
		{"a Saturday that works", moved.In(moscow, ""), "2027-02-19 10:00", 1, "2027-02-20 10:00"},
		{"moved and own days off", moved.In(moscow, ""), "2027-02-20 10:00", 1, "2027-02-24 10:00"},
		{"own days are the country's", moved.In(moscow, "de"), "2027-02-19 10:00", 1, "2027-02-22 10:00"},
		{"around the clock", calendar.Company{}.In(moscow, ""), "2027-03-13 12:00", 2, "2027-03-15 12:00"},
	} {
		at, _ := time.ParseInLocation(local, tt.at, moscow)
		if got := tt.cal.AddDays(at, tt.days).Format(local); got != tt.deadline {
			t.Errorf("%s: %d days from %s are until %s, not %s", tt.name, tt.days, tt.at, got, tt.deadline)
		}
	}
}

func TestWorkingHours(t *testing.T) {
	t.Parallel()
	cal, moscow := russia(t), zone(t, "Europe/Moscow")
	at := time.Date(2027, 3, 12, 16, 0, 0, 0, moscow) // a Friday
	for _, tt := range []struct {
		hours int
		want  string
	}{{1, "2027-03-12 17:00"}, {2, "2027-03-12 18:00"}, {3, "2027-03-15 10:00"}, {11, "2027-03-15 18:00"}, {12, "2027-03-16 10:00"}} {
		if got := cal.Add(at, time.Duration(tt.hours)*time.Hour).Format(local); got != tt.want {
			t.Errorf("%d hours are until %s, not %s", tt.hours, got, tt.want)
		}
	}
	if got := cal.Half(at, cal.AddDays(at, 2)).Format(local); got != "2027-03-15 16:00" {
		t.Error("half of two days is over at", got)
	}
	if got := cal.Morning(at, 9).Format(local); got != "2027-03-15 09:00" {
		t.Error("the next working morning is", got)
	}
	if got := cal.Morning(time.Date(2027, 3, 12, 8, 59, 0, 0, moscow), 9).Format(local); got != "2027-03-12 09:00" {
		t.Error("the morning of the same day is", got)
	}
}

// TestChangeOfClocks: a deadline keeps its hour on the wall, and working time is counted as it passes.
func TestChangeOfClocks(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ at, deadline string }{
		{"2027-03-26 15:00", "2027-03-30 15:00"}, // summer time begins on 28 March
		{"2027-10-29 15:00", "2027-11-02 15:00"}, // and ends on 31 October
	} {
		berlin := zone(t, "Europe/Berlin")
		cal := calendar.Usual().In(berlin, "")
		at, _ := time.ParseInLocation(local, tt.at, berlin)
		deadline := cal.AddDays(at, 2)
		if deadline.Format(local) != tt.deadline {
			t.Errorf("two days from %s are until %s", tt.at, deadline.Format(local))
		}
		if work := cal.Between(at, deadline); work != 18*time.Hour {
			t.Error("working time over a change of clocks:", work)
		}
		// Around the clock: the hour on the wall stays, and the day is an hour shorter or longer.
		wall := calendar.Company{}.In(berlin, "").AddDays(at, 2)
		if wall.Format("15:04") != "15:00" {
			t.Error("two days around the clock are until", wall.Format(local))
		}
	}
	// A night shift: on the day on which clocks go forward it is an hour shorter.
	night := calendar.Company{Week: [7]calendar.Hours{time.Sunday: {0, 8}}}
	cal := night.In(zone(t, "Europe/Berlin"), "")
	if work := cal.Between(calendar.Date{2027, 3, 28}.At(0, zone(t, "Europe/Berlin")), calendar.Date{2027, 3, 28}.At(9, zone(t, "Europe/Berlin"))); work != 7*time.Hour {
		t.Error("the night of summer time has", work)
	}
}

// TestHolidays compares with published lists. Russia: Labour Code, article 112, and the Ministry of Labour's production calendar of 2025
// without its moved days (consultant.ru); Germany: the nine of the whole country, and the United States: 5 U.S.C. 6103.
func TestHolidays(t *testing.T) {
	t.Parallel()
	for country, want := range map[string][]string{
		"ru": {"2025-01-01", "2025-01-02", "2025-01-03", "2025-01-04", "2025-01-05", "2025-01-06", "2025-01-07", "2025-01-08", "2025-02-23", "2025-02-24", "2025-03-08", "2025-03-10", "2025-05-01", "2025-05-09", "2025-06-12", "2025-11-04"},
		"de": {"2025-01-01", "2025-04-18", "2025-04-21", "2025-05-01", "2025-05-29", "2025-06-09", "2025-10-03", "2025-12-25", "2025-12-26"},
		"us": {"2025-01-01", "2025-01-20", "2025-02-17", "2025-05-26", "2025-06-19", "2025-07-04", "2025-09-01", "2025-10-13", "2025-11-11", "2025-11-27", "2025-12-25"},
	} {
		var got []string
		for d := (calendar.Date{2025, 1, 1}); d.Year == 2025; d = d.Next(1) {
			if calendar.Holiday(country, d) {
				got = append(got, d.String())
			}
		}
		if len(got) != len(want) {
			t.Errorf("%s has %v", country, got)
			continue
		}
		for i := range got {
			if got[i] != want[i] {
				t.Errorf("%s: %s, not %s", country, got[i], want[i])
			}
		}
	}
	for _, country := range calendar.Countries {
		if len(calendar.HolidaysOf(country, 2027)) < 5 {
			t.Error("few holidays of", country)
		}
	}
}

// TestProductionCalendar: with the decree's moved days of 2025 pasted, Russia has the 247 working days of its production calendar
// (Government decree No. 1335 of 4 October 2024; the month's counts of the five-day week are published by consultant.ru).
func TestProductionCalendar(t *testing.T) {
	t.Parallel()
	c := calendar.Usual()
	c.Country = "ru"
	var err error
	if c.Days, err = calendar.ReadDays("02.05.2025 выходной (с 4 января)\n08.05.2025 выходной (с 23 февраля)\n13.06.2025 выходной (с 8 марта)\n03.11.2025 выходной (с 1 ноября)\n31.12.2025 выходной (с 5 января)\n01.11.2025 рабочий\n24.02.2025 рабочий\n10.03.2025 рабочий"); err != nil {
		t.Fatal(err)
	}
	cal := c.In(time.UTC, "")
	var months [13]int
	sum := 0
	for d := (calendar.Date{2025, 1, 1}); d.Year == 2025; d = d.Next(1) {
		if _, works := cal.Hours(d); works {
			months[d.Month]++
			sum++
		}
	}
	if want := [13]int{0, 17, 20, 21, 22, 18, 19, 23, 21, 22, 23, 19, 22}; months != want || sum != 247 {
		t.Errorf("%d working days: %v, not %v", sum, months, want)
	}
}

func TestReadDays(t *testing.T) {
	t.Parallel()
	days, err := calendar.ReadDays("\n 31.12.2027 выходной\n01.05.2027–03.05.2027\n20.02.2028 — рабочий\n2028-06-01 - 2028-06-02 off company's birthday\n05.06 works\n// remark\n")
	want := []string{"2027-05-01 false", "2027-05-02 false", "2027-05-03 false", "2027-12-31 false", "2028-02-20 true", "2028-06-01 false", "2028-06-02 false", "2028-06-05 true"}
	if err != nil || len(days) != len(want) {
		t.Fatal(days, err)
	}
	for i, d := range days {
		if got := d.Date.String() + " " + map[bool]string{true: "true", false: "false"}[d.Works]; got != want[i] {
			t.Errorf("%s, not %s", got, want[i])
		}
	}
	for text, line := range map[string]int{"31.02.2027": 1, "01.01.2027\nмай": 2, "01.01.2027 может быть": 1, "05.06": 1, "10.05.2027-01.05.2027": 1, "01.01.1027": 1} {
		_, err := calendar.ReadDays(text)
		if p := apperr.As(err); p == nil || p.Code != "calendar_line" || p.With["Line"] != line {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestChecked(t *testing.T) {
	t.Parallel()
	for code, c := range map[string]calendar.Company{
		"calendar_no_work": {Country: "ru"}, "calendar_country": {Week: calendar.Usual().Week, Country: "xx"},
		"calendar_hours": {Week: [7]calendar.Hours{1: {18, 9}}}, "calendar_days_many": {Week: calendar.Usual().Week, Days: make([]calendar.Day, calendar.MaxOwnDays+1)},
	} {
		if err := c.Check(); !apperr.Is(err, code) {
			t.Errorf("%s: %v", code, err)
		}
	}
	ends := calendar.Usual()
	ends.Country, ends.Until = "ru", calendar.Date{2026, 12, 31}
	for at, said := range map[string]bool{"2026-11-29": false, "2026-11-30": true, "2027-03-01": true} {
		now, _ := time.Parse(time.DateOnly, at)
		if ends.Ends(now) != said {
			t.Errorf("on %s: said %v", at, !said)
		}
	}
	if calendar.Usual().Ends(time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)) {
		t.Error("a calendar without moved days ends")
	}
}

// TestTimeAdds: whatever the calendar, adding working time takes just that much of it, ends within working time and never before the
// beginning; two halves make the whole; later begins, later ends.
func TestTimeAdds(t *testing.T) {
	t.Parallel()
	zones := []*time.Location{zone(t, "Europe/Moscow"), zone(t, "America/New_York"), zone(t, "Pacific/Auckland"), zone(t, "Pacific/Pago_Pago"), time.UTC}
	rapid.Check(t, func(t *rapid.T) {
		var c calendar.Company
		for d := range c.Week {
			if rapid.Bool().Draw(t, "works") {
				from := rapid.IntRange(0, 23).Draw(t, "from")
				c.Week[d] = calendar.Hours{from, rapid.IntRange(from+1, 24).Draw(t, "until")}
			}
		}
		if c.Week == [7]calendar.Hours{} {
			c.Week[3] = calendar.Hours{9, 18}
		}
		c.Country = rapid.SampledFrom(append([]string{""}, calendar.Countries...)).Draw(t, "country")
		cal := c.In(rapid.SampledFrom(zones).Draw(t, "zone"), "")
		at := time.Unix(rapid.Int64Range(1735689600, 1830297600).Draw(t, "at"), 0)
		work := time.Duration(rapid.IntRange(1, 60*60).Draw(t, "minutes")) * time.Minute
		end := cal.Add(at, work)
		if got := cal.Between(at, end); got != work || !end.After(at) {
			t.Fatalf("%v from %v is until %v, which are %v", work, at, end, got)
		}
		if later := cal.Add(at.Add(time.Hour), work); later.Before(end) {
			t.Fatalf("an hour later it ends at %v, not after %v", later, end)
		}
		half := cal.Half(at, end)
		if got := cal.Between(at, half); got != work/2 || half.After(end) {
			t.Fatalf("half of %v: %v", work, got)
		}
		days := rapid.IntRange(1, 30).Draw(t, "days")
		deadline := cal.AddDays(at, days)
		if !deadline.After(at) || cal.Between(at, deadline) <= 0 {
			t.Fatalf("%d days from %v end at %v", days, at, deadline)
		}
		if longer := cal.AddDays(at, days+1); !longer.After(deadline) {
			t.Fatalf("a day more ends at %v, not after %v", longer, deadline)
		}
	})
}
