package mailing

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"onetap/internal/local/dynamo"
	"onetap/internal/survey"
)

// monday is the day on which continuous surveys begin in tests, at ten in the morning of UTC.
var monday = time.Date(2026, 11, 2, 10, 0, 0, 0, time.UTC)

// continuous stores a continuous survey of the customers that asks everybody each 31 days, on weekends too, unless it is changed.
func (w *world) continuous(change func(*survey.Continuous)) {
	w.t.Helper()
	s, err := survey.Start(survey.Continuous{}, survey.Campaign{Name: "Customers", Audience: survey.Customers, Language: "en", Company: "Shop", QuietDays: 20},
		survey.Cadence{Every: 31, Weekends: true, Closes: 14}, "", "http://site.invalid", monday)
	if err != nil {
		w.t.Fatal(err)
	}
	if change != nil {
		change(&s)
	}
	if _, err := w.store.SaveContinuous(w.t.Context(), s); err != nil {
		w.t.Fatal(err)
	}
}

// day lets a sender run on a day after monday.
func (w *world) day(n int) {
	w.t.Helper()
	s := w.sender(fmt.Sprintf("day %d", n))
	s.Now = clockOf(n)
	w.run(s)
}

// clockOf goes on from ten in the morning of a day, a minute later each: a sender waits by it for the lease of a dead one.
func clockOf(day int) func() time.Time {
	began := time.Now()
	return func() time.Time {
		return monday.AddDate(0, 0, day).Add(time.Duration(day)*time.Minute + time.Since(began))
	}
}

func (w *world) survey() survey.Continuous {
	w.t.Helper()
	s, err := w.store.ContinuousOf(w.t.Context(), survey.Customers)
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

// months are the campaigns of the continuous survey, by month.
func (w *world) months() map[string]survey.Campaign {
	w.t.Helper()
	all, err := w.store.Campaigns(w.t.Context(), survey.Customers, 100)
	if err != nil {
		w.t.Fatal(err)
	}
	found := map[string]survey.Campaign{}
	for _, c := range all {
		if c.Continuous() {
			if _, twice := found[c.Month]; twice {
				w.t.Errorf("%s has two campaigns", c.Month)
			}
			found[c.Month] = c
		}
	}
	return found
}

// balanced checks the ledgers of all months: whom the plan has is invited or skipped, and whoever is invited waits or has an invitation.
func (w *world) balanced() {
	w.t.Helper()
	for month, c := range w.months() {
		for _, number := range survey.Mailings {
			m, begun, err := w.store.Mailing(w.t.Context(), c.ID, number)
			if err != nil {
				w.t.Fatal(err)
			}
			if !begun {
				continue
			}
			counts := survey.Counts{}
			for state, n := range w.states(c.ID, number) {
				if state != survey.InvitationSkipped {
					counts[string(state)] = int64(n)
				}
			}
			if l := survey.LedgerOf(m, counts); !l.Balanced() {
				w.t.Errorf("%s, mailing %d: %+v does not balance", month, number, l)
			}
		}
	}
}

// Over so many days everybody gets one letter, about as many each day; the months are campaigns of their own, and close.
func TestContinuousSurveyAsksEverybodyOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1e6, 1e6)
	people := w.contacts(310)
	w.continuous(nil)
	before := 0
	for n := range 31 {
		w.day(n)
		w.day(n) // a second run of the same day sends nothing
		w.balanced()
		letters := w.letters()
		if sent := len(letters) - before; sent > 30 {
			t.Errorf("%d letters on day %d, of ten", sent, n)
		}
		before = len(letters)
		for _, some := range letters {
			if some != 1 {
				t.Fatalf("day %d: somebody has %d letters", n, some)
			}
		}
	}
	if before != len(people) {
		t.Errorf("%d of %d have a letter", before, len(people))
	}
	months := w.months()
	november, december := months["2026-11"], months["2026-12"]
	if len(months) != 2 || november.Name != "Customers 2026-11" || november.State != survey.Open || december.State != survey.Open {
		t.Fatalf("months: %+v", months)
	}
	if want := time.Date(2026, 12, 14, 18, 0, 0, 0, time.UTC); !november.ClosesAt.Equal(want) {
		t.Errorf("November closes at %v", november.ClosesAt)
	}
	for n := 31; n < 62; n++ {
		w.day(n)
	}
	twice := 0
	for _, some := range w.letters() {
		if some == 2 {
			twice++
		}
	}
	if twice != len(people) {
		t.Errorf("after 62 days %d of %d have two letters", twice, len(people))
	}
	if c := w.state(november.ID); c.State != survey.Closed || c.Ended.IsZero() {
		t.Errorf("November is %s", c.State)
	}
	if s := w.survey(); len(s.Months) > 2 {
		t.Errorf("it still looks at %v", s.Months)
	}
}

