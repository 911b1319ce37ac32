package mailing

import (
	"context"
	"errors"
	"sync"

	"onetap/internal/apperr"
	"onetap/internal/mail"
	"onetap/internal/survey"
)

// handleBatch brings one batch to its end, whatever state a sender before left it in. errHalt means that it is not at
// its end and sending should stop, errLater that it should be handled again after the others.
func (d *delivery) handleBatch(ctx context.Context, b survey.Batch) error {
	switch b.State {
	case survey.BatchDone, survey.BatchUncertain:
		return d.mend(ctx, d.campaign, b)
	case survey.BatchSending:
		if b.Lease != d.holder {
			return d.giveUp(ctx, d.campaign, b)
		}
	}
	if d.ballots(b) {
		return d.handleBallots(ctx, b)
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
	looked := d.Now()
	contacts, outcomes, err := d.recipients(ctx, b, b.Contacts[:first])
	if err != nil {
		return err
	}
	if d.halt.Load() || !d.timeLeft(ctx) || d.late() {
		return errHalt
	}
	switch err := d.Store.ClaimBatch(ctx, b, d.holder, d.Now()); {
	case errors.Is(err, apperr.ErrChanged):
		return errHalt // another sender has it: one of us should not be here
	case err != nil:
		return err
	}
	results, left, err := d.deliver(ctx, b, contacts, looked, b.Contacts[first:], len(outcomes))
	// The calls were made: what they came to must be written even if the time is up.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), margin)
	defer cancel()
	if errors.Is(err, errLater) {
		if err := d.Store.UnclaimBatch(ctx, b, d.holder); err != nil {
			return err
		}
		return errLater
	}
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

// late reports whether the hours are over in which surveys are sent.
func (d *delivery) late() bool {
	now := d.Now()
	return d.campaign.Hours.Opens(now.In(d.clock.Local)).After(now)
}

// recipients reads some contacts of a batch at the last moment and sets aside those that may not be written to any more.
func (d *delivery) recipients(ctx context.Context, b survey.Batch, ids []survey.ContactID) ([]survey.Contact, []survey.Outcome, error) {
	found, stopped, err := d.Store.Recipients(ctx, d.campaign.Audience, ids)
	if err != nil {
		return nil, nil, err
	}
	answered := map[survey.ContactID]bool{}
	if survey.IsReminder(b.Mailing) && !d.campaign.Audience.Anonymous() {
		if answered, err = d.Store.Answered(ctx, b.Campaign, ids); err != nil {
			return nil, nil, err
		}
	}
	var firsts map[survey.ContactID]survey.Invitation
	if b.Again {
		if firsts, err = d.Store.InvitationsOf(ctx, b.Campaign, b.Mailing, ids); err != nil {
			return nil, nil, err
		}
	}
	before, err := d.askedSince(ctx, b, ids)
	if err != nil {
		return nil, nil, err
	}
	var contacts []survey.Contact
	var outcomes []survey.Outcome
	for _, id := range ids {
		c, there := found[id]
		reason := survey.SkipReason(stopped[id])
		switch {
		case !there:
			reason = survey.SkipRemoved
		case c.Unreadable:
			reason = survey.SkipUnreadable
		case c.Mailbox == survey.NoMailbox: // it was taken away since
			reason = survey.SkipNoAddress
		case reason == "" && d.campaign.Unconsented(c):
			reason = survey.SkipNoConsent
		case reason == "" && answered[id]:
			reason = survey.SkipAnswered
		case reason == "" && b.Again && firsts[id].State != survey.InvitationUncertain:
			reason = survey.SkipSettled
		case reason == "":
			reason, _, _ = before.why(c)
		}
		if reason == "" {
			contacts = append(contacts, c)
			continue
		}
		outcomes = append(outcomes, survey.Outcome{Contact: id, State: survey.InvitationSkipped, Reason: string(reason), Owner: c.Owner, Team: c.Team})
	}
	return contacts, outcomes, nil
}

// spoken is the language of a letter where it is not its batch's: an anonymous cell may have several.
func spoken(c survey.Campaign, b survey.Batch, contact survey.Contact) string {
	if l := c.LanguageFor(contact.Language); carriesBallots(c, b) && l != b.Language {
		return l
	}
	return ""
}

func (d *delivery) outcomeOf(c survey.Contact, r mail.Outcome, language string) survey.Outcome {
	o := survey.Outcome{Contact: c.ID, MessageID: r.MessageID, Owner: c.Owner, Team: c.Team, Language: language, With: d.with(d.campaign, c)}
	switch r.Status {
	case mail.Accepted:
		o.State = survey.InvitationSent
	case mail.Refused:
		o.State, o.Reason = survey.InvitationFailed, r.Reason
	default:
		o.State, o.Reason = survey.InvitationUncertain, r.Reason
	}
	return o
}

// decide writes the outcomes of a batch. When another sender has given the batch up meanwhile, nothing is written here: those
// people stay uncertain.
func (d *delivery) decide(ctx context.Context, b survey.Batch, outcomes []survey.Outcome, left []survey.ContactID) (survey.Batch, error) {
	if len(outcomes) == 0 {
		if err := d.Store.UnclaimBatch(ctx, b, d.holder); err != nil {
			return b, err
		}
		return b, errHalt
	}
	b.State, b.At, b.Outcomes, b.Contacts = survey.BatchDone, d.Now(), outcomes, nil
	sent := 0
	for _, o := range outcomes {
		b.Contacts = append(b.Contacts, o.Contact)
		if o.State == survey.InvitationSent {
			sent++
		}
	}
	if err := d.Store.DecideBatch(ctx, b, d.holder, left, d.campaign.Audience); err != nil {
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
		return d.Store.SettleResent(ctx, b)
	}
	return d.Store.AddInvitations(ctx, b.Invitations(d.campaign.Audience), d.held)
}

// giveUp decides a batch whose sender died between claim and decision: nobody knows who of it was written to, and
// nobody is written to again by itself (promise 1).
func (r *senderRun) giveUp(ctx context.Context, c survey.Campaign, b survey.Batch) error {
	contacts, err := r.Store.Contacts(ctx, c.Audience, b.Contacts)
	if err != nil {
		return err
	}
	for _, id := range b.Contacts {
		b.Outcomes = append(b.Outcomes, survey.Outcome{
			Contact: id, State: survey.InvitationUncertain, Reason: "sender_died",
			Owner: contacts[id].Owner, Team: contacts[id].Team, Language: spoken(c, b, contacts[id]),
		})
	}
	dead := b.Lease
	b.State, b.At = survey.BatchUncertain, r.Now()
	err = r.Store.DecideBatch(ctx, b, dead, nil, c.Audience)
	if errors.Is(err, apperr.ErrChanged) { // it was not dead after all and has decided: what it left over is not in the plan as read
		return errHalt
	}
	if err != nil {
		return err
	}
	r.Log.Warn("batch of a dead sender is uncertain", "campaign", b.Campaign, "batch", b.Name, "recipients", len(b.Contacts))
	return r.mend(ctx, c, b)
}

// mend writes the invitations of a decided batch whose sender may have died before it could.
func (r *senderRun) mend(ctx context.Context, c survey.Campaign, b survey.Batch) error {
	if b.Again {
		return r.Store.SettleResent(ctx, b)
	}
	return r.Store.MendInvitations(ctx, b.Invitations(c.Audience), func(missing []survey.Invitation) error {
		ids := make([]survey.ContactID, len(missing))
		for n, i := range missing {
			ids[n] = i.Contact
		}
		contacts, err := r.Store.Contacts(ctx, c.Audience, ids)
		for n, i := range missing {
			if contact, there := contacts[i.Contact]; there && i.State != survey.InvitationSkipped {
				missing[n].With = r.with(c, contact)
			}
		}
		return err
	})
}

// with is what the invitation of a contact carries besides. Of what nobody can read it is nothing.
func (r *senderRun) with(of survey.Campaign, c survey.Contact) (w survey.With) {
	if c.Unreadable {
		return w
	}
	ids := r.Keys.ContactIDs(c.Person.Email)
	ids[of.Audience] = c.MailID() // whatever the address is read as today
	w.Address = survey.PackIDs(ids)
	if !of.Audience.Anonymous() {
		w.Segments, w.Account = survey.SegmentsOf(c, of.Dimensions), c.Account
	}
	return w
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
