package mailing

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/survey"
)

// in is a sender whose clock is so many days ahead.
func (w *world) in(days int, name string) *Sender {
	s := w.sender(name)
	s.Now = func() time.Time { return time.Now().AddDate(0, 0, days) }
	return s
}

// mailing is one that has begun.
func (w *world) mailing(id survey.CampaignID, number int) survey.Mailing {
	w.t.Helper()
	m, begun, err := w.store.Mailing(w.t.Context(), id, number)
	if err != nil || !begun {
		w.t.Fatalf("mailing %d has begun: %v, %v", number, begun, err)
	}
	return m
}

// The second reminder goes by itself so many days after the first, to those who have not answered by then; whoever sends it by
// hand before that sends the only one.
func TestSecondReminderGoesByItself(t *testing.T) {
	t.Parallel()
	for _, early := range []bool{false, true} {
		t.Run(fmt.Sprintf("early=%v", early), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, 1e6, 1e6)
			people := w.contacts(30)
			id := w.campaign(func(c *survey.Campaign) {
				c.RemindDays, c.SecondDays = 3, 4
				c.Wording = map[string]survey.Wording{"en": {Second: "Once more, {name}"}}
			})
			w.run(w.sender("invitations"))
			w.run(w.in(3, "first"))
			c, first := w.state(id), w.mailing(id, survey.MailingReminder)
			if want := first.Finished.AddDate(0, 0, 4); !c.SecondAt.Equal(want) {
				t.Fatalf("the second is due at %v, want %v", c.SecondAt, want)
			}
			answered := w.answers(id, people, 10)
			w.run(w.in(6, "too early"))
			if _, begun, err := w.store.Mailing(t.Context(), id, survey.MailingSecond); begun || err != nil {
				t.Fatalf("it began before its time, %v", err)
			}
			count, err := w.deciders().CountReminder(t.Context(), c, time.Minute)
			if err != nil || count.Invited != 20 {
				t.Fatalf("%+v, %v", count, err)
			}
			if early {
				by := w.deciders()
				by.Now = w.in(5, "").Now
				for try, code := range []string{"", "reminded_twice"} {
					if _, err := by.RemindAgain(t.Context(), string(id), nil, nil); (err != nil || code != "") && !apperr.Is(err, code) {
						t.Fatalf("try %d: %v", try, err)
					}
				}
				w.run(w.in(5, "by hand"))
			}
			for range 2 {
				w.run(w.in(8, "second"))
			}
			if m := w.mailing(id, survey.MailingSecond); m.State != survey.MailingDone || m.Invited != count.Invited {
				t.Errorf("counted were %d, planned %+v", count.Invited, m)
			}
			for address, n := range w.letters() {
				if want := map[bool]int{true: 2, false: 3}[answered[address]]; n != want {
					t.Errorf("answered %v: %d letters, want %d", answered[address], n, want)
				}
			}
		})
	}
}

// A campaign that is paused when its second reminder is due sends it when it goes on; one that is closed never does.
func TestSecondReminderWaitsAndEnds(t *testing.T) {
	t.Parallel()
	for _, end := range []survey.CampaignState{survey.Open, survey.Closed} {
		w := newWorld(t, 1e6, 1e6)
		w.contacts(5)
		id := w.campaign(func(c *survey.Campaign) { c.RemindDays, c.SecondDays = 3, 4 })
		w.run(w.sender("invitations"))
		w.run(w.in(3, "first"))
		w.change(id, func(c *survey.Campaign) { c.State = survey.Paused })
		w.run(w.in(9, "paused"))
		if _, begun, err := w.store.Mailing(t.Context(), id, survey.MailingSecond); begun || err != nil {
			t.Fatalf("it began in a paused campaign, %v", err)
		}
		w.change(id, func(c *survey.Campaign) { c.State = end })
		w.run(w.in(9, "later"))
		if m, begun, err := w.store.Mailing(t.Context(), id, survey.MailingSecond); begun != (end == survey.Open) || err != nil || begun && m.Invited != 5 {
			t.Errorf("%s: it has begun: %v, %+v, %v", end, begun, m, err)
		}
	}
}

// A sender dies at its n-th AWS call while it sends the first reminder and sets when the second is due, for every n: the second
// goes nevertheless, by itself, and nobody gets anything twice. Of its own sending TestDeathAtEveryCallOfTheSecondReminder tells.
func TestDeathAtEveryCallBeforeTheSecondReminder(t *testing.T) {
	t.Parallel()
	for _, before := range []bool{true, false} {
		_, _, _, calls := dieByItself(t, before, 0)
		if calls < 30 {
			t.Fatalf("a whole run makes %d calls; the faults do not see them", calls)
		}
		for n := range deaths(calls) {
			t.Run(fmt.Sprintf("before=%v/%d", before, n), func(t *testing.T) {
				t.Parallel()
				w, id, people, _ := dieByItself(t, before, n)
				for range 2 {
					w.run(w.in(3, "next"))
				}
				w.run(w.in(8, "much later"))
				w.checkReminders(id, people)
			})
		}
	}
}

// checkReminders looks at what became of two reminders that went by themselves to all but five.
func (w *world) checkReminders(id survey.CampaignID, people map[survey.ContactID]string) {
	w.t.Helper()
	if m := w.mailing(id, survey.MailingSecond); m.State != survey.MailingDone || m.Invited != len(people)-5 {
		w.t.Errorf("the second is %s, to %d", m.State, m.Invited)
	}
	letters := w.letters()
	for contact, address := range people {
		least, most := 1, 1
		for _, number := range survey.Reminders {
			i, ok, err := w.store.Invitation(w.t.Context(), id, number, contact)
			switch {
			case err != nil:
				w.t.Fatal(err)
			case ok && i.State == survey.InvitationSent:
				least, most = least+1, most+1
			case ok && i.State == survey.InvitationUncertain:
				most++
			}
		}
		if got := letters[address]; got < least || got > most {
			w.t.Errorf("%d letters, want %d to %d", got, least, most)
		}
	}
}

// dieByItself runs a sender of the third day, which sends the first reminder and sets when the second is due, that dies at its
// n-th call (0: not at all).
func dieByItself(t *testing.T, before bool, n int32) (*world, survey.CampaignID, map[survey.ContactID]string, int32) {
	w := newWorld(t, 1e6, 1e6)
	people := w.contacts(9)
	id := w.campaign(func(c *survey.Campaign) { c.RemindDays, c.SecondDays = 3, 4 })
	w.run(w.sender("invitations"))
	w.answers(id, people, 5)
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
	if err := w.in(3, "dying").Run(t.Context()); n == 0 && err != nil {
		t.Fatal(err)
	}
	return w, id, people, calls.Load()
}
