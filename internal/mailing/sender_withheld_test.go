package mailing

import (
	"testing"
	"time"

	"onetap/internal/survey"
)

// A campaign of employees that was launched before they were withheld writes to nobody more, wherever it stood.
func TestNobodyWritesToEmployees(t *testing.T) {
	t.Parallel()
	for state, want := range map[survey.CampaignState]survey.CampaignState{
		survey.Scheduled: survey.Paused, survey.Planning: survey.Paused, survey.Sending: survey.Paused,
		survey.Paused: survey.Paused, survey.Open: survey.Open, survey.Cancelled: survey.Cancelled, survey.Closed: survey.Closed,
	} {
		w := newWorld(t, 1e6, 1e6)
		w.contacts(12)
		id := w.campaign(nil)
		if state != survey.Scheduled && state != survey.Planning { // planned, as a sender of those days left it
			for c := w.state(id); c.State == survey.Planning; c = w.state(id) {
				if _, err := (&senderRun{Sender: w.sender("planner")}).planInvitations(t.Context(), c); err != nil {
					t.Fatal(err)
				}
			}
		}
		w.change(id, func(c *survey.Campaign) {
			c.Audience, c.State = survey.Employees, state
			if state == survey.Open || state == survey.Closed {
				c.Opened, c.RemindAt = start, time.Now().Add(-time.Minute)
			}
		})
		for range 3 {
			w.run(w.sender("sender"))
		}
		c := w.state(id)
		if c.State != want || len(w.letters()) != 0 {
			t.Errorf("%s became %s, and %d were written to", state, c.State, len(w.letters()))
		}
		if (c.Stopped == survey.StoppedWithheld) != (state == survey.Scheduled || state == survey.Planning || state == survey.Sending) {
			t.Errorf("%s says it stopped for %q", state, c.Stopped)
		}
		if _, reminded, err := w.store.Mailing(t.Context(), id, survey.MailingReminder); err != nil || reminded {
			t.Errorf("%s: a reminder was planned (%v)", state, err)
		}
		if !c.Live() && c.Ended.IsZero() {
			t.Errorf("%s has not ended", state)
		}
	}
}
