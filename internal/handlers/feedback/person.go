package feedback

import (
	"context"
	"errors"

	"onetap/internal/apperr"
	"onetap/internal/ses"
	"onetap/internal/survey"
)

// person is whom a letter was for: by its tags, which this system wrote, and never by the address in an event, which is
// often redacted, where the letter was forwarded to, or none at all.
type person struct {
	audience survey.Audience                      // of the letter; "" where it cannot be told
	ids      map[survey.Audience]survey.ContactID // of the one address, in every audience where that is known
}

// person looks up whom an event is about. Somebody who is not in the list any more is known by the tag alone; an address in
// the event counts only if it is that of the tag.
func (f *Handler) person(ctx context.Context, of survey.Invitation, r ses.Report) (p person, err error) {
	if p.audience, err = f.audience(ctx, of); err != nil {
		return p, err
	}
	among := survey.Audiences
	if p.audience != "" {
		among = []survey.Audience{p.audience}
		p.ids = map[survey.Audience]survey.ContactID{p.audience: of.Contact}
	}
	for _, a := range among {
		c, err := f.store.Contact(ctx, a, of.Contact)
		if err == nil {
			ids := f.keys.ContactIDs(c.Person.Email)
			ids[a] = of.Contact // whatever the address is read as today
			return person{a, ids}, nil
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
		ids := f.keys.ContactIDs(email)
		for _, a := range among {
			if ids[a] == of.Contact {
				return person{a, ids}, nil
			}
		}
	}
	return p, nil
}

// audience is the one of a letter's campaign, or, without the campaign, of its invitation; "" where neither is there.
func (f *Handler) audience(ctx context.Context, of survey.Invitation) (survey.Audience, error) {
	c, err := f.store.Campaign(ctx, of.Campaign)
	if !isUnknown(err) {
		return c.Audience, err
	}
	i, _, err := f.store.Invitation(ctx, of.Campaign, of.Mailing, of.Contact)
	return i.Audience, err
}

func isUnknown(err error) bool {
	var e *apperr.Error
	return errors.As(err, &e) && e.Kind == apperr.Unknown
}

// stop stops the address of whom an event is about in every audience, at once (D8).
func (f *Handler) stop(ctx context.Context, of survey.Invitation, r ses.Report, cause survey.SuppressionCause) error {
	p, err := f.person(ctx, of, r)
	if err != nil {
		return err
	}
	return f.store.SuppressFor(ctx, p.ids, r.Event.Stops(), cause, f.now())
}

// soft counts a letter that a mailbox did not take for now: as many of them in a row as say that the mailbox is dead stop
// the address as a permanent bounce does.
func (f *Handler) soft(ctx context.Context, of survey.Invitation, r ses.Report) error {
	audience, err := f.audience(ctx, of)
	if err != nil {
		return err
	}
	dead, err := f.noteSoftBounce(ctx, audience, of.Contact, r)
	if err != nil || !dead {
		return err
	}
	r.Event = survey.EventBounced
	if err := f.stop(ctx, of, r, survey.CauseRepeated); err != nil {
		return err
	}
	return f.settle(ctx, of, r.Event)
}

// lookedBack is how many campaigns of the audience, the latest, are looked through for a letter that has arrived.
const lookedBack = 30

// noteSoftBounce counts a soft bounce, once however often it is reported, and says whether the mailbox is taken for dead.
func (f *Handler) noteSoftBounce(ctx context.Context, a survey.Audience, contact survey.ContactID, r ses.Report) (dead bool, err error) {
	at := r.At
	if at.IsZero() {
		at = f.now()
	}
	for range tries {
		was, err := f.store.SoftBounces(ctx, a, contact)
		if err != nil {
			return false, err
		}
		now, news := was.Add(at, r.Sent)
		if now.Dead() { // rarely: deliveries, of which there are many, write nothing down
			if now, err = f.sinceArrival(ctx, a, contact, now); err != nil {
				return false, err
			}
		}
		if !news && len(now.Letters) == len(was.Letters) {
			return now.Dead(), nil
		}
		err = f.store.SaveSoftBounces(ctx, a, contact, now, f.now())
		if !errors.Is(err, apperr.ErrChanged) {
			return now.Dead(), err
		}
	}
	return false, errNotWritten
}

func (f *Handler) sinceArrival(ctx context.Context, a survey.Audience, contact survey.ContactID, b survey.SoftBounces) (survey.SoftBounces, error) {
	campaigns, err := f.store.Campaigns(ctx, a, lookedBack)
	if err != nil {
		return b, err
	}
	ids := make([]survey.CampaignID, len(campaigns))
	for i, c := range campaigns {
		ids[i] = c.ID
	}
	past, err := f.store.PastOf(ctx, contact, ids, true)
	return b.Since(past.Invitations, f.now()), err
}
