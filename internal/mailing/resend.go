package mailing

import (
	"context"
	"errors"
	"slices"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/insight"
	"onetap/internal/survey"
)

// MaxResent is how many people get a second letter at one request. Their batches are written in one transaction, which
// holds 100 items: the mailing and, for each language, a batch that is not full are three of them.
const MaxResent = 97 * survey.BatchSize

// maxAgain is how many batches a transaction holds beside the mailing.
const maxAgain = 99

// Resend writes again to those of a mailing of whom nobody knows whether they were written to, and returns how many they
// are; more says that there are others after them. The system never does so by itself (promise 1): a person must have
// understood that some will get the survey twice. Problems: resend_too_early, nobody_uncertain, resend_not_understood.
func (cs *Campaigns) Resend(ctx context.Context, c survey.Campaign, number int, understood bool) (people int, more bool, err error) {
	if err := c.Allows(survey.ActResend, cs.Now()); err != nil {
		return 0, false, err
	}
	mailing, begun, err := cs.Store.Mailing(ctx, c.ID, number)
	if err != nil {
		return 0, false, err
	}
	if begun && mailing.State != survey.MailingDone {
		return 0, false, apperr.New(apperr.Conflict, "resend_too_early", "state")
	}
	var uncertain []survey.Invitation
	if begun {
		if uncertain, err = cs.Store.Uncertain(ctx, mailing, MaxResent+1); err != nil {
			return 0, false, err
		}
	}
	more = len(uncertain) > MaxResent
	uncertain = uncertain[:min(len(uncertain), MaxResent)]
	switch {
	case len(uncertain) == 0:
		return 0, false, apperr.New(apperr.Conflict, "nobody_uncertain", "wave")
	case !understood:
		return 0, false, apperr.New(apperr.Invalid, "resend_not_understood", "understood", "Count", len(uncertain))
	}
	next, batches := mailing.Again(uncertain)
	for len(batches) > maxAgain { // of many clocks: each may leave a batch that is not full
		uncertain, more = uncertain[:len(uncertain)/2], true
		next, batches = mailing.Again(uncertain)
	}
	err = cs.Store.AddBatches(ctx, next, batches)
	if errors.Is(err, apperr.ErrChanged) { // somebody else has just done the same
		return 0, false, apperr.New(apperr.Conflict, "resend_too_early", "state")
	}
	if err != nil {
		return 0, false, err
	}
	cs.wake(ctx, c)
	return len(uncertain), more, nil
}

// Uncertain is one of whom nobody knows whether a letter went out.
type Uncertain struct {
	survey.Invitation
	Person *survey.Person // nil: not for this reader, or no contact any more
}

// Uncertain lists those of a campaign's mailings of whom nobody knows whether they were written to, at most limit of each.
// Who a person is, is for whoever may see contacts, and this one; who was to be reminded, and so had not answered, for whoever
// may know who answered.
func (cs *Campaigns) Uncertain(ctx context.Context, who authz.Who, c survey.Campaign, l Ledgers, limit int) ([]Uncertain, error) {
	var found []Uncertain
	for number, ledger := range []*survey.Ledger{l.Invitation, l.Reminder, l.Second} {
		if ledger == nil || ledger.Uncertain == 0 || survey.IsReminder(number) && !insight.Of(c, who, cs.Now()).People() {
			continue
		}
		mailing, begun, err := cs.Store.Mailing(ctx, c.ID, number)
		if err != nil {
			return nil, err
		}
		if !begun {
			continue
		}
		some, err := cs.Store.Uncertain(ctx, mailing, limit)
		if err != nil {
			return nil, err
		}
		for _, i := range some {
			found = append(found, Uncertain{Invitation: i})
		}
	}
	return found, cs.name(ctx, who, c.Audience, found)
}

// name says of each who it is, if the reader may know that.
func (cs *Campaigns) name(ctx context.Context, who authz.Who, a survey.Audience, found []Uncertain) error {
	if len(found) == 0 || !who.Can(authz.ReadContacts) {
		return nil
	}
	var reports []survey.Staff
	if who.Staff.Role == survey.RoleManager {
		staff, err := cs.Store.Staff(ctx)
		if err != nil {
			return err
		}
		reports = authz.Reports(staff, who.Staff.ID)
	}
	ids := make([]survey.ContactID, len(found))
	for n, u := range found {
		ids[n] = u.Contact
	}
	slices.Sort(ids)
	ids = slices.Compact(ids) // somebody's invitation and reminder may both be uncertain
	contacts, err := cs.Store.Contacts(ctx, a, ids)
	if err != nil {
		return err
	}
	for n, u := range found {
		if contact, ok := contacts[u.Contact]; ok && who.Sees(u.Owner, u.Team, reports) {
			found[n].Person = &contact.Person
		}
	}
	return nil
}
