package mailing

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync/atomic"
	"testing"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/survey"
)

// deciders is what people do with campaigns, over the same table as the senders.
func (w *world) deciders() *Campaigns {
	senders, err := survey.NewSenders("nps@example.com", "")
	if err != nil {
		w.t.Fatal(err)
	}
	return &Campaigns{Store: w.store, Keys: w.keys, Now: time.Now, Wake: func(context.Context) error { return nil }, Senders: senders}
}

// remindedOnce is a campaign whose first reminder has gone to all but those who answered.
func (w *world) remindedOnce(contacts, answered int) (survey.CampaignID, map[survey.ContactID]string) {
	w.t.Helper()
	people := w.contacts(contacts)
	id := w.campaign(nil)
	w.run(w.sender("invitations"))
	w.answers(id, people, answered)
	w.change(id, func(c *survey.Campaign) { c.RemindAt = time.Now().Add(-time.Minute) })
	w.run(w.sender("first reminder"))
	return id, people
}

// answers has some of the people answer, and returns their addresses.
func (w *world) answers(id survey.CampaignID, people map[survey.ContactID]string, some int) map[string]bool {
	w.t.Helper()
	answered := map[string]bool{}
	for contact, address := range people {
		if len(answered) == some {
			break
		}
		answered[address] = true
		r := survey.Response{Campaign: id, Contact: contact, Audience: survey.Customers, Score: 9, Verified: true, First: start, Counted: start, Updated: start, Version: 1}
		if err := w.store.SaveResponse(w.t.Context(), r, 0); err != nil {
			w.t.Fatal(err)
		}
	}
	return answered
}

// The second reminder goes to whom the count has named, once, with its own words; whoever asks for it again sends nothing.
func TestSecondReminderIsTheCount(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	w := newWorld(t, 1e6, 1e6)
	people := w.contacts(120)
	id := w.campaign(nil)
	cs := w.deciders()
	w.run(w.sender("invitations"))
	if _, err := cs.RemindAgain(ctx, string(id), nil, nil); !apperr.Is(err, "remind_again_too_early") {
		t.Errorf("before the first: %v", err)
	}
	n, quiet := 0, map[string]bool{}
	for contact, address := range people {
		switch n++; {
		case n <= 30:
			r := survey.Response{Campaign: id, Contact: contact, Audience: survey.Customers, Score: 9, Verified: n > 10, First: start, Counted: start, Updated: start, Version: 1}
			if err := w.store.SaveResponse(ctx, r, 0); err != nil {
				t.Fatal(err)
			}
			quiet[address] = n > 10
		case n <= 35:
			if err := w.store.Suppress(ctx, map[survey.Audience]survey.ContactID{survey.Customers: contact}, survey.Unsubscribed, start); err != nil {
				t.Fatal(err)
			}
			quiet[address] = true
		}
	}
	w.change(id, func(c *survey.Campaign) { c.RemindAt = time.Now().Add(-time.Minute) })
	w.run(w.sender("first reminder"))
	before := w.letters()
	count, err := cs.CountReminder(ctx, w.state(id), time.Minute)
	if err != nil || !count.Whole || count.Invited != 95 || count.Skipped[survey.SkipAnswered] != 20 || count.Skipped[survey.SkipUnsubscribed] != 5 {
		t.Fatalf("%+v, %v", count, err)
	}
	if c, err := cs.CountReminder(ctx, w.state(id), -time.Second); err != nil || c.Whole {
		t.Errorf("a count without time is called whole: %+v, %v", c, err)
	}
	if _, err := cs.RemindAgain(ctx, string(id), nil, map[string]ReminderWords{"en": {Subject: "{{no}}"}}); !apperr.Is(err, "wording_braces") {
		t.Errorf("words that cannot be sent: %v", err)
	}
	words := map[string]ReminderWords{"en": {Subject: "Once more, {name}", Text: "A word of our own."}, "ru": {Subject: "Ещё раз", Text: "Свои слова."}}
	for try, code := range []string{"", "reminded_twice"} {
		if _, err := cs.RemindAgain(ctx, string(id), nil, words); (err != nil || code != "") && !apperr.Is(err, code) {
			t.Fatalf("try %d: %v", try, err)
		}
	}
	for range 3 {
		w.run(w.sender("second reminder"))
	}
	if _, err := cs.RemindAgain(ctx, string(id), nil, words); !apperr.Is(err, "reminded_twice") {
		t.Errorf("after it was sent: %v", err)
	}
	plan, begun, err := w.store.Mailing(ctx, id, survey.MailingSecond)
	if err != nil || !begun || plan.State != survey.MailingDone || plan.Invited != count.Invited || !maps.Equal(plan.Skipped, count.Skipped) {
		t.Errorf("counted were %+v, planned %+v, %v", count, plan, err)
	}
	for address, n := range w.letters() {
		want := before[address] + 1
		if quiet[address] {
			want = before[address]
		}
		if n != want {
			t.Errorf("who may not be reminded: %v; %d letters, want %d", quiet[address], n, want)
		}
	}
	w.countAll(id)
	ledgers, err := cs.Ledgers(ctx, w.state(id))
	if err != nil || ledgers.Second == nil || ledgers.Second.Sent != 95 || !ledgers.Second.Balanced() || ledgers.Reminder.Sent != 95 || ledgers.Invitation.Sent != 120 {
		t.Errorf("%+v, %+v, %+v, %v", ledgers.Invitation, ledgers.Reminder, ledgers.Second, err)
	}
}

