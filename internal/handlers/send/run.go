// Package send handles the schedule of the one paced sender: it sends what is due at the rate of the SES account.
package send

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/halt"
	"onetap/internal/keys"
	"onetap/internal/ses"
	"onetap/internal/store"
	"onetap/internal/survey"
)

const (
	leaseName = "send"
	// The holder of the lease beats this often; who waits takes over after having seen no beat for patience. Only the
	// waiter's own clock measures it, so that clocks may differ.
	leaseHeartbeat = 2 * time.Second
	leaseTTL       = 10 * time.Second
	// leaseGrace is how long after its last beat a sender still calls SES: nobody can have taken over by then, nor have
	// told anybody that the fate of a batch is unknown.
	leaseGrace = leaseTTL / 2
	// margin is kept between the last batch and the function's deadline.
	margin = 5 * time.Second
	// accountEvery is how often the account's rate and quota are asked for.
	accountEvery = time.Minute
)

// Sender sends what is due. One value serves one invocation at a time.
type Sender struct {
	store *store.Store
	mail  *ses.Client
	keys  *keys.Keys
	log   *slog.Logger
	now   func() time.Time
	from  string // the deployment's sender
	links string // base of the links, for campaigns that have none of their own

	notice *halt.Notice

	heartbeat, ttl, grace time.Duration // of the lease

	lease  string                    // of this run
	beaten atomic.Pointer[time.Time] // the lease was surely held then
}

// Settings are what a sender works with.
type Settings struct {
	Store  *store.Store
	Mail   *ses.Client // one that repeats no call: awsenv.MailConfig
	Keys   *keys.Keys
	Log    *slog.Logger
	From   string // the deployment's sender
	Links  string // base of the links, for campaigns that have none of their own
	Notice *halt.Notice
}

// New is a sender that has sent nothing yet.
func New(w Settings) *Sender {
	return &Sender{store: w.Store, mail: w.Mail, keys: w.Keys, log: w.Log, now: time.Now, from: w.From, links: w.Links, notice: w.Notice,
		heartbeat: leaseHeartbeat, ttl: leaseTTL, grace: leaseGrace}
}

// Handle runs once: as the only sender, or not at all.
func (s *Sender) Handle(ctx context.Context) error {
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline.Add(-margin/2))
		defer cancel()
	}
	s.lease = rand.Text()
	held, err := s.takeLease(ctx)
	if err != nil || !held {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go s.keepLease(ctx, cancel)
	defer func() { // frees the lease even when ctx is over, so that the next run need not wait
		free, done := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		defer done()
		if err := s.store.DropLease(free, leaseName, s.lease); err != nil {
			s.log.Warn("lease not freed; the next run waits for it", "error", err)
		}
	}()
	return s.work(ctx)
}

// takeLease returns whether this run is the sender now.
func (s *Sender) takeLease(ctx context.Context) (bool, error) {
	seen, err := s.store.SeeLease(ctx, leaseName)
	if err != nil {
		return false, err
	}
	for since := s.now(); seen != nil && s.now().Sub(since) < s.ttl; {
		if !sleep(ctx, s.heartbeat/2) {
			return false, nil
		}
		next, err := s.store.SeeLease(ctx, leaseName)
		if err != nil {
			return false, err
		}
		if next == nil {
			seen = nil
			break
		}
		if *next != *seen {
			return false, nil // somebody sends
		}
	}
	before := s.now()
	err = s.store.TakeLease(ctx, leaseName, s.lease, seen)
	s.beaten.Store(&before)
	if errors.Is(err, apperr.ErrChanged) {
		return false, nil
	}
	if err == nil && seen != nil {
		s.log.Warn("took over from a sender that stopped beating")
	}
	return err == nil, err
}

func (s *Sender) keepLease(ctx context.Context, cancel context.CancelCauseFunc) {
	for sleep(ctx, s.heartbeat) {
		before := s.now()
		switch err := s.store.BeatLease(ctx, leaseName, s.lease); {
		case errors.Is(err, apperr.ErrChanged):
			cancel(errors.New("another sender took over"))
			return
		case err == nil:
			s.beaten.Store(&before)
		}
	}
}

// held says whether this run surely is the sender still, so that nobody else can have written anything of its batches. A
// process that stood still may have been taken for dead.
func (s *Sender) held() bool { return s.now().Sub(*s.beaten.Load()) < s.grace }

