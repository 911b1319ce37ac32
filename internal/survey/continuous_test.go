package survey

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"onetap/internal/apperr"
)

// someIDs are ids as keys makes them: 16 characters of a hash.
func someIDs(r *rand.Rand, n int) []ContactID {
	all := make([]ContactID, n)
	for i := range all {
		var b [16]byte
		for k := range b {
			b[k] = idDigits[r.IntN(32)]
		}
		all[i] = ContactID(b[:])
	}
	return all
}

// asked goes through so many days of a continuous survey and says on which each contact was asked.
func (s Continuous) asked(t *testing.T, from time.Time, days int, people func(day int) []ContactID, change func(day int, s Continuous) Continuous) (Continuous, map[ContactID][]int) {
	t.Helper()
	found := map[ContactID][]int{}
	for d := range days {
		if change != nil {
			s = change(d, s)
		}
		now := from.AddDate(0, 0, d)
		turn, ok := s.NextTurn(Hours{}, now)
		if !ok {
			continue
		}
		due := 0
		for _, id := range people(d) {
			if turn.Has(id) {
				found[id] = append(found[id], d)
				due++
			}
		}
		turn.Campaign = CampaignID(turn.Month())
		s = s.BeginTurn(turn).EndTurn(due)
	}
	return s, found
}

func running(c Cadence) Continuous {
	return Continuous{State: ContinuousRunning, Cadence: c, Survey: Campaign{QuietDays: 31}}
}

var monday = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC) // a Monday

// Over any N days everybody is asked exactly once, and about equally many a day.
func TestEverybodyOnceInSoManyDays(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	people := someIDs(r, 20_000)
	for _, every := range []int{31, 60, 90, 365} {
		s := running(Cadence{Every: every, Weekends: true})
		_, found := s.asked(t, monday, 3*every, func(int) []ContactID { return people }, nil)
		daily := make([]int, 3*every)
		for _, id := range people {
			days := found[id]
			if len(days) != 3 || days[1]-days[0] != every || days[2]-days[1] != every {
				t.Fatalf("every %d days %s is asked on %v", every, id, days)
			}
			for _, d := range days {
				daily[d]++
			}
		}
		mean := float64(len(people)) / float64(every)
		if low, high := slices.Min(daily), slices.Max(daily); float64(low) < mean-5*math.Sqrt(mean) || float64(high) > mean+5*math.Sqrt(mean) {
			t.Errorf("every %d days between %d and %d a day are asked, of %.0f", every, low, high, mean)
		}
	}
}

// Weekends and free days: nobody is asked on one, nobody sooner than after N days, everybody once a round, and no day has the people of the days
// before it besides its own.
func TestFreeDaysMoveEverybodyOn(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	people := someIDs(r, 20_000)
	free, err := ReadFreeDays("2026-12-31 New Year\n01.01.2027\n2027-01-02\n03.01.2027 # Sunday anyway\n\n2027-01-04\n2027-01-05\n2027-01-06\n2027-01-07\n2027-01-08")
	if err != nil {
		t.Fatal(err)
	}
	for _, every := range []int{31, 45, 60, 88, 89, 90, 91} {
		s := running(Cadence{Every: every, Free: free})
		rounds := 4 * s.Steps()
		_, found := s.asked(t, monday, rounds*7/5+10, func(int) []ContactID { return people }, nil)
		daily := map[int]int{}
		for _, id := range people {
			days := found[id]
			if len(days) < 4 {
				t.Fatalf("every %d days %s is asked on %v only", every, id, days)
			}
			for n, d := range days {
				day := monday.AddDate(0, 0, d)
				if w := day.Weekday(); w == time.Saturday || w == time.Sunday || slices.Contains(free, day.Format(time.DateOnly)) {
					t.Fatalf("%s is asked on %s", id, day.Format(time.RFC1123))
				}
				if n > 0 && (d-days[n-1] < every || d-days[n-1] > every+2+11) {
					t.Fatalf("every %d days %s is asked after %d", every, id, d-days[n-1])
				}
				daily[d]++
			}
		}
		mean := float64(len(people)) / float64(s.Steps())
		for d, n := range daily {
			if math.Abs(float64(n)-mean) > 5*math.Sqrt(mean) {
				t.Errorf("every %d days: day %d asks %d, of %.0f", every, d, n, mean)
			}
		}
	}
}

// Who comes or goes moves nobody else.
func TestOthersComeAndGo(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 6))
	people, others := someIDs(r, 2000), someIDs(r, 3000)
	s := running(Cadence{Every: 60})
	alone := func(int) []ContactID { return people }
	_, want := s.asked(t, monday, 200, alone, nil)
	_, got := s.asked(t, monday, 200, func(d int) []ContactID { return slices.Concat(people, others[10*d:min(len(others), 10*d+500)]) }, nil)
	for _, id := range people {
		if !slices.Equal(want[id], got[id]) {
			t.Fatalf("%s is asked on %v, and among others on %v", id, want[id], got[id])
		}
	}
}

