package mailing

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"onetap/internal/survey"
)

// zones of the people of a test: its own, others that have its clock, and both ends of the world; the last is none.
var zonesOfPeople = []string{"Europe/Berlin", "", "Europe/Paris", "Pacific/Auckland", "Pacific/Pago_Pago", "Europe/Moscow", "America/New_York", "UTC+12:00", "nowhere"}

// zoned gives contacts their zones.
func (w *world) zoned(people map[survey.ContactID]string) map[survey.ContactID]survey.Contact {
	w.t.Helper()
	ids := make([]survey.ContactID, 0, len(people))
	for n := range len(people) {
		ids = append(ids, w.keys.ContactID(survey.Customers, fmt.Sprintf("c%d@example.com", n)))
	}
	found, err := w.store.Contacts(w.t.Context(), survey.Customers, ids)
	if err != nil {
		w.t.Fatal(err)
	}
	all := make([]survey.Contact, 0, len(people))
	for n, id := range ids {
		c := found[id]
		c.Zone = zonesOfPeople[n%len(zonesOfPeople)]
		found[id] = c
		all = append(all, c)
	}
	if err := w.store.PutContacts(w.t.Context(), all); err != nil {
		w.t.Fatal(err)
	}
	return found
}

// byDay checks that all letters of a campaign went out in the hours of their people's own day, and says how many there were.
func (w *world) byDay(id survey.CampaignID, people map[survey.ContactID]survey.Contact) (letters int) {
	w.t.Helper()
	c := w.state(id)
	for _, number := range survey.Mailings {
		for shard := range survey.ContactShards {
			err := w.store.WalkInvitations(w.t.Context(), id, number, shard, func(i survey.Invitation) error {
				clock := survey.ZoneAt(people[i.Contact].Zone)
				if clock == nil {
					clock = c.Clock()
				}
				if hour := i.At.In(clock).Hour(); i.State == survey.InvitationSent && (hour < c.Hours.From || hour >= c.Hours.Until) {
					w.t.Errorf("mailing %d: somebody of %q was written to at %v", number, people[i.Contact].Zone, i.At.In(clock))
				}
				if i.State != survey.InvitationSkipped {
					letters++
				}
				return nil
			})
			if err != nil {
				w.t.Fatal(err)
			}
		}
	}
	return letters
}

// A campaign and its reminder go out in the hours of the people's own day, over both changes of daylight-saving time and both sides of the date line, whenever senders run,
// wherever some of them die and whoever pauses it. Everybody has one letter of each, or may have it.
func TestLettersWaitForThePeoplesOwnDay(t *testing.T) {
	t.Parallel()
	for n, day := range []time.Time{time.Date(2026, 3, 28, 15, 7, 0, 0, time.UTC), time.Date(2026, 10, 24, 3, 40, 0, 0, time.UTC)} {
		t.Run(day.Format(time.DateOnly), func(t *testing.T) {
			t.Parallel()
			rnd := rand.New(rand.NewPCG(uint64(n), 12))
			w := newWorld(t, 1e6, 1e6)
			people := w.zoned(w.contacts(72))
			id := w.campaign(func(c *survey.Campaign) {
				c.Zone, c.Hours, c.RemindDays, c.Created = "Europe/Berlin", survey.Hours{From: 9, Until: 20}, 1, day
			})
			var calls, dying atomic.Int32
			w.fail(func(string, bool) error { // set once: a sender's last calls may be under way when the next begins
				if at := dying.Load(); at > 0 && calls.Add(1) >= at {
					return errors.New("dead")
				}
				return nil
			})
			for h := 0; h < 84; h += 1 + rnd.IntN(3) {
				dies := int32(0)
				if rnd.IntN(5) == 0 {
					dies = 10 + rnd.Int32N(80)
				}
				calls.Store(0)
				dying.Store(dies)
				began := time.Now()
				s := w.sender(fmt.Sprint(h))
				s.Now = func() time.Time { return day.Add(time.Duration(h)*time.Hour + time.Since(began)) }
				err := s.Run(context.Background())
				if dying.Store(0); err != nil && dies == 0 {
					t.Fatal(err)
				}
				if c := w.state(id); h < 40 && rnd.IntN(6) == 0 && c.State == survey.Sending {
					w.change(id, func(c *survey.Campaign) { c.State = survey.Paused })
				} else if c.State == survey.Paused {
					w.change(id, func(c *survey.Campaign) { c.State = survey.Sending })
				}
			}
			if c := w.state(id); c.State != survey.Open {
				t.Fatalf("it is %s", c.State)
			}
			w.byDay(id, people)
			for number := range 2 {
				m, begun, err := w.store.Mailing(t.Context(), id, number)
				if err != nil || !begun || m.State != survey.MailingDone || number == 0 && len(m.Zones) != 5 {
					t.Fatalf("mailing %d: %+v, %v", number, m, err)
				}
				sum := 0
				for _, n := range w.states(id, number) {
					sum += n
				}
				if sum != len(people) {
					t.Errorf("mailing %d has %v of %d", number, w.states(id, number), len(people))
				}
				for _, z := range m.Zones {
					if z.Past != z.People {
						t.Errorf("mailing %d, %s: past %d of %d", number, z.Name, z.Past, z.People)
					}
				}
			}
			for _, n := range w.letters() {
				if n > 2 {
					t.Errorf("somebody has %d letters", n)
				}
			}
		})
	}
}

// A continuous survey's letters and reminders wait for the people's own day, too, and its days follow one another as ever.
func TestContinuousSurveyByPeoplesOwnDay(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1e6, 1e6)
	people := w.zoned(w.contacts(90))
	w.continuous(func(s *survey.Continuous) { s.Survey.RemindDays = 1 })
	for n := range 6 {
		for _, h := range []int{0, 5, 9, 14, 20} {
			s := w.sender(fmt.Sprint(n, h))
			now := clockOf(n)
			s.Now = func() time.Time { return now().Add(time.Duration(h) * time.Hour) }
			w.run(s)
		}
	}
	w.balanced()
	c := w.months()["2026-11"]
	if w.survey().Turns != 6 || len(w.states(c.ID, 1)) == 0 {
		t.Errorf("%d days are planned, reminders %v", w.survey().Turns, w.states(c.ID, 1))
	}
	if letters := w.byDay(c.ID, people); letters < 15 {
		t.Errorf("%d letters", letters)
	}
}
