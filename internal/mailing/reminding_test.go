package mailing

import (
	"testing"
	"time"

	"onetap/internal/survey"
)

// What has become of a reminder is said for every way that it can go.
func TestRemindersSayWhatBecameOfThem(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	days := func(n int) time.Time { return now.AddDate(0, 0, n) }
	cs := &Campaigns{Now: func() time.Time { return now }}
	heard := 20
	done := survey.Mailing{State: survey.MailingDone, Finished: days(-1), Heard: &heard, Skipped: map[survey.SkipReason]int{survey.SkipAnswered: 18}}
	old, planned := done, done
	old.Heard = nil
	planned.State = survey.MailingSending
	sent := survey.Ledger{Audience: 100, Invited: 80, Sent: 75, Uncertain: 2, Skipped: map[survey.SkipReason]int{survey.SkipAnswered: 21}}
	some := func(m survey.Mailing, g survey.Ledger) Ledgers {
		return Ledgers{Reminder: &g, Mailings: map[int]survey.Mailing{survey.MailingReminder: m}}
	}
	for name, tc := range map[string]struct {
		change        func(*survey.Campaign)
		l             Ledgers
		first, second Became
		people, since int
	}{
		"by hand":           {nil, Ledgers{}, BecameHand, BecameHand, 0, -1},
		"letters go out":    {func(c *survey.Campaign) { c.State, c.RemindDays, c.SecondDays = survey.Sending, 3, 4 }, Ledgers{}, BecameLetters, BecameFirst, 0, -1},
		"waits":             {func(c *survey.Campaign) { c.RemindDays, c.RemindAt, c.ClosesAt = 3, days(2), days(9) }, Ledgers{}, BecameWaits, BecameHand, 0, -1},
		"closes before":     {func(c *survey.Campaign) { c.RemindDays, c.RemindAt, c.ClosesAt = 3, days(2), days(2) }, Ledgers{}, BecameLate, BecameHand, 0, -1},
		"due":               {func(c *survey.Campaign) { c.RemindAt = now }, Ledgers{}, BecameDue, BecameHand, 0, -1},
		"due, but paused":   {func(c *survey.Campaign) { c.State, c.RemindAt = survey.Paused, now }, Ledgers{}, BecamePaused, BecameHand, 0, -1},
		"switched off":      {func(c *survey.Campaign) { c.State = survey.Closed }, Ledgers{}, BecameOff, BecameOff, 0, -1},
		"closed before":     {func(c *survey.Campaign) { c.State, c.RemindAt, c.SecondDays = survey.Closed, days(2), 4 }, Ledgers{}, BecameClosed, BecameClosed, 0, -1},
		"closing has come":  {func(c *survey.Campaign) { c.RemindAt, c.ClosesAt = days(1), days(-1) }, Ledgers{}, BecameClosed, BecameOff, 0, -1},
		"cancelled":         {func(c *survey.Campaign) { c.State, c.RemindDays = survey.Cancelled, 2 }, Ledgers{}, BecameCancelled, BecameOff, 0, -1},
		"sent":              {func(c *survey.Campaign) { c.SecondAt = days(3) }, some(done, sent), BecameSent, BecameWaits, 77, 7},
		"sent long ago":     {nil, some(old, sent), BecameSent, BecameHand, 77, -1},
		"nobody was left":   {nil, some(done, survey.Ledger{Audience: 100}), BecameNobody, BecameHand, 0, -1},
		"going out":         {func(c *survey.Campaign) { c.SecondDays = 4 }, some(planned, sent), BecameDue, BecameFirst, 77, 7},
		"paused half-way":   {func(c *survey.Campaign) { c.State = survey.Paused }, some(planned, sent), BecamePaused, BecameHand, 77, 7},
		"closed half-way":   {func(c *survey.Campaign) { c.State = survey.Closed }, some(planned, sent), BecamePart, BecameOff, 77, 7},
		"closed when begun": {func(c *survey.Campaign) { c.State = survey.Closed }, some(planned, survey.Ledger{Invited: 80, Waiting: 80}), BecameClosed, BecameOff, 0, -1},
	} {
		c := survey.Campaign{Audience: survey.Customers, State: survey.Open, Launched: days(-9), Opened: days(-8)}
		if tc.change != nil {
			tc.change(&c)
		}
		all := cs.Reminders(c, tc.l, 30)
		if len(all) != 2 || all[0].Became != tc.first || all[1].Became != tc.second || all[0].People != tc.people {
			t.Errorf("%s: %+v", name, all)
			continue
		}
		if got := all[0].Since; (got == nil) != (tc.since < 0) || got != nil && *got != tc.since {
			t.Errorf("%s: %v answers since, want %d", name, got, tc.since)
		}
		if hidden := cs.Reminders(c, tc.l, -1); hidden[0].Since != nil {
			t.Errorf("%s: a reader who may not know all answers learns how many came since", name)
		}
	}
	if all := cs.Reminders(survey.Campaign{State: survey.Draft}, Ledgers{}, 0); all != nil {
		t.Errorf("a draft: %+v", all)
	}
}