// Each day's reminder goes so many days after its letters, to those who have not answered.
func TestEachDayHasItsReminder(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1e6, 1e6)
	people := w.contacts(310)
	w.continuous(func(s *survey.Continuous) { s.Survey.RemindDays, s.Survey.SecondDays = 3, 2 })
	w.day(0)
	first := w.letters()
	var id survey.CampaignID
	for _, c := range w.months() {
		id = c.ID
	}
	answered := map[string]bool{}
	for contact, address := range people {
		if first[address] == 1 && len(answered) < 3 {
			answered[address] = true
			a := survey.Response{Campaign: id, Contact: contact, Audience: survey.Customers, Score: 9, Verified: true, First: monday, Counted: monday, Updated: monday, Version: 1}
			if err := w.store.SaveResponse(t.Context(), a, 0); err != nil {
				t.Fatal(err)
			}
		}
	}
	for n, want := range []int{1, 1, 1, 2, 2, 3, 3} {
		w.day(n)
		w.day(n)
		letters := w.letters()
		w.balanced()
		for address := range first {
			expect := want
			if answered[address] {
				expect = 1
			}
			if letters[address] != expect {
				t.Errorf("day %d, answered %v: %d letters, want %d", n, answered[address], letters[address], expect)
			}
		}
	}
}

// New contacts are asked so many days after they came, once, and not in their turn.
func TestNewContactsAreAskedSoon(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1e6, 1e6)
	after := 3
	w.continuous(func(s *survey.Continuous) {
		s.NewAfter = &after
	})
	w.day(0)
	var cs []survey.Contact
	for i := range 60 {
		c := survey.Contact{Audience: survey.Customers, Person: survey.Person{Email: fmt.Sprintf("new%d@example.com", i)}, Owner: "o", Team: "north"}
		c.ID = w.keys.ContactID(c.Audience, c.Person.Email)
		cs = append(cs, c)
	}
	if _, err := w.store.UpsertContacts(t.Context(), cs, survey.UploadMark{Upload: "list"}, monday.AddDate(0, 0, 1)); err != nil {
		t.Fatal(err)
	}
	w.day(1)
	ahead := &Campaigns{Store: w.store, Now: clockOf(2)} // on the evening before their list's day is known to be none of too many
	days, err := ahead.Ahead(t.Context(), w.survey())
	if err != nil || days[0].People != 0 || days[2].People != 60 {
		t.Errorf("the next days are to ask %+v, %v", days[:3], err)
	}
	for n := 2; n < 31; n++ {
		w.day(n)
		want := 0
		if n >= 4 {
			want = 60
		}
		letters := w.letters()
		if len(letters) != want {
			t.Fatalf("day %d: %d have a letter, want %d", n, len(letters), want)
		}
		for _, some := range letters {
			if some != 1 {
				t.Fatalf("day %d: somebody has %d letters", n, some)
			}
		}
	}
}

