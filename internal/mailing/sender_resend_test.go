package mailing

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"
	"testing"

	"onetap/internal/apperr"
	"onetap/internal/counting"
	"onetap/internal/store"
	"onetap/internal/survey"
)

// uncertainWorld is a campaign that is sent, with some people uncertain because SES's answer to their batch was lost.
func uncertainWorld(t *testing.T, contacts int) (*world, survey.CampaignID, map[survey.ContactID]string) {
	t.Helper()
	w := newWorld(t, 1e6, 1e6)
	people := w.contacts(contacts)
	id := w.campaign(nil)
	var lost atomic.Int32
	w.sesAfter = func(caller, operation string) error {
		if operation == "SendBulkEmail" && lost.Add(1) == 1 {
			return errors.New("lost")
		}
		return nil
	}
	w.run(w.sender("losing"))
	w.sesAfter = nil
	if n := w.states(id, 0)[survey.InvitationUncertain]; n == 0 {
		t.Fatal("nobody is uncertain")
	}
	w.countAll(id)
	return w, id, people
}

// countAll counts everything as the stream would.
func (w *world) countAll(id survey.CampaignID) {
	w.t.Helper()
	for step := range survey.RecountSteps {
		err := w.store.WalkCounted(context.Background(), id, step, func(c survey.CountedItem) error {
			_, err := counting.Mend(context.Background(), w.store, c)
			return err
		})
		if err != nil {
			w.t.Fatal(err)
		}
	}
}

// ledger is the ledger by the figures, which must balance and agree with the invitations.
func (w *world) ledger(id survey.CampaignID) survey.Ledger {
	w.t.Helper()
	ctx := context.Background()
	counts, err := w.store.TalliesOf(ctx, string(id), survey.KindMailing)
	if err != nil {
		w.t.Fatal(err)
	}
	mailing, _, err := w.store.Mailing(ctx, id, 0)
	if err != nil {
		w.t.Fatal(err)
	}
	l := survey.LedgerOf(mailing, counts[survey.TallyKey{Scope: string(id), Kind: survey.KindMailing, Value: strconv.Itoa(0)}])
	states := w.states(id, 0)
	if !l.Balanced() || l.Waiting != 0 || l.Sent != states[survey.InvitationSent] || l.Uncertain != states[survey.InvitationUncertain] || l.Failed != states[survey.InvitationFailed] {
		b, _ := json.Marshal(l)
		w.t.Errorf("the ledger says %s, the invitations are %v", b, states)
	}
	return l
}

// again asks for second letters, as the desk does.
func (w *world) again(id survey.CampaignID) int {
	w.t.Helper()
	ctx := context.Background()
	mailing, _, err := w.store.Mailing(ctx, id, 0)
	if err != nil {
		w.t.Fatal(err)
	}
	people, err := w.store.Uncertain(ctx, mailing, store.MaxAgain)
	if err != nil {
		w.t.Fatal(err)
	}
	next, batches := mailing.Again(people)
	if err := w.store.AddBatches(ctx, next, batches); err != nil {
		w.t.Fatal(err)
	}
	if err := w.store.AddBatches(ctx, next, batches); !errors.Is(err, apperr.ErrChanged) {
		w.t.Fatalf("a second person who asks for the same at the same time gets %v", err)
	}
	return len(people)
}

func TestSecondLettersToTheUncertain(t *testing.T) {
	t.Parallel()
	w, id, people := uncertainWorld(t, 130)
	w.ledger(id)
	n := w.again(id)
	w.ledger(id) // they are uncertain until something is known of them
	w.run(w.sender("next"))
	w.countAll(id)
	if l := w.ledger(id); l.Sent != len(people) || l.Uncertain != 0 {
		t.Errorf("%+v, want all %d sent", l, len(people))
	}
	twice := 0
	for _, got := range w.letters() {
		if got == 2 {
			twice++
		}
		if got > 2 {
			t.Errorf("%d letters", got)
		}
	}
	if twice != n {
		t.Errorf("%d people have two letters, %d were uncertain", twice, n)
	}
	if c := w.state(id); c.State != survey.Open {
		t.Errorf("the campaign is %s", c.State)
	}
	w.run(w.sender("and the next"))
	if got := w.letters(); len(got) != len(people) {
		t.Errorf("letters to %d addresses", len(got))
	}
}

