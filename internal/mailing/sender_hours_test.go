package mailing

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"onetap/internal/survey"
)

// Letters wait for the hours in which surveys are sent: at night nothing begins, in the evening nothing begins any more, and in the morning
// everybody gets the one letter.
func TestLettersWaitForTheHours(t *testing.T) {
	t.Parallel()
	const people = 400
	w := newWorld(t, 200, 1e6)
	w.contacts(people)
	id := w.campaign(func(c *survey.Campaign) { c.Zone, c.Hours = "Europe/Moscow", survey.Hours{From: 9, Until: 20} })
	moscow := w.state(id).Clock()
	y, m, d := time.Now().In(moscow).Date()
	at := func(days, hour, minute int) time.Time { return time.Date(y, m, d+days, hour, minute, 0, 0, moscow) }
	run := func(name string, now func() time.Time) {
		t.Helper()
		s := w.sender(name)
		s.Now = now
		if err := s.Run(context.Background()); err != nil {
			t.Fatal(err)
		}
	}

	run("night", func() time.Time { return at(1, 23, 0) })
	if n, c := len(w.letters()), w.state(id); n != 0 || c.State != survey.Sending {
		t.Fatalf("at night %d letters went out, and it is %s", n, c.State)
	}

	var late atomic.Bool
	w.sesAfter = func(caller, operation string) error {
		if caller == "evening" && operation == "SendBulkEmail" {
			late.Store(true)
		}
		return nil
	}
	run("evening", func() time.Time {
		if late.Load() {
			return at(2, 20, 0)
		}
		return at(2, 19, 59)
	})
	evening := len(w.letters())
	if n := w.states(id, 0); evening == 0 || evening == people || n[survey.InvitationSent] != evening || n[survey.InvitationUncertain] > 0 {
		t.Fatalf("in the evening %d letters went out, invitations are %v", evening, n)
	}

	run("before nine", func() time.Time { return at(3, 8, 59) })
	if n := len(w.letters()); n != evening {
		t.Errorf("before nine %d letters went out", n-evening)
	}
	run("morning", func() time.Time { return at(3, 9, 0) })
	letters := w.letters()
	for _, n := range letters {
		if n != 1 {
			t.Errorf("somebody got %d letters", n)
		}
	}
	if len(letters) != people || w.state(id).State != survey.Open {
		t.Errorf("in the morning %d have a letter, and it is %s", len(letters), w.state(id).State)
	}
}