// A sender dies at its n-th AWS call while the second reminder is planned and sent, for every n: nobody gets it twice, whoever
// may not have got it is named, and nobody gets the invitation or the first reminder again.
func TestDeathAtEveryCallOfTheSecondReminder(t *testing.T) {
	t.Parallel()
	for _, before := range []bool{true, false} {
		_, _, _, calls := dieInSecond(t, before, 0)
		if calls < 30 {
			t.Fatalf("a whole run makes %d calls; the faults do not see them", calls)
		}
		for n := range deaths(calls) {
			t.Run(fmt.Sprintf("before=%v/%d", before, n), func(t *testing.T) {
				t.Parallel()
				w, id, people, _ := dieInSecond(t, before, n)
				for range 3 {
					w.run(w.sender("next"))
				}
				w.checkSecond(id, people)
			})
		}
	}
}

func (w *world) checkSecond(id survey.CampaignID, people map[survey.ContactID]string) {
	w.t.Helper()
	letters, states := w.letters(), w.states(id, survey.MailingSecond)
	if sent, uncertain := states[survey.InvitationSent], states[survey.InvitationUncertain]; sent+uncertain != len(people)-5 || uncertain > inFlight*survey.BatchSize {
		w.t.Errorf("%v, want %d sent but for two batches at most", states, len(people)-5)
	}
	for contact, address := range people {
		i, ok, err := w.store.Invitation(w.t.Context(), id, survey.MailingSecond, contact)
		if err != nil {
			w.t.Fatal(err)
		}
		switch got := letters[address]; {
		case !ok && got != 1: // who answered got the invitation alone
			w.t.Errorf("%d letters to one who has answered", got)
		case got > 3:
			w.t.Errorf("%d letters to one contact", got)
		case ok && i.State == survey.InvitationSent && got != 3:
			w.t.Errorf("the second reminder is called sent, and there are %d letters", got)
		}
	}
}

// dieInSecond runs a sender of the second reminder that dies at its n-th call (0: not at all).
func dieInSecond(t *testing.T, before bool, n int32) (*world, survey.CampaignID, map[survey.ContactID]string, int32) {
	w := newWorld(t, 1e6, 1e6)
	id, people := w.remindedOnce(60, 5)
	if _, err := w.deciders().RemindAgain(t.Context(), string(id), nil, nil); err != nil {
		t.Fatal(err)
	}
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
	if err := w.sender("dying").Run(t.Context()); n == 0 && err != nil {
		t.Fatal(err)
	}
	return w, id, people, calls.Load()
}
