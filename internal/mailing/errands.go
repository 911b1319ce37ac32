package mailing

import (
	"context"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/survey"
)

// errandStore is what the respondent's page leaves to the sender, who may read contacts: the page may not.
type errandStore interface {
	// Errands reads up to limit errands of each shard; one that was just left may be missing.
	Errands(ctx context.Context, limit int) ([]survey.Errand, error)
	// Done forgets an errand, unless it was left again meanwhile.
	Done(ctx context.Context, e survey.Errand) error
	// Contact reads a contact, or a problem of kind Unknown.
	Contact(ctx context.Context, a survey.Audience, id survey.ContactID) (survey.Contact, error)
	// Invitation reads one contact's place in a mailing; ok is false where it is not decided yet.
	Invitation(ctx context.Context, c survey.CampaignID, mailing int, id survey.ContactID) (i survey.Invitation, ok bool, err error)
	// ClosedResponse reads an answer without its words; ok is false where there is none.
	ClosedResponse(ctx context.Context, c survey.CampaignID, id survey.ContactID) (r survey.Response, ok bool, err error)
	// PlaceResponse writes what an early answer is counted by, if it is early still.
	PlaceResponse(ctx context.Context, r survey.Response) error
	// WrittenTo reads the ids of the addresses to which a campaign has written to a contact.
	WrittenTo(ctx context.Context, c survey.CampaignID, id survey.ContactID) ([]map[survey.Audience]survey.ContactID, error)
	// StopContact stops one contact, whatever its address is. Again changes nothing.
	StopContact(ctx context.Context, a survey.Audience, id survey.ContactID, reason survey.SuppressionReason, now time.Time) error
	// Suppress stops an address, given by its ids. Again changes nothing.
	Suppress(ctx context.Context, ids map[survey.Audience]survey.ContactID, reason survey.SuppressionReason, now time.Time) error
}

const (
	// errandsAtOnce is how many errands of each shard a look takes: a run comes back to the others.
	errandsAtOnce = 100
	// errandLife is for how long an answer is waited for, and tried to be placed where its invitation is nowhere: a sender that died is
	// found out within minutes.
	errandLife = 24 * time.Hour
	// errandAge is how old an errand is when it is done at the earliest: the page writes it before the answer.
	errandAge = 15 * time.Second
)

// errands does what the respondent's page has left. What cannot be done yet stays.
func (r *senderRun) errands(ctx context.Context) error {
	all, err := r.Store.Errands(ctx, errandsAtOnce)
	if err != nil {
		return err
	}
	for _, e := range all {
		if !r.timeLeft(ctx) {
			return nil
		}
		done := false
		switch e.Kind {
		case survey.PlaceAnswer:
			done, err = r.placeAnswer(ctx, e)
		case survey.StopPerson:
			done, err = true, r.stopPerson(ctx, e)
		default: // of a later release
			continue
		}
		if err == nil && done {
			err = r.Store.Done(ctx, e)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// placeAnswer gives an answer that came before its invitation was written, or whose invitation was written before they said so much, what
// it is counted by: of the invitation, and where that does not say, of the contact.
func (r *senderRun) placeAnswer(ctx context.Context, e survey.Errand) (done bool, err error) {
	a, ok, err := r.Store.ClosedResponse(ctx, e.Campaign, e.Contact)
	age := r.Now().Sub(e.At)
	switch {
	case err != nil:
		return false, err
	case !ok: // not written yet: whoever writes it may have been stopped in between, or never comes back
		return age > errandLife, nil
	case !a.Early:
		return age > errandAge, nil
	}
	c, err := r.Store.Campaign(ctx, e.Campaign)
	if err != nil {
		return false, err
	}
	i, invited, err := r.Store.Invitation(ctx, e.Campaign, survey.MailingInvitation, e.Contact)
	if err != nil {
		return false, err
	}
	if !invited || i.Segments == nil && len(c.Dimensions) > 0 {
		contact, err := r.Store.Contact(ctx, c.Audience, e.Contact)
		if err != nil && (!isUnknown(err) || !invited) { // whose it is is not known yet, or never
			return isUnknown(err) && age > errandLife, unlessUnknown(err)
		}
		if err == nil && !invited {
			i.Owner, i.Team, i.Language = contact.Owner, contact.Team, c.LanguageFor(contact.Language)
		}
		if err == nil {
			i.Segments, i.Account = survey.SegmentsOf(contact, c.Dimensions), contact.Account
		}
	}
	return true, r.Store.PlaceResponse(ctx, a.Place(i.Owner, i.Team, i.Language, i.With))
}

// stopPerson does the rest of unsubscribing: what planning meets, and the address that the contact has by now.
func (r *senderRun) stopPerson(ctx context.Context, e survey.Errand) error {
	if err := r.Store.StopContact(ctx, e.Audience, e.Contact, survey.Unsubscribed, e.At); err != nil {
		return err
	}
	addresses, err := r.Store.WrittenTo(ctx, e.Campaign, e.Contact)
	if err != nil {
		return err
	}
	contact, err := r.Store.Contact(ctx, e.Audience, e.Contact)
	switch {
	case err == nil && contact.Person.Email != "":
		addresses = append(addresses, r.Keys.ContactIDs(contact.Person.Email))
	case err != nil && !isUnknown(err):
		return err
	}
	for _, ids := range addresses {
		if err := r.Store.Suppress(ctx, ids, survey.Unsubscribed, e.At); err != nil {
			return err
		}
	}
	return nil
}

func unlessUnknown(err error) error {
	if isUnknown(err) {
		return nil
	}
	return err
}

func isUnknown(err error) bool {
	p := apperr.As(err)
	return p != nil && p.Kind == apperr.Unknown
}
