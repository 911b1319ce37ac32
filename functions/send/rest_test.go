package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"onetap/internal/survey"
)

// A sender that was taken for dead decides its batch after all, with people left over for another day, at any moment of
// the next sender's work: those are not forgotten. Found by chaos, seed 20001: the next sender had read the plan before
// they were in it, and called the wave done.
func TestRestOfALateSenderIsNotForgotten(t *testing.T) {
	t.Parallel()
	calls := lateDecision(t, 0)
	if calls < 15 {
		t.Fatalf("the next sender makes %d calls; the faults do not see them", calls)
	}
	for n := 1; n <= calls; n++ {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			lateDecision(t, n)
		})
	}
}

// lateDecision lets the late sender decide before the next one's n-th call, and returns how many calls that made.
func lateDecision(t *testing.T, n int) (calls int) {
	ctx := context.Background()
	w := newWorld(t, 1e6, 1e6)
	people := w.contacts(40)
	id := w.campaign(nil)
	dead := false
	var mu sync.Mutex
	w.faults = func(caller string, _ bool) error { // it claims a batch and stands still before SES is called
		if caller != "late" {
			return nil
		}
		mu.Lock()
		defer mu.Unlock()
		if wave, ok, err := w.store.Wave(ctx, id, 0); err == nil && ok && wave.Batches > 0 && !dead {
			batches, err := w.store.Batches(ctx, wave, "", 100)
			dead = err == nil && len(batches) > 0 && batches[0].State == survey.BatchSending
		}
		if dead {
			return errors.New("stands still")
		}
		return nil
	}
	_ = w.sender("late").handle(ctx)
	wave, _, err := w.store.Wave(ctx, id, 0)
	if err != nil {
		t.Fatal(err)
	}
	batches, err := w.store.Batches(ctx, wave, "", 100)
	if err != nil || len(batches) == 0 || batches[0].State != survey.BatchSending {
		t.Fatalf("%+v, %v: the late sender has no batch", batches, err)
	}
	b := batches[0]
	lease, left := b.Lease, b.Contacts[len(b.Contacts)-5:]
	b.Contacts, b.State, b.At = b.Contacts[:len(b.Contacts)-5], survey.BatchDone, start
	for _, c := range b.Contacts {
		b.Outcomes = append(b.Outcomes, survey.Outcome{Contact: c, State: survey.InvitationSent, Owner: "o", Team: "north"})
	}
	w.faults = func(caller string, before bool) error {
		if caller != "next" || !before {
			return nil
		}
		mu.Lock()
		defer mu.Unlock()
		if calls++; calls == n {
			_ = w.store.DecideBatch(ctx, b, lease, left, survey.Customers) // refused where the next sender was faster
		}
		return nil
	}
	w.run(w.sender("next"))
	made := calls
	w.run(w.sender("and the next"))
	w.run(w.sender("and the one after it"))
	if fates := w.fates(id, 0); fates[survey.InvitationSent]+fates[survey.InvitationUncertain] != len(people) {
		t.Errorf("%v, want all of %d", fates, len(people))
	}
	return made
}
