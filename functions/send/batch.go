package main

import (
	"context"
	"errors"
	"sync"
	"time"

	"onetap/internal/mail"
	"onetap/internal/ses"
	"onetap/internal/store"
	"onetap/internal/survey"
)

// handleBatch brings one batch to its end, whatever state a sender before left it in. errHalt means that it is not at
// its end and sending should stop.
func (d *delivery) handleBatch(ctx context.Context, b survey.Batch) error {
	switch b.State {
	case survey.BatchDone, survey.BatchUncertain:
		return d.mend(ctx, d.campaign, b)
	case survey.BatchSending:
		if b.Lease != d.lease {
			return d.giveUp(ctx, d.campaign, b)
		}
	}
	// First a place, then the turn, then the look at who may be written to: whoever unsubscribes while others are written to
	// gets no letter, and a turn that is awaited is used at once.
	select {
	case d.claims <- struct{}{}:
	case <-ctx.Done():
		return errHalt
	}
	free := sync.OnceFunc(func() { <-d.claims })
	defer free()
	first := min(len(b.Contacts), d.gate.call)
	if err := d.gate.wait(ctx, first); err != nil {
		return errHalt
	}
	looked := d.now()
	contacts, outcomes, err := d.recipients(ctx, b, b.Contacts[:first])
	if err != nil {
		return err
	}
	if d.halt.Load() || !d.timeLeft(ctx) {
		return errHalt
	}
	switch err := d.store.ClaimBatch(ctx, b, d.lease, d.now()); {
	case errors.Is(err, store.ErrChanged):
		return errHalt // another sender has it: one of us should not be here
	case err != nil:
		return err
	}
	results, left := d.deliver(ctx, b, contacts, looked, b.Contacts[first:])
	// The calls were made: what they came to must be written even if the time is up.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), margin)
	defer cancel()
	if b, err = d.decide(ctx, b, append(outcomes, results...), left); err != nil {
		return err
	}
	free()
	if err := d.writeDown(ctx, b); err != nil {
		return err
	}
	if len(left) > 0 {
		return errHalt
	}
	return nil
}

// recipients reads some contacts of a batch at the last moment and sets aside those that may not be written to any more.
func (d *delivery) recipients(ctx context.Context, b survey.Batch, ids []survey.ContactID) ([]survey.Contact, []survey.Outcome, error) {
	found, stopped, err := d.store.Recipients(ctx, d.campaign.Audience, ids)
	if err != nil {
		return nil, nil, err
	}
	answered := map[survey.ContactID]bool{}
	if b.Wave == survey.WaveReminder {
		if answered, err = d.store.Answered(ctx, b.Campaign, ids); err != nil {
			return nil, nil, err
		}
	}
	var firsts map[survey.ContactID]survey.Invitation
	if b.Again {
		if firsts, err = d.store.InvitationsOf(ctx, b.Campaign, b.Wave, ids); err != nil {
			return nil, nil, err
		}
	}
	var contacts []survey.Contact
	var outcomes []survey.Outcome
	for _, id := range ids {
		c, there := found[id]
		reason := survey.SkipReason(stopped[id])
		switch {
		case !there:
			reason = survey.SkipRemoved
		case reason == "" && answered[id]:
			reason = survey.SkipAnswered
		case reason == "" && b.Again && firsts[id].State != survey.InvitationUncertain:
			reason = survey.SkipSettled
		}
		if reason == "" {
			contacts = append(contacts, c)
			continue
		}
		outcomes = append(outcomes, survey.Outcome{Contact: id, State: survey.InvitationSkipped, Reason: string(reason), Owner: c.Owner, Team: c.Team})
	}
	return contacts, outcomes, nil
}

// fresh is how old the look at some recipients may be when SES is called: whoever has unsubscribed before gets no letter.
const fresh = time.Second

// deliver makes the SES calls of a claimed batch, each of at most a second's worth of recipients: to those whose turn it
// is, looked at then, and after them to the rest. left are those that were surely not written to and must wait for another
// day.
func (d *delivery) deliver(ctx context.Context, b survey.Batch, turn []survey.Contact, looked time.Time, rest []survey.ContactID) (outcomes []survey.Outcome, left []survey.ContactID) {
	letter, err := d.letters.of(d.campaign, b)
	if err != nil {
		d.stopAll("WORDING: " + err.Error())
		return nil, append(ids(turn), rest...)
	}
	for throttled := 0; ; {
		if d.now().Sub(looked) > fresh && len(turn) > 0 { // the claim took long, or the process stood still
			again, skipped, err := d.recipients(ctx, b, ids(turn))
			if err != nil {
				d.halt.Store(true)
				return outcomes, append(left, append(ids(turn), rest...)...)
			}
			turn, outcomes = again, append(outcomes, skipped...)
		}
		if !d.held() { // another sender may have given this batch up, and somebody may have it sent again
			d.halt.Store(true)
			return outcomes, append(left, append(ids(turn), rest...)...)
		}
		again, results, closed := d.call(ctx, letter, b, turn)
		outcomes, left, rest = append(outcomes, results...), append(left, closed...), append(ids(again), rest...)
		if len(again) > 0 {
			throttled++
			if throttled > 50 || !sleep(ctx, time.Duration(min(throttled, 10))*100*time.Millisecond) {
				d.halt.Store(true)
				return outcomes, append(left, rest...)
			}
		}
		if len(left) > 0 || len(rest) == 0 { // the account is closed for now: do not ask for the rest
			return outcomes, append(left, rest...)
		}
		n := min(len(rest), d.gate.call)
		var skipped []survey.Outcome
		if turn, skipped, looked, err = d.nextCall(ctx, b, rest[:n], throttled > 0); err != nil {
			d.halt.Store(true)
			return outcomes, append(left, rest...)
		}
		outcomes, rest = append(outcomes, skipped...), rest[n:]
	}
}