// Whatever N becomes on the way, nobody is asked again before the shortest N that there was is over: never twice within the quiet period, which is
// no longer than any of them.
func TestAnotherPaceAsksNobodyTooSoon(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 7))
		people := someIDs(r, 1000)
		shortest := 400
		s := running(Cadence{Every: 31 + r.IntN(150), Weekends: seed%2 == 0})
		shortest = min(shortest, s.Every)
		_, found := s.asked(t, monday, 700, func(int) []ContactID { return people }, func(d int, s Continuous) Continuous {
			if r.IntN(40) > 0 {
				return s
			}
			next, err := s.Change(Cadence{Every: 31 + r.IntN(150), Weekends: s.Weekends, Closes: 14}, monday.AddDate(0, 0, d))
			if err != nil {
				t.Fatal(err)
			}
			shortest = min(shortest, next.Every)
			return next
		})
		for id, days := range found {
			for n := 1; n < len(days); n++ {
				if days[n]-days[n-1] < shortest {
					t.Fatalf("seed %d: %s is asked on %v; the shortest pace was every %d", seed, id, days, shortest)
				}
			}
		}
		if len(found) != len(people) {
			t.Errorf("seed %d: %d of %d were asked", seed, len(found), len(people))
		}
	}
}

// New contacts: on the first working day after so many days, once, and their turn passes them over until then; a list that was brought in comes in its turn.
func TestNewContactsHaveADayOfTheirOwn(t *testing.T) {
	t.Parallel()
	after := 10
	s, err := Start(Continuous{}, Campaign{Audience: Customers, QuietDays: 30}, Cadence{Every: 60, NewAfter: &after, Closes: 14}, "Europe/Moscow", "", monday)
	if err != nil {
		t.Fatal(err)
	}
	at := func(d int) time.Time { return monday.AddDate(0, 0, d) }
	listDay := at(5).Format(time.DateOnly)
	got := map[string]int{}
	for d := range 60 {
		s = s.See(map[string]int{listDay: 5000, at(7).Format(time.DateOnly): 99}, at(d))
		turn, ok := s.NextTurn(Hours{}, at(d))
		if !ok {
			continue
		}
		for _, n := range turn.New {
			if _, twice := got[n]; twice {
				t.Errorf("the new ones of %s are asked twice", n)
			}
			got[n] = d
		}
		s = s.BeginTurn(turn).EndTurn(50)
		if d < 40 && d > 6 && s.Awaits(Contact{Created: at(5)}, at(d)) {
			t.Errorf("on day %d one of a list is passed over as new", d)
		}
	}
	for d := range 45 {
		day := at(d)
		asked, ok := got[day.Format(time.DateOnly)]
		if d == 5 {
			if ok {
				t.Errorf("a list is asked on day %d", asked)
			}
			continue
		}
		first := d + after
		for at(first).Weekday() == time.Saturday || at(first).Weekday() == time.Sunday {
			first++
		}
		if asked != first {
			t.Errorf("new of day %d are asked on %d, %v; want %d", d, asked, ok, first)
		}
	}
	for _, c := range []struct {
		created, now int
		awaits       bool
	}{{-1, 5, false}, {1, 5, true}, {1, 11, true}, {1, 60, false}} {
		contact := Contact{Created: at(c.created).Add(time.Hour)}
		if got := s.Awaits(contact, at(c.now)); got != c.awaits {
			t.Errorf("one of day %d on day %d: %v", c.created, c.now, got)
		}
	}
}

