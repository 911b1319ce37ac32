package mailing

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"onetap/internal/local/dynamo"
	"onetap/internal/survey"
)

// A planner that stood still, at any of its calls, while another one planned and sent: nobody has two letters, nobody is
// forgotten. Found by chaos, seed 3001: it woke and wrote its batches over those that had been sent.
func TestALatePlannerWritesOverNothing(t *testing.T) {
	t.Parallel()
	for n := range deaths(1000) {
		if !latePlan(t, int(n)) {
			if n < 20 {
				t.Errorf("the late planner made %d calls: it stood still in none of its writing", n)
			}
			return
		}
	}
}

// latePlan lets a planner stand still after its n-th call; false when it made fewer.
func latePlan(t *testing.T, n int) (stood bool) {
	t.Helper()
	ctx := context.Background()
	w := newWorld(t, 1e6, 1e6)
	people := w.contacts(230)
	gone := w.keys.ContactID(survey.Customers, "c7@example.com")
	if err := w.store.Suppress(ctx, map[survey.Audience]survey.ContactID{survey.Customers: gone}, survey.Unsubscribed, start); err != nil {
		t.Fatal(err)
	}
	id := w.campaign(nil)
	var calls atomic.Int32
	var dead atomic.Bool // the next sender, after its first letters
	w.fail(func(caller string, _ bool) error {
		if caller == "next" && dead.Load() {
			return errors.New("dead")
		}
		return nil
	})
	w.sesAfter = func(caller, operation string) error {
		if caller == "next" && operation == "SendBulkEmail" {
			go func() { // when it has written them down, or a moment later
				time.Sleep(5 * time.Millisecond)
				dead.Store(true)
			}()
		}
		return nil
	}
	w.tableAfter = func(c dynamo.Call) error {
		if c.Caller != "late" || calls.Add(1) != int32(n) {
			return nil
		}
		if c, err := w.store.Campaign(ctx, id); err != nil || c.State != survey.Planning {
			return err // it has planned already
		}
		stood = true
		if seen, err := w.store.SeeLease(ctx, leaseName); err == nil && seen != nil {
			_ = w.store.DropLease(ctx, leaseName, seen.Holder)
		}
		_ = w.sender("next").Run(ctx)
		return nil
	}
	late := w.sender("late")
	late.lease.heartbeat = time.Hour
	_ = late.Run(ctx) // it may learn that it was taken for dead
	w.run(w.sender("and the next"))
	w.run(w.sender("and the one after it"))
	letters, states := w.letters(), w.states(id, 0)
	had := 0
	for contact, address := range people {
		if letters[address] > 1 || contact == gone && letters[address] > 0 {
			t.Errorf("stood still after call %d: a contact got %d letters", n, letters[address])
		}
		had += min(letters[address], 1)
	}
	if uncertain := states[survey.InvitationUncertain]; had < len(people)-1-uncertain || states[survey.InvitationSent]+uncertain != len(people)-1 || states[survey.InvitationSkipped] != 1 {
		t.Errorf("stood still after call %d: %d of %d have a letter, invitations are %v", n, had, len(people)-1, states)
	}
	return stood
}