// work goes through the live campaigns until a round finds nothing more to do or the time is up.
func (s *Sender) work(ctx context.Context) error {
	var gate *pace
	for s.timeLeft(ctx) {
		ids, err := s.store.LiveCampaigns(ctx)
		if err != nil {
			return err
		}
		progress := false
		for _, id := range ids {
			if !s.timeLeft(ctx) {
				return nil
			}
			if gate == nil || s.now().Sub(gate.asked) > accountEvery {
				a, err := s.mail.Account(ctx)
				if err != nil {
					return err
				}
				gate = newPace(a, s.now())
			}
			did, err := s.step(ctx, id, gate)
			switch {
			case errors.Is(err, apperr.ErrChanged): // a person was faster: look again
				progress = true
			case ctx.Err() != nil:
				return nil // the time is up, or another sender took over; what is in flight is decided by the next run
			case err != nil:
				s.log.Error("campaign", "campaign", id, "error", err)
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
func (s *Sender) step(ctx context.Context, id survey.CampaignID, gate *pace) (did bool, err error) {
	c, err := s.store.Campaign(ctx, id)
	if err != nil {
		return false, err
	}
	now := s.now()
	if closed, ok := c.Expire(now); ok {
		_, err = s.store.SaveCampaign(ctx, closed)
		return true, err
	}
	if c.Withheld() {
		return s.withhold(ctx, c)
	}
	switch c.State {
	case survey.Scheduled:
		begun, ok := c.Begin(now)
		if !ok {
			return false, nil
		}
		_, err = s.store.SaveCampaign(ctx, begun)
		return true, err
	case survey.Planning:
		return s.planInvitations(ctx, c)
	case survey.Sending:
		return s.sendMailing(ctx, c, survey.MailingInvitation, gate)
	case survey.Open:
		return s.later(ctx, c, gate)
	case survey.Paused:
		if err := s.sweep(ctx, c); err != nil {
			return false, err
		}
		return false, s.notice.Tell(ctx, c, s.now())
	case survey.Cancelled, survey.Closed:
		return false, s.end(ctx, c)
	}
	return false, nil
}

// withhold writes to nobody of a campaign that was launched before its audience was withheld: what waits is paused, with
// the reason, and no reminder goes out.
func (s *Sender) withhold(ctx context.Context, c survey.Campaign) (bool, error) {
	if paused, ok := c.Withhold(); ok {
		_, err := s.store.SaveCampaign(ctx, paused)
		return true, err
	}
	if c.State == survey.Cancelled || c.State == survey.Closed {
		return false, s.end(ctx, c)
	}
	return false, s.sweep(ctx, c)
}

// end decides what was in flight when a campaign ended; then nobody needs to look at it any more.
func (s *Sender) end(ctx context.Context, c survey.Campaign) error {
	if err := s.sweep(ctx, c); err != nil {
		return err
	}
	ended, ok := c.End(s.now())
	if !ok {
		return nil
	}
	_, err := s.store.SaveCampaign(ctx, ended)
	return err
}

// later sends what comes after the invitations: second letters that a person asked for, and the reminder.
func (s *Sender) later(ctx context.Context, c survey.Campaign, gate *pace) (bool, error) {
	w, ok, err := s.store.Mailing(ctx, c.ID, survey.MailingInvitation)
	if err != nil {
		return false, err
	}
	if ok && w.State == survey.MailingSending {
		return s.sendMailing(ctx, c, survey.MailingInvitation, gate)
	}
	return s.remind(ctx, c, gate)
}

// remind plans and sends the reminder once it is due.
func (s *Sender) remind(ctx context.Context, c survey.Campaign, gate *pace) (bool, error) {
	if c.RemindAt.IsZero() || s.now().Before(c.RemindAt) {
		return false, nil
	}
	w, ok, err := s.store.Mailing(ctx, c.ID, survey.MailingReminder)
	if err != nil {
		return false, err
	}
	switch {
	case !ok || w.State == survey.MailingPlanning:
		return s.planReminder(ctx, c)
	case w.State == survey.MailingSending:
		return s.sendMailing(ctx, c, survey.MailingReminder, gate)
	}
	return false, nil
}

func (s *Sender) timeLeft(ctx context.Context) bool {
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
