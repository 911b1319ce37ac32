package delivery

import (
	"cmp"
	"context"
	"errors"

	"onetap/internal/apperr"
	"onetap/internal/mail"
	"onetap/internal/survey"
)

// person is whom a letter was for: by its tags, which this system wrote, and never by the address in an event, which is
// often redacted, where the letter was forwarded to, or none at all.
type person struct {
	audience survey.Audience                      // of the letter; "" where it cannot be told
	ids      map[survey.Audience]survey.ContactID // of the one address, in every audience where that is known
	moved    map[survey.Audience]survey.ContactID // ids of the address that the person has instead by now; nil: it is the same
}

// mailbox is the id of the address that a letter went to.
func mailbox(of survey.Invitation, r mail.Report) survey.ContactID {
	return cmp.Or(r.Mailbox(), of.Contact)
}

// person looks up whom an event is about. Somebody who is not in the list any more is known by the tag alone; an address in
// the event counts only if it is that of the tag.
func (d *Reports) person(ctx context.Context, of survey.Invitation, r mail.Report) (p person, err error) {
	if p.audience, err = d.audience(ctx, of); err != nil {
		return p, err
	}
	among := survey.Audiences
	if p.audience != "" {
		among = []survey.Audience{p.audience}
		p.ids = map[survey.Audience]survey.ContactID{p.audience: mailbox(of, r)}
	}
	for _, a := range among {
		c, err := d.Store.Contact(ctx, a, of.Contact)
		if err == nil && c.MailID() == mailbox(of, r) {
			ids := d.Keys.ContactIDs(c.Person.Email)
			ids[a] = c.MailID() // whatever the address is read as today
			return person{audience: a, ids: ids}, nil
		}
		if err == nil { // the address was changed after the letter
			p.audience, p.ids, p.moved = a, map[survey.Audience]survey.ContactID{a: mailbox(of, r)}, map[survey.Audience]survey.ContactID{}
			if c.Person.Email != "" {
				p.moved = d.Keys.ContactIDs(c.Person.Email)
			}
			break
		}
		if !isUnknown(err) {
			return p, err
		}
	}
	for _, address := range r.Addresses {
		email, err := survey.NormalizeEmail(address)
		if err != nil {
			continue
		}
		ids := d.Keys.ContactIDs(email)
		for _, a := range among {
			if ids[a] == mailbox(of, r) {
				p.audience, p.ids = a, ids
				return p, nil
			}
		}
	}
	return p, nil
}

// audience is the one of a letter's campaign, or, without the campaign, of its invitation; "" where neither is there.
func (d *Reports) audience(ctx context.Context, of survey.Invitation) (survey.Audience, error) {
	c, err := d.Store.Campaign(ctx, of.Campaign)
	if !isUnknown(err) {
		return c.Audience, err
	}
	i, _, err := d.Store.Invitation(ctx, of.Campaign, of.Mailing, of.Contact)
	return i.Audience, err
}

func isUnknown(err error) bool {
	var e *apperr.Error
	return errors.As(err, &e) && e.Kind == apperr.Unknown
}

// stop stops the address of whom an event is about in every audience, at once (D8).
func (d *Reports) stop(ctx context.Context, of survey.Invitation, r mail.Report, cause survey.SuppressionCause) error {
	p, err := d.person(ctx, of, r)
	if err != nil {
		return err
	}
	reason := r.Event.Stops()
	if err := d.Store.SuppressFor(ctx, p.ids, reason, cause, d.Now()); err != nil || p.moved == nil || !reason.Wish() {
		return err
	}
	if err := d.Store.SuppressFor(ctx, p.moved, reason, "", d.Now()); err != nil { // the person complains, at whichever address
		return err
	}
	return d.Store.StopContact(ctx, p.audience, of.Contact, reason, d.Now())
}

// soft counts a letter that a mailbox did not take for now: as many of them in a row as say that the mailbox is dead stop
// the address as a permanent bounce does.
func (d *Reports) soft(ctx context.Context, of survey.Invitation, r mail.Report) error {
	audience, err := d.audience(ctx, of)
	if err != nil {
		return err
	}
	dead, err := d.noteSoftBounce(ctx, audience, of.Contact, r)
	if err != nil || !dead {
		return err
	}
	r.Event = survey.EventBounced
	if err := d.stop(ctx, of, r, survey.CauseRepeated); err != nil {
		return err
	}
	return d.settle(ctx, of, mailbox(of, r), r.Event)
}

// lookedBack is how many campaigns of the audience, the latest, are looked through for a letter that has arrived.
const lookedBack = 30

// noteSoftBounce counts a soft bounce, once however often it is reported, and says whether the mailbox is taken for dead.
func (d *Reports) noteSoftBounce(ctx context.Context, a survey.Audience, contact survey.ContactID, r mail.Report) (dead bool, err error) {
	at := r.At
	if at.IsZero() {
		at = d.Now()
	}
	for range maxTries {
		was, err := d.Store.SoftBounces(ctx, a, cmp.Or(r.Mailbox(), contact))
		if err != nil {
			return false, err
		}
		now, news := was.Add(at, r.Sent)
		if now.Dead() { // rarely: deliveries, of which there are many, write nothing down
			if now, err = d.sinceArrival(ctx, a, contact, now); err != nil {
				return false, err
			}
		}
		if !news && len(now.Letters) == len(was.Letters) {
			return now.Dead(), nil
		}
		err = d.Store.SaveSoftBounces(ctx, a, cmp.Or(r.Mailbox(), contact), now, d.Now())
		if !errors.Is(err, apperr.ErrChanged) {
			return now.Dead(), err
		}
	}
	return false, errNotWritten
}

func (d *Reports) sinceArrival(ctx context.Context, a survey.Audience, contact survey.ContactID, b survey.SoftBounces) (survey.SoftBounces, error) {
	campaigns, err := d.Store.Campaigns(ctx, a, lookedBack)
	if err != nil {
		return b, err
	}
	ids := make([]survey.CampaignID, len(campaigns))
	for i, c := range campaigns {
		ids[i] = c.ID
	}
	past, err := d.Store.PastOf(ctx, contact, ids, true)
	return b.Since(past.Invitations, d.Now()), err
}