// nextCall waits for the turn of a further call of the same batch and only then looks at who of them may be written to:
// a slow account takes seconds for a batch. An error means that the call is not to be made.
func (d *delivery) nextCall(ctx context.Context, b survey.Batch, part []survey.ContactID, throttled bool) (turn []survey.Contact, skipped []survey.Outcome, looked time.Time, err error) {
	if err := d.gate.wait(ctx, len(part)); err != nil {
		return nil, nil, looked, err
	}
	if throttled && d.halt.Load() {
		return nil, nil, looked, errHalt
	}
	looked = d.now()
	turn, skipped, err = d.recipients(ctx, b, part)
	return turn, skipped, looked, err
}

// call makes one SES call. again are those whom SES was too busy for, closed those for whom it has no quota or is closed.
func (d *delivery) call(ctx context.Context, letter mail.Template, b survey.Batch, part []survey.Contact) (again []survey.Contact, outcomes []survey.Outcome, closed []survey.ContactID) {
	if len(part) == 0 {
		return nil, nil, nil
	}
	for i, r := range d.mail.Bulk(ctx, d.bulk(letter, b, part)) {
		c := part[i]
		switch r.Fate {
		case ses.Throttled:
			again = append(again, c)
		case ses.NoQuota:
			d.gate.open = false
			d.halt.Store(true)
			closed = append(closed, c.ID)
		case ses.Stopped:
			d.stopAll(r.Status)
			closed = append(closed, c.ID)
		default:
			outcomes = append(outcomes, outcomeOf(c, r))
		}
	}
	return again, outcomes, closed
}

func outcomeOf(c survey.Contact, r ses.Result) survey.Outcome {
	o := survey.Outcome{Contact: c.ID, MessageID: r.MessageID, Owner: c.Owner, Team: c.Team}
	switch r.Fate {
	case ses.Accepted:
		o.State = survey.InvitationSent
	case ses.Refused:
		o.State, o.Reason = survey.InvitationFailed, r.Status
	default:
		o.State, o.Reason = survey.InvitationUncertain, r.Status
	}
	return o
}

// decide writes the outcomes of a batch. When another sender has given the batch up meanwhile, nothing is written here: those
// people stay uncertain.
func (d *delivery) decide(ctx context.Context, b survey.Batch, outcomes []survey.Outcome, left []survey.ContactID) (survey.Batch, error) {
	if len(outcomes) == 0 {
		if err := d.store.UnclaimBatch(ctx, b, d.lease); err != nil {
			return b, err
		}
		return b, errHalt
	}
	b.State, b.At, b.Outcomes, b.Contacts = survey.BatchDone, d.now(), outcomes, nil
	sent := 0
	for _, o := range outcomes {
		b.Contacts = append(b.Contacts, o.Contact)
		if o.State == survey.InvitationSent {
			sent++
		}
	}
	if err := d.store.DecideBatch(ctx, b, d.lease, left, d.campaign.Audience); err != nil {
		return b, err
	}
	d.mu.Lock()
	d.sent += sent
	d.mu.Unlock()
	return b, nil
}

// writeDown writes the invitations of a decided batch.
func (d *delivery) writeDown(ctx context.Context, b survey.Batch) error {
	if b.Again {
		return d.store.SettleResent(ctx, b)
	}
	return d.store.AddInvitations(ctx, b.Invitations(d.campaign.Audience), d.held)
}

// giveUp decides a batch whose sender died between claim and decision: nobody knows who of it was written to, and
// nobody is written to again by itself (promise 1).
func (s *sender) giveUp(ctx context.Context, c survey.Campaign, b survey.Batch) error {
	contacts, err := s.store.Contacts(ctx, c.Audience, b.Contacts)
	if err != nil {
		return err
	}
	for _, id := range b.Contacts {
		b.Outcomes = append(b.Outcomes, survey.Outcome{Contact: id, State: survey.InvitationUncertain, Reason: "sender_died",
			Owner: contacts[id].Owner, Team: contacts[id].Team})
	}
	dead := b.Lease
	b.State, b.At = survey.BatchUncertain, s.now()
	err = s.store.DecideBatch(ctx, b, dead, nil, c.Audience)
	if errors.Is(err, store.ErrChanged) { // it was not dead after all and has decided: what it left over is not in the plan as read
		return errHalt
	}
	if err != nil {
		return err
	}
	s.log.Warn("batch of a dead sender is uncertain", "campaign", b.Campaign, "batch", b.Name, "recipients", len(b.Contacts))
	return s.mend(ctx, c, b)
}

// mend writes the invitations of a decided batch whose sender may have died before it could.
func (s *sender) mend(ctx context.Context, c survey.Campaign, b survey.Batch) error {
	if b.Again {
		return s.store.SettleResent(ctx, b)
	}
	return s.store.MendInvitations(ctx, b.Invitations(c.Audience))
}

func (d *delivery) stopAll(reason string) {
	d.halt.Store(true)
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.reason == "" {
		d.reason = reason
	}
}

func ids(cs []survey.Contact) []survey.ContactID {
	all := make([]survey.ContactID, len(cs))
	for i, c := range cs {
		all[i] = c.ID
	}
	return all
}