// A day is planned within the hours, on the survey's clock, at both ends of the world and over both changes of daylight-saving time.
func TestDaysAreTheSurveysOwn(t *testing.T) {
	t.Parallel()
	for zone, begins := range map[string]string{
		"Pacific/Auckland":  "2026-11-29T20:00:00Z", // Monday nine o'clock at UTC+13
		"Pacific/Pago_Pago": "2026-11-30T20:00:00Z", // UTC−11
		"":                  "2026-11-30T09:00:00Z",
	} {
		s := running(Cadence{Every: 60})
		s.Zone = zone
		at, _ := time.Parse(time.RFC3339, begins)
		if turn, ok := s.NextTurn(Hours{}, at); !ok || turn.Day != "2026-11-30" {
			t.Errorf("%s: %+v, %v", zone, turn, ok)
		}
		if _, ok := s.NextTurn(Hours{}, at.Add(-time.Minute)); ok {
			t.Errorf("%s: planned before nine", zone)
		}
		if _, ok := s.NextTurn(Hours{From: 9, Until: 10}, at.Add(time.Hour)); ok {
			t.Errorf("%s: planned after the hours", zone)
		}
	}
	for _, change := range []string{"2026-03-29", "2026-10-25"} { // both on Sundays, at two and at three o'clock
		s := running(Cadence{Every: 40, Weekends: true})
		s.Zone = "Europe/Berlin"
		berlin := s.Clock()
		day, _ := time.ParseInLocation(time.DateOnly, change, berlin)
		planned := map[string]int{}
		for m := -2 * 24 * 60; m < 3*24*60; m++ { // each minute
			turn, ok := s.NextTurn(Hours{From: 2, Until: 4}, day.Add(time.Duration(m)*time.Minute))
			if ok {
				planned[turn.Day]++
				s = s.BeginTurn(turn).EndTurn(1)
			}
		}
		for d := -1; d < 2; d++ {
			if n := planned[day.AddDate(0, 0, d).Format(time.DateOnly)]; n != 1 {
				t.Errorf("%s is planned %d times", day.AddDate(0, 0, d).Format(time.DateOnly), n)
			}
		}
	}
}

func TestCadenceRefused(t *testing.T) {
	t.Parallel()
	minus, good := -1, Cadence{Every: 90, Closes: 14}
	for _, c := range []struct {
		code   string
		change func(*Cadence)
	}{
		{"every_range", func(c *Cadence) { c.Every = 30 }},
		{"every_range", func(c *Cadence) { c.Every = 731 }},
		{"every_quiet", func(c *Cadence) { c.Every = 59 }},
		{"new_after_range", func(c *Cadence) { c.NewAfter = &minus }},
		{"close_after_range", func(c *Cadence) { c.Closes = 0 }},
		{"free_day", func(c *Cadence) { c.Free = []string{"2026-12-31", "tomorrow"} }},
	} {
		bad := good
		c.change(&bad)
		if err := bad.Check(60); !apperr.Is(err, c.code) {
			t.Errorf("%s: %v", c.code, err)
		}
	}
	if err := good.Check(90); err != nil {
		t.Error(err)
	}
	for _, text := range []string{"2026-12-31\n32.12.2026", "2026-12-31\nNew Year", "2026-12-31\n12/31/2026"} {
		_, err := ReadFreeDays(text)
		if p := apperr.As(err); p == nil || p.Code != "free_day" || fmt.Sprint(p.With["Line"]) != "2" {
			t.Errorf("%s: %v", text, err)
		}
	}
	if _, err := Start(Continuous{}, Campaign{Audience: Employees}, good, "", "", monday); !apperr.Is(err, "employees_never_continuous") {
		t.Error(err)
	}
	if _, err := Start(Continuous{Version: 3, State: ContinuousPaused}, Campaign{Audience: Customers}, good, "", "", monday); !apperr.Is(err, "continuous_running") {
		t.Error(err)
	}
	if days, err := ReadFreeDays(strings.Repeat(" \n", 3)); err != nil || len(days) > 0 {
		t.Error(days, err)
	}
}

// Whatever was asked until it was stopped is not asked again by the next before its turn.
func TestStartAgainGoesOn(t *testing.T) {
	t.Parallel()
	people := someIDs(rand.New(rand.NewPCG(8, 9)), 2000)
	all := func(int) []ContactID { return people }
	cadence := Cadence{Every: 60, Closes: 14}
	s, err := Start(Continuous{}, Campaign{Audience: Customers}, cadence, "", "", monday)
	if err != nil {
		t.Fatal(err)
	}
	s, first := s.asked(t, monday, 30, all, nil)
	s.Version = 5
	turn, ok := s.NextTurn(Hours{}, monday.AddDate(0, 0, 30))
	if !ok {
		t.Fatal("no day")
	}
	for _, id := range people { // stopped in the middle of a day, whose people may have been written to
		if turn.Has(id) {
			first[id] = append(first[id], 30)
		}
	}
	s = s.BeginTurn(turn)
	if s, err = s.Stop(); err != nil {
		t.Fatal(err)
	}
	if s, err = Start(s, Campaign{Audience: Customers}, cadence, "", "", monday.AddDate(0, 0, 30)); err != nil {
		t.Fatal(err)
	}
	_, then := s.asked(t, monday.AddDate(0, 0, 30), 28, all, nil)
	for id := range first {
		if len(then[id]) > 0 {
			t.Fatalf("%s was asked on %v and again on %v", id, first[id], then[id])
		}
	}
	if len(first)+len(then) < len(people)*9/10 {
		t.Errorf("%d and %d of %d were asked", len(first), len(then), len(people))
	}
}