// Paused, nobody is written to and no day is planned; resumed, it goes on with the next; stopped, it is over at once and for good.
func TestContinuousSurveyPausesAndStops(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1e6, 1e6)
	w.contacts(310)
	w.continuous(func(s *survey.Continuous) { s.Survey.RemindDays = 2 })
	w.day(0)
	ctx := context.Background()
	save := func(s survey.Continuous, err error) {
		t.Helper()
		if err == nil {
			_, err = w.store.SaveContinuous(ctx, s)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	sent := len(w.letters())
	save(w.survey().Pause())
	for n := range 5 {
		w.day(n)
	}
	month := w.months()["2026-11"]
	if got := len(w.letters()); got != sent || w.survey().Turns != 1 || month.State != survey.Paused || month.Stopped != survey.StoppedSurveyPaused {
		t.Fatalf("paused: %d letters after %d; %d turns; the month is %s", got, sent, w.survey().Turns, month.State)
	}
	save(w.survey().Resume())
	w.day(5)
	w.day(5)
	if w.survey().Turns != 2 || w.state(month.ID).State != survey.Open || len(w.letters()) <= sent {
		t.Errorf("resumed: %d turns, the month is %s, %d have letters", w.survey().Turns, w.state(month.ID).State, len(w.letters()))
	}
	save(w.survey().Stop())
	letters := w.letters()
	for n := 6; n < 12; n++ {
		w.day(n)
	}
	if got := w.letters(); len(got) != len(letters) || w.state(month.ID).Stopped != survey.StoppedSurvey || !w.state(month.ID).Accepts(monday.AddDate(0, 0, 12)) {
		t.Errorf("stopped: %d have letters after %d; the month is %+v", len(got), len(letters), w.state(month.ID).State)
	}
	for address, n := range w.letters() {
		if n != letters[address] {
			t.Errorf("a letter went out after it was stopped")
		}
	}
	for n := 43; n < 45; n++ { // behind its closing day
		w.day(n)
	}
	if c := w.state(month.ID); c.State != survey.Closed {
		t.Errorf("the month is %s after its time", c.State)
	}
}

// Whoever a wave has asked within the quiet period is passed over, with the reason, and only this time.
func TestContinuousSurveyKeepsTheQuietPeriod(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1e6, 1e6)
	w.contacts(93)
	id := w.campaign(func(c *survey.Campaign) { c.ID = "aaaaaaaa" })
	wave := w.sender("wave")
	wave.Now = func() time.Time { return monday }
	w.run(wave)
	w.continuous(func(s *survey.Continuous) { s.Survey.QuietDays = 25 })
	for n := 1; n < 32; n++ {
		w.day(n)
		if n == 24 {
			for _, some := range w.letters() {
				if some != 1 {
					t.Fatal("somebody was asked twice within the quiet period")
				}
			}
		}
	}
	m, _, err := w.store.Mailing(t.Context(), w.months()["2026-11"].ID, 0)
	if err != nil || m.Skipped[survey.SkipQuiet] == 0 || m.Skipped[survey.SkipQuiet] != w.states(w.months()["2026-11"].ID, 0)[survey.InvitationSkipped] {
		t.Errorf("skipped: %v, %v", m.Skipped, err)
	}
	if n := w.states(id, 0)[survey.InvitationSent]; n != 93 {
		t.Errorf("the wave has %d", n)
	}
}

// A sender dies at its n-th call on a day of a continuous survey, its first or the one after the first day's reminders, for every n; the next goes on. Nobody is written
// to twice, nobody of the day is forgotten, every ledger balances.
func TestDeathAtEveryCallOfADay(t *testing.T) {
	t.Parallel()
	for _, day := range []int{0, 2} {
		for _, before := range []bool{true, false} {
			_, calls := dieOnDay(t, day, before, 0)
			if calls < 60 {
				t.Fatalf("a day makes %d calls; the faults do not see them", calls)
			}
			step := int32(9) // every ninth, from another one each time, so that each kind of call is met: a day makes many alike
			if testing.Short() {
				step = 60
			}
			for n := 1 + int32(day); n <= calls; n += step {
				t.Run(fmt.Sprintf("day %d/before=%v/%d", day, before, n), func(t *testing.T) {
					t.Parallel()
					w, _ := dieOnDay(t, day, before, n)
					for range 3 { // a last beat of the dead may still have been on its way
						w.day(day)
					}
					w.balanced()
					s := w.survey()
					if s.Turn != nil || s.Turns != day+1 {
						t.Fatalf("after day %d it is at %+v", day, s)
					}
					c := w.months()["2026-11"]
					people := map[survey.ContactID]string{}
					for i := range dayContacts {
						address := fmt.Sprintf("c%d@example.com", i)
						if id := w.keys.ContactID(survey.Customers, address); (survey.Span{To: s.Place.ID()}).Has(id) {
							people[id] = address
						}
					}
					letters := w.letters()
					for id, address := range people {
						i, ok, err := w.store.Invitation(t.Context(), c.ID, 0, id)
						if err != nil || !ok {
							t.Fatalf("somebody whose day it was has no invitation: %v", err)
						}
						most := 1
						if day == 2 {
							most = 2 // with the reminder
						}
						if got := letters[address]; got > most || got == 0 && i.State == survey.InvitationSent {
							t.Errorf("%d letters to one who is %s", got, i.State)
						}
					}
					m, _, err := w.store.Mailing(t.Context(), c.ID, 0)
					if err != nil || m.Audience != len(people) || m.Invited != len(people) {
						t.Errorf("planned are %d of %d, invited %d: %v", m.Audience, len(people), m.Invited, err)
					}
					states := w.states(c.ID, 0)
					if sent, uncertain := states[survey.InvitationSent], states[survey.InvitationUncertain]; sent+uncertain != len(people) || uncertain > inFlight*survey.BatchSize {
						t.Errorf("%v of %d", states, len(people))
					}
				})
			}
		}
	}
}

const dayContacts = 93

