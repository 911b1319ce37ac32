package mailing

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"onetap/internal/local/dynamo"
	"onetap/internal/store"
	"onetap/internal/survey"
)

// still is a sender that stands still for 13 seconds right after it has claimed the one batch of 30 people; meanwhile is
// called then.
func still(t *testing.T, grace time.Duration, meanwhile func(w *world, claimed survey.Batch)) (*world, survey.CampaignID) {
	t.Helper()
	w := newWorld(t, 1e6, 1e6)
	w.contacts(30)
	id := w.campaign(func(c *survey.Campaign) { c.Languages = []string{"en"} }) // and so one batch
	var mu sync.Mutex
	var stood time.Duration
	now := func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return time.Now().Add(stood)
	}
	once := false
	w.tableAfter = func(c dynamo.Call) error {
		if c.Caller != "still" || c.Operation != "UpdateItem" || once {
			return nil
		}
		ctx := context.Background()
		mailing, ok, err := w.store.Mailing(ctx, id, 0)
		if err != nil || !ok || mailing.Batches == 0 {
			return err
		}
		batches, err := w.store.Batches(ctx, mailing, "", 100)
		if err != nil {
			return err
		}
		for _, b := range batches {
			if b.State == survey.BatchSending && !once {
				once = true
				meanwhile(w, b)
				mu.Lock()
				stood = 13 * time.Second
				mu.Unlock()
			}
		}
		return nil
	}
	s := w.sender("still")
	s.Now, s.lease.grace, s.lease.heartbeat = now, grace, time.Hour
	_ = s.Run(context.Background()) // it may have lost its lease meanwhile
	if !once {
		t.Fatal("no batch was claimed")
	}
	return w, id
}

// Whoever unsubscribes while the sender stands still between its claim and SES gets no letter. Found by chaos, seed 1018: the
// look at who may be written to was thirteen seconds old.
func TestWhoUnsubscribesWhileTheSenderStandsStill(t *testing.T) {
	t.Parallel()
	var gone survey.ContactID
	w, id := still(t, time.Hour, func(w *world, b survey.Batch) {
		gone = b.Contacts[0]
		if err := w.store.Suppress(context.Background(), map[survey.Audience]survey.ContactID{survey.Customers: gone}, survey.Unsubscribed, start); err != nil {
			t.Error(err)
		}
	})
	i, ok, err := w.store.Invitation(context.Background(), id, 0, gone)
	if err != nil || !ok || i.State != survey.InvitationSkipped || i.Reason != string(survey.Unsubscribed) {
		t.Errorf("the invitation of who has unsubscribed is %+v, %v", i, err)
	}
	if n := len(w.letters()); n != 29 {
		t.Errorf("%d people have a letter, want all 30 but one", n)
	}
}

// A sender that stood still for longer than it may trust its lease gives its batch back, and the next one sends it.
func TestASenderThatStoodStillSendsNothing(t *testing.T) {
	t.Parallel()
	w, id := still(t, 5*time.Second, func(*world, survey.Batch) {})
	if n := len(w.letters()); n > 0 {
		t.Errorf("it sent %d letters", n)
	}
	w.run(w.sender("next"))
	for address, n := range w.letters() {
		if n != 1 {
			t.Errorf("%s... has %d letters", strings.SplitN(address, "@", 2)[0], n)
		}
	}
	if got := w.states(id, 0); got[survey.InvitationSent] != 30 || len(got) != 1 {
		t.Errorf("invitations are %v, want 30 sent", got)
	}
}

// The same when another sender has given the batch up meanwhile: nobody of it gets a letter any more, for somebody may have
// been told that they are uncertain and have it sent again.
func TestABatchThatWasGivenUpIsNotSent(t *testing.T) {
	t.Parallel()
	w, id := still(t, 5*time.Second, func(w *world, _ survey.Batch) {
		if err := w.store.DropLease(context.Background(), leaseName, leaseOf(t, w.store)); err != nil {
			t.Error(err)
		}
		w.run(w.sender("next"))
	})
	w.run(w.sender("and the next"))
	if got := w.states(id, 0); got[survey.InvitationUncertain] != 30 || len(got) != 1 {
		t.Errorf("invitations are %v, want 30 uncertain", got)
	}
	if n := len(w.letters()); n != 0 {
		t.Errorf("%d people have a letter", n)
	}
}

// leaseOf is the name of who holds the lease.
func leaseOf(t *testing.T, s *store.Store) string {
	t.Helper()
	seen, err := s.SeeLease(context.Background(), leaseName)
	if err != nil || seen == nil {
		t.Fatalf("%v, %v: nobody holds the lease", seen, err)
	}
	return seen.Holder
}