// Whoever is settled, unsubscribes or is erased before the second letter's turn gets none, and the what became of the first letter stands.
func TestNoSecondLetterToTheSettled(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	w, id, people := uncertainWorld(t, 60)
	w.again(id)
	before := w.letters()
	var settled, bounced, stopped survey.ContactID
	for contact := range people {
		i, _, err := w.store.Invitation(ctx, id, 0, contact)
		if err != nil {
			t.Fatal(err)
		}
		if i.State != survey.InvitationUncertain {
			continue
		}
		switch {
		case settled == "":
			settled = contact
			i, _ = i.Settle(survey.EventDelivered)
			err = w.store.SaveInvitation(ctx, i)
		case bounced == "":
			bounced = contact
			i, _ = i.Settle(survey.EventBounced)
			err = w.store.SaveInvitation(ctx, i)
		case stopped == "":
			stopped = contact
			err = w.store.Suppress(ctx, w.keys.ContactIDs(people[contact]), survey.Unsubscribed, start)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	w.run(w.sender("next"))
	w.countAll(id)
	for contact, want := range map[survey.ContactID]survey.InvitationState{settled: survey.InvitationSent, bounced: survey.InvitationFailed, stopped: survey.InvitationUncertain} {
		i, _, err := w.store.Invitation(ctx, id, 0, contact)
		if err != nil || i.State != want {
			t.Errorf("invitation is %s %s (%v), want %s", i.State, i.Reason, err, want)
		}
		if got := w.letters()[people[contact]]; got != before[people[contact]] {
			t.Errorf("somebody of whom that was not wanted got a second letter")
		}
	}
	w.ledger(id)
}

// A sender of second letters dies at every call: nobody gets a third letter, nobody is lost, and the ledger agrees with the
// invitations before and after SES's reports.
func TestDeathAmongSecondLetters(t *testing.T) {
	t.Parallel()
	for _, before := range []bool{true, false} {
		for n := int32(1); n < 40; n += 2 {
			t.Run(fmt.Sprintf("before=%v/%d", before, n), func(t *testing.T) {
				t.Parallel()
				w, id, people := uncertainWorld(t, 60)
				w.again(id)
				var calls atomic.Int32
				var dead atomic.Bool
				w.fail(func(caller string, early bool) error {
					if caller == "dying" && early == before && calls.Add(1) == n {
						dead.Store(true)
					}
					if caller == "dying" && dead.Load() {
						return errors.New("dead")
					}
					return nil
				})
				_ = w.sender("dying").Run(context.Background())
				w.run(w.sender("next"))
				w.run(w.sender("and the next")) // the first may have seen a last beat of the dead
				w.countAll(id)
				l := w.ledger(id)
				if l.Sent+l.Uncertain != len(people) {
					t.Errorf("%+v of %d people", l, len(people))
				}
				for address, got := range w.letters() {
					if got > 2 {
						t.Errorf("%s got %d letters", address, got)
					}
				}
				w.settleByDelivery(id, people)
				w.countAll(id)
				if l := w.ledger(id); l.Sent != len(people) {
					t.Errorf("%+v after all deliveries were reported, want %d sent", l, len(people))
				}
			})
		}
	}
}

// settleByDelivery reports every letter as delivered.
func (w *world) settleByDelivery(id survey.CampaignID, people map[survey.ContactID]string) {
	w.t.Helper()
	ctx := context.Background()
	for contact, address := range people {
		i, _, err := w.store.Invitation(ctx, id, 0, contact)
		if err != nil {
			w.t.Fatal(err)
		}
		if after, changed := i.Settle(survey.EventDelivered); changed && w.letters()[address] > 0 {
			if err := w.store.SaveInvitation(ctx, after); err != nil {
				w.t.Fatal(err)
			}
		}
	}
}