// dieOnDay runs the days before one, and on that a sender that dies at its n-th call (0: not at all); it returns how many calls that made.
func dieOnDay(t *testing.T, day int, before bool, n int32) (*world, int32) {
	w := newWorld(t, 1e6, 1e6)
	w.contacts(dayContacts)
	w.continuous(func(s *survey.Continuous) { s.Survey.RemindDays = 2 })
	var calls atomic.Int32
	var dead atomic.Bool
	w.fail(func(caller string, early bool) error {
		if caller != "dying" {
			return nil
		}
		if early == before && calls.Add(1) == n {
			dead.Store(true)
		}
		if dead.Load() {
			return errors.New("dead")
		}
		return nil
	})
	for d := range day { // by others; their last calls may be under way still when the dying one begins
		w.day(d)
	}
	s := w.sender("dying")
	s.Now = clockOf(day)
	if err := s.Run(context.Background()); n == 0 && err != nil {
		t.Fatal(err)
	}
	return w, calls.Load()
}

// A day reads those who are due and nobody else: at most two read units a person, however many there are besides.
func TestADayReadsWhoIsDue(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1e6, 1e6)
	const people = 12_000
	var cs []survey.Contact
	for i := range people {
		c := survey.Contact{Audience: survey.Customers, Person: survey.Person{Email: fmt.Sprintf("p%d@example.com", i), Name: "Anna Petrova"}, Owner: fmt.Sprintf("o%d", i%9), Team: "north", Tier: "A"}
		c.ID = w.keys.ContactID(c.Audience, c.Person.Email)
		cs = append(cs, c)
	}
	if err := w.store.PutContacts(t.Context(), cs); err != nil {
		t.Fatal(err)
	}
	w.continuous(nil)
	w.day(0)
	s := w.survey()
	now := monday.AddDate(0, 0, 1)
	turn, ok := s.NextTurn(survey.Hours{}, now)
	if !ok {
		t.Fatal("no day")
	}
	turn.Campaign = s.Months[0]
	s = s.BeginTurn(turn)
	var mu sync.Mutex
	units := 0.0
	w.tableMeter = func(c dynamo.Call, used dynamo.Consumed) {
		mu.Lock()
		defer mu.Unlock()
		if c.Caller == "planner" {
			units += used.ReadUnits
		}
	}
	r := &senderRun{Sender: w.sender("planner")}
	r.Now = func() time.Time { return now }
	r.renewed.Store(&now)
	m, planned, err := r.planTurn(t.Context(), s, w.state(turn.Campaign))
	if err != nil || !planned {
		t.Fatal(planned, err)
	}
	w.tableMeter = nil
	// A sender that dies between the plan and saying so leaves the day to the next, which adds nobody.
	if again, _, err := r.planTurn(t.Context(), s, w.state(turn.Campaign)); err != nil || again.Audience != m.Audience || again.Batches != m.Batches {
		t.Errorf("planned again: %+v, %v; it was %+v", again, err, m)
	}
	t.Logf("%d due of %d, %.0f read units, %.2f each", m.Due(), people, units, units/float64(m.Due()))
	if m.Due() < people/40 || units > 2*float64(m.Due()) {
		t.Errorf("%d people were due; planning them read %.0f units", m.Due(), units)
	}
}

// Whoever answered elsewhere within the quiet period is not written to by the sender, which walks the answers that were brought in shard by shard.
func TestSenderKeepsTheQuietPeriodOfBroughtAnswers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1e6, 1e6)
	people := w.contacts(60)
	now := time.Now().UTC()
	brought, _ := survey.Campaign{ID: "brought1", Name: "Earlier", Audience: survey.Customers, Language: "en"}.BringIn("import", "", now.AddDate(0, 0, -90), now.AddDate(0, 0, -5), now, nil)
	if err := w.store.CreateCampaign(t.Context(), brought); err != nil {
		t.Fatal(err)
	}
	lately := map[string]bool{}
	n := 0
	for id, address := range people {
		given := now.AddDate(0, 0, -60)
		if n++; n%3 == 0 {
			given, lately[address] = now.AddDate(0, 0, -10), true
		}
		a := survey.Response{Campaign: brought.ID, Contact: id, Audience: survey.Customers, Score: 9, Verified: true, First: given, Counted: given, Updated: given, Import: "import", Version: 1}
		if err := w.store.SaveResponse(t.Context(), a, 0); err != nil {
			t.Fatal(err)
		}
	}
	id := w.campaign(func(c *survey.Campaign) { c.QuietDays = 30 })
	w.run(w.sender("first"))
	m, _, err := w.store.Mailing(t.Context(), id, 0)
	if err != nil || m.Skipped[survey.SkipQuiet] != 20 || m.Invited != 40 {
		t.Errorf("%+v, %v", m, err)
	}
	letters := w.letters()
	for _, address := range people {
		if (letters[address] == 0) != lately[address] {
			t.Errorf("answered lately: %v, letters: %d", lately[address], letters[address])
		}
	}
}
