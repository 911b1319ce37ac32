package mailing

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/keys"
	"onetap/internal/survey"
)

const (
	// margin is kept between the last batch and the end of a run's context.
	margin = 5 * time.Second
	// accountEvery is how often the account's rate and quota are asked for.
	accountEvery = time.Minute
)

// Sender sends what is due: invitations, second letters and reminders, at the rate of the SES account. Its fields are not
// changed by a run.
type Sender struct {
	Store  SenderStore
	Mail   SenderMail
	Keys   *keys.Keys
	Log    *slog.Logger
	Now    func() time.Time
	From   string // the deployment's sender
	Links  string // base of the links, for campaigns that have none of their own
	Notice *Notice

	lease leaseTimes
}

// senderRun is one run of a sender.
type senderRun struct {
	*Sender
	times   leaseTimes
	holder  string                    // names this run in the lease and in the batches that it claims
	renewed atomic.Pointer[time.Time] // the lease was surely held then
}

// Run sends until nothing is due or shortly before the deadline of ctx. It does so as the only sender, or not at all:
// where another one is at work, it returns nil at once.
func (s *Sender) Run(ctx context.Context) error {
	times := leaseTimes{cmp.Or(s.lease.heartbeat, leaseHeartbeat), cmp.Or(s.lease.ttl, leaseTTL), cmp.Or(s.lease.grace, leaseGrace)}
	r := &senderRun{Sender: s, times: times, holder: rand.Text()}
	held, err := r.acquireLease(ctx)
	if err != nil || !held {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go r.keepLease(ctx, cancel)
	defer func() { // frees the lease even when ctx is over, so that the next run need not wait
		free, done := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		defer done()
		if err := r.Store.DropLease(free, leaseName, r.holder); err != nil {
			r.Log.Warn("lease not freed; the next run waits for it", "error", err)
		}
	}()
	err = errors.Join(r.errands(ctx), r.continuous(ctx))
	if worked := r.work(ctx); worked != nil || err != nil {
		return errors.Join(err, worked)
	}
	return r.errands(ctx)
}

// work goes through the live campaigns until a round finds nothing more to do or the time is up.
func (r *senderRun) work(ctx context.Context) error {
	var gate *pace
	for r.timeLeft(ctx) {
		ids, err := r.Store.LiveCampaigns(ctx)
		if err != nil {
			return err
		}
		progress := false
		for _, id := range ids {
			if !r.timeLeft(ctx) {
				return nil
			}
			if gate == nil || r.Now().Sub(gate.asked) > accountEvery {
				a, err := r.Mail.Account(ctx)
				if err != nil {
					return err
				}
				gate = newPace(a, r.Now())
			}
			did, err := r.step(ctx, id, gate)
			switch {
			case errors.Is(err, apperr.ErrChanged): // a person was faster: look again
				progress = true
			case ctx.Err() != nil:
				return nil // the time is up, or another sender took over; what is in flight is decided by the next run
			case err != nil: // what failed is tried again in the next run, and not at once
				r.Log.Error("campaign", "campaign", id, "error", err)
				did = false
			}
			progress = progress || did
		}
		if !progress {
			return nil
		}
	}
	return nil
}

// step moves one campaign on; did tells whether there may be more to do at once.
func (r *senderRun) step(ctx context.Context, id survey.CampaignID, gate *pace) (did bool, err error) {
	c, err := r.Store.Campaign(ctx, id)
	if err != nil {
		return false, err
	}
	now := r.Now()
	if closed, ok := c.Expire(now); ok {
		_, err = r.Store.SaveCampaign(ctx, closed)
		return true, err
	}
	if c.Withheld() {
		return r.withhold(ctx, c)
	}
	switch c.State {
	case survey.Scheduled:
		begun, ok := c.Begin(now)
		if !ok {
			return false, nil
		}
		_, err = r.Store.SaveCampaign(ctx, begun)
		return true, err
	case survey.Planning:
		return r.planInvitations(ctx, c)
	case survey.Sending:
		return r.sendMailing(ctx, c, survey.MailingInvitation, gate)
	case survey.Open:
		return r.later(ctx, c, gate)
	case survey.Paused:
		if err := r.sweep(ctx, c); err != nil {
			return false, err
		}
		return false, r.Notice.Tell(ctx, c, r.Now())
	case survey.Cancelled, survey.Closed:
		return false, r.end(ctx, c)
	}
	return false, nil
}

// withhold writes to nobody of a campaign that was launched before its audience was withheld: what waits is paused, with
// the reason, and no reminder goes out.
func (r *senderRun) withhold(ctx context.Context, c survey.Campaign) (bool, error) {
	if paused, ok := c.Withhold(); ok {
		_, err := r.Store.SaveCampaign(ctx, paused)
		return true, err
	}
	if c.State == survey.Cancelled || c.State == survey.Closed {
		return false, r.end(ctx, c)
	}
	return false, r.sweep(ctx, c)
}

// end decides what was in flight when a campaign ended; then nobody needs to look at it any more.
func (r *senderRun) end(ctx context.Context, c survey.Campaign) error {
	if err := r.sweep(ctx, c); err != nil {
		return err
	}
	ended, ok := c.End(r.Now())
	if !ok {
		return nil
	}
	_, err := r.Store.SaveCampaign(ctx, ended)
	return err
}

// later sends what comes after the invitations: second letters that a person asked for, and the reminder.
func (r *senderRun) later(ctx context.Context, c survey.Campaign, gate *pace) (bool, error) {
	m, ok, err := r.Store.Mailing(ctx, c.ID, survey.MailingInvitation)
	if err != nil {
		return false, err
	}
	if ok && m.State == survey.MailingSending {
		return r.sendMailing(ctx, c, survey.MailingInvitation, gate)
	}
	return r.remind(ctx, c, gate)
}

// remind plans and sends the reminders once they are due. When the first is done it sets when the second is, which a sender that
// died before it did so leaves to the next.
func (r *senderRun) remind(ctx context.Context, c survey.Campaign, gate *pace) (bool, error) {
	if c.Continuous() {
		return r.remindTurns(ctx, c, gate)
	}
	for _, number := range survey.Reminders {
		if !c.ReminderDue(number, r.Now()) {
			break
		}
		m, ok, err := r.Store.Mailing(ctx, c.ID, number)
		switch {
		case err != nil:
			return false, err
		case !ok || m.State == survey.MailingPlanning:
			return r.planReminder(ctx, c, number)
		case m.State == survey.MailingSending:
			return r.sendMailing(ctx, c, number, gate)
		}
		if number != survey.MailingReminder {
			break
		}
		if next, ok := c.Reminded(m); ok {
			_, err := r.Store.SaveCampaign(ctx, next)
			return true, err
		}
	}
	return false, nil
}

func (r *senderRun) timeLeft(ctx context.Context) bool {
	if ctx.Err() != nil {
		return false
	}
	deadline, ok := ctx.Deadline()
	return !ok || time.Until(deadline) > margin
}

// sleep waits for d; false means that ctx ended first.
func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}
