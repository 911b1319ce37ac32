package main

import (
	"context"
	"errors"
	"time"

	"onetap/internal/ses"
	"onetap/internal/store"
	"onetap/internal/survey"
)

// handleBatch brings one batch to its end, whatever state a sender before left it in. errHalt means that it is not at
// its end and sending should stop.
func (d *delivery) handleBatch(ctx context.Context, b survey.Batch) error {
	switch b.State {
	case survey.BatchDone, survey.BatchUncertain:
		return d.store.MendInvitations(ctx, b.Invitations(d.campaign.Audience))
	case survey.BatchSending:
		if b.Lease != d.lease {
			return d.giveUp(ctx, b)
		}
	}
	contacts, outcomes, err := d.recipients(ctx, b)
	if err != nil {
		return err
	}
	select {
	case d.claims <- struct{}{}:
		defer func() { <-d.claims }()
	case <-ctx.Done():
		return errHalt
	}
	first := min(len(contacts), d.gate.call)
	if first > 0 {
		if err := d.gate.wait(ctx, first); err != nil {
			return errHalt
		}
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
	results, left, err := d.deliver(ctx, b, contacts, first)
	if err != nil {
		return err
	}
	return d.decide(ctx, b, append(outcomes, results...), left)
}

// recipients reads the contacts of a batch at the last moment and sets aside those that may not be written to any more.
func (d *delivery) recipients(ctx context.Context, b survey.Batch) ([]survey.Contact, []survey.Outcome, error) {
	found, stopped, err := d.store.Recipients(ctx, d.campaign.Audience, b.Contacts)
	if err != nil {
		return nil, nil, err
	}
	answered := map[survey.ContactID]bool{}
	if b.Wave == survey.WaveReminder {
		if answered, err = d.store.Answered(ctx, b.Campaign, b.Contacts); err != nil {
			return nil, nil, err
		}
	}
	var contacts []survey.Contact
	var outcomes []survey.Outcome
	for _, id := range b.Contacts {
		c, there := found[id]
		reason := survey.SkipReason(stopped[id])
		switch {
		case !there:
			reason = survey.SkipRemoved
		case reason == "" && answered[id]:
			reason = survey.SkipAnswered
		}
		if reason == "" {
			contacts = append(contacts, c)
			continue
		}
		outcomes = append(outcomes, survey.Outcome{Contact: id, State: survey.InvitationSkipped, Reason: string(reason), Owner: c.Owner, Team: c.Team})
	}
	return contacts, outcomes, nil
}

// deliver makes the SES calls of a claimed batch, each of at most a second's worth of recipients; the tokens of the
// first are taken already. left are those that were surely not written to and must wait for another day.
func (d *delivery) deliver(ctx context.Context, b survey.Batch, contacts []survey.Contact, first int) (outcomes []survey.Outcome, left []survey.ContactID, err error) {
	letter, err := d.letters.of(d.campaign, b)
	if err != nil {
		d.stopAll("WORDING: " + err.Error())
		return nil, ids(contacts), nil
	}
	paid := first // tokens in hand
	for throttled := 0; len(contacts) > 0; {
		n := min(len(contacts), d.gate.call)
		if paid == 0 {
			if err := d.gate.wait(ctx, n); err != nil || (throttled > 0 && d.halt.Load()) {
				d.halt.Store(true)
				return outcomes, append(left, ids(contacts)...), nil
			}
		}
		paid = 0
		var again []survey.Contact
		for i, r := range d.mail.Bulk(ctx, d.bulk(letter, b, contacts[:n])) {
			c := contacts[i]
			switch r.Fate {
			case ses.Throttled:
				again = append(again, c)
			case ses.NoQuota:
				d.gate.open = false
				d.halt.Store(true)
				left = append(left, c.ID)
			case ses.Stopped:
				d.stopAll(r.Status)
				left = append(left, c.ID)
			default:
				outcomes = append(outcomes, outcomeOf(c, r))
			}
		}
		contacts = append(again, contacts[n:]...)
		if len(again) > 0 {
			throttled++
			if throttled > 50 || !sleep(ctx, time.Duration(min(throttled, 10))*100*time.Millisecond) {
				d.halt.Store(true)
				return outcomes, append(left, ids(contacts)...), nil
			}
		}
		if len(left) > 0 { // the account is closed for now: do not ask for the rest
			return outcomes, append(left, ids(contacts)...), nil
		}
	}
	return outcomes, left, nil
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

// decide writes the batch's outcomes and then the invitations. When another sender has given the batch up meanwhile,
// nothing is written here: those people stay uncertain.
func (d *delivery) decide(ctx context.Context, b survey.Batch, outcomes []survey.Outcome, left []survey.ContactID) error {
	// The calls were made: what they came to must be written even if the time is up.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), margin)
	defer cancel()
	if len(outcomes) == 0 {
		if err := d.store.UnclaimBatch(ctx, b, d.lease); err != nil {
			return err
		}
		return errHalt
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
		return err
	}
	d.mu.Lock()
	d.sent += sent
	d.mu.Unlock()
	if err := d.store.PutInvitations(ctx, b.Invitations(d.campaign.Audience)); err != nil {
		return err
	}
	if len(left) > 0 {
		return errHalt
	}
	return nil
}

// giveUp decides a batch whose sender died between claim and decision: nobody knows who of it was written to, and
// nobody is written to again (promise 1).
func (d *delivery) giveUp(ctx context.Context, b survey.Batch) error {
	contacts, err := d.store.Contacts(ctx, d.campaign.Audience, b.Contacts)
	if err != nil {
		return err
	}
	for _, id := range b.Contacts {
		c := contacts[id]
		b.Outcomes = append(b.Outcomes, survey.Outcome{Contact: id, State: survey.InvitationUncertain, Reason: "sender_died", Owner: c.Owner, Team: c.Team})
	}
	dead := b.Lease
	b.State, b.At = survey.BatchUncertain, d.now()
	err = d.store.DecideBatch(ctx, b, dead, nil, d.campaign.Audience)
	if errors.Is(err, store.ErrChanged) { // it was not dead after all and has decided
		if b, err = d.store.Batch(ctx, b); err != nil {
			return err
		}
	} else if err != nil {
		return err
	}
	d.log.Warn("batch of a dead sender is uncertain", "campaign", b.Campaign, "batch", b.Name, "recipients", len(b.Contacts))
	return d.store.MendInvitations(ctx, b.Invitations(d.campaign.Audience))
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
