package mailing

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"onetap/internal/awsenv"
	"onetap/internal/local/dynamo"
	"onetap/internal/store"
	"onetap/internal/store/storetest"
	"onetap/internal/survey"
)

// What SES reported of a letter is not overwritten by the sender's own note that it was sent, however late that comes:
// the figures would count a bounce that no invitation knows of. Found by chaos, seed 20003.
func TestReportIsNotOverwritten(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		when func(*world, *lateness) func(dynamo.Call) error
	}{
		{"the reply to its note is lost and the SDK makes it again", lostReply},
		{"it stands still between decision and note, and another sender makes the note", standstill},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, 1e6, 1e6)
			people := w.contacts(40)
			late := &lateness{campaign: w.campaign(nil)}
			for id := range people {
				late.bounced = id
			}
			w.tableAfter = test.when(w, late)
			s := w.sender("sender")
			s.lease.heartbeat, s.lease.grace = time.Hour, leaseGrace
			s.Now = func() time.Time { return time.Now().Add(time.Duration(late.stood.Load())) }
			c := awsenv.Config()
			retries := c.Retryer
			c.Region, c.BaseEndpoint = "eu-central-1", &w.url
			c = storetest.As(c, "sender")
			c.Retryer = retries
			s.Store = storetest.Sealed(store.New(dynamodb.NewFromConfig(c), storetest.Table))
			w.run(s)
			w.run(w.sender("next")) // with what the first, when it has stood still, no longer sends
			if !late.done.Load() {
				t.Fatal("the letter did not bounce")
			}
			i, _, err := w.store.Invitation(context.Background(), late.campaign, 0, late.bounced)
			if err != nil || i.State != survey.InvitationFailed || i.Version != 2 {
				t.Errorf("the invitation that bounced is %s, version %d, %v", i.State, i.Version, err)
			}
			if states := w.states(late.campaign, 0); states[survey.InvitationSent] != len(people)-1 {
				t.Errorf("%v, want all of %d sent but one", states, len(people))
			}
		})
	}
}

// lateness is a letter that bounces while its sender is late.
type lateness struct {
	campaign survey.CampaignID
	bounced  survey.ContactID
	mu       sync.Mutex
	done     atomic.Bool
	stood    atomic.Int64 // nanoseconds that the sender stood still
}

// bounce notes the bounce as feedback does, once; false while there is no invitation.
func (l *lateness) bounce(w *world) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.done.Load() {
		return false
	}
	ctx := context.Background()
	i, ok, err := w.store.Invitation(ctx, l.campaign, 0, l.bounced)
	if err != nil || !ok {
		return false
	}
	after, _ := i.Settle(survey.EventBounced)
	if err := w.store.SaveInvitation(ctx, after); err != nil {
		w.t.Error(err)
	}
	l.done.Store(true)
	return true
}

func lostReply(w *world, l *lateness) func(dynamo.Call) error {
	return func(c dynamo.Call) error {
		if c.Caller == "sender" && c.Operation == "BatchWriteItem" && !l.done.Load() && l.bounce(w) {
			return errors.New("lost")
		}
		return nil
	}
}

func standstill(w *world, l *lateness) func(dynamo.Call) error {
	return func(c dynamo.Call) error {
		if c.Caller != "sender" || c.Operation != "PutItem" || l.done.Load() {
			return nil
		}
		ctx := context.Background()
		mailing, ok, err := w.store.Mailing(ctx, l.campaign, 0)
		if err != nil || !ok || mailing.Batches == 0 {
			return err
		}
		batches, err := w.store.Batches(ctx, mailing, "", 100)
		if err != nil {
			return err
		}
		for _, b := range batches {
			if b.State != survey.BatchDone {
				continue
			}
			if err := w.store.MendInvitations(ctx, b.Invitations(survey.Customers), nil); err != nil {
				return err
			}
			if l.bounce(w) {
				l.stood.Store(int64(13 * time.Second))
			}
		}
		return nil
	}
}
