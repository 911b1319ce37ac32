package mailing

import (
	"context"
	"errors"
	"sync"
	"testing"

	"onetap/internal/survey"
)

// A sender that was taken for dead decides its batch after all, with people left over for another day, at any moment of
// the next sender's work: those are not forgotten. Found by chaos, seed 20001: the next sender had read the plan before
// they were in it, and called the mailing done.
func TestRestOfALateSenderIsNotForgotten(t *testing.T) {
	t.Parallel()
	for n := 1; ; n++ {
		if !lateDecision(t, n) { // from here on the next sender has decided before
			if n < 5 {
				t.Errorf("the late sender never decides: the faults do not see the next one's calls")
			}
			return
		}
	}
}

// lateDecision lets the late sender decide before the next one's n-th call; false when that was too late.
func lateDecision(t *testing.T, n int) (decided bool) {
	t.Helper()
	ctx := context.Background()
	w := newWorld(t, 1e6, 1e6)
	people := w.contacts(40)
	id := w.campaign(nil)
	dead := false
	var mu sync.Mutex
	calls := 0
	var decide func()                               // at the n-th call of the next sender
	w.fail(func(caller string, before bool) error { // the late one claims a batch and stands still before SES is called
		if caller != "late" && caller != "next" {
			return nil
		}
		mu.Lock()
		defer mu.Unlock()
		if caller == "next" && before && decide != nil {
			if calls++; calls == n {
				decide()
			}
		}
		if caller != "late" {
			return nil
		}
		if mailing, ok, err := w.store.Mailing(ctx, id, 0); err == nil && ok && mailing.Batches > 0 && !dead {
			batches, err := w.store.Batches(ctx, mailing, "", 100)
			dead = err == nil && len(batches) > 0 && batches[0].State == survey.BatchSending
		}
		if dead {
			return errors.New("stands still")
		}
		return nil
	})
	_ = w.sender("late").Run(ctx)
	mailing, _, err := w.store.Mailing(ctx, id, 0)
	if err != nil {
		t.Fatal(err)
	}
	batches, err := w.store.Batches(ctx, mailing, "", 100)
	if err != nil || len(batches) == 0 || batches[0].State != survey.BatchSending {
		t.Fatalf("%+v, %v: the late sender has no batch", batches, err)
	}
	b := batches[0]
	lease, left := b.Lease, b.Contacts[len(b.Contacts)-5:]
	b.Contacts, b.State, b.At = b.Contacts[:len(b.Contacts)-5], survey.BatchDone, start
	for _, c := range b.Contacts {
		b.Outcomes = append(b.Outcomes, survey.Outcome{Contact: c, State: survey.InvitationSent, Owner: "o", Team: "north"})
	}
	mu.Lock() // calls of the late one may be under way still
	decide = func() { decided = w.store.DecideBatch(ctx, b, lease, left, survey.Customers) == nil }
	mu.Unlock()
	w.run(w.sender("next"))
	w.run(w.sender("and the next"))
	w.run(w.sender("and the one after it"))
	if states := w.states(id, 0); states[survey.InvitationSent]+states[survey.InvitationUncertain] != len(people) {
		t.Errorf("decided at call %d: %v, want all of %d", n, states, len(people))
	}
	return decided
}
