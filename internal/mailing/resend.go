package mailing

import (
	"context"
	"errors"

	"onetap/internal/apperr"
	"onetap/internal/survey"
)

// MaxResent is how many people get a second letter at one request. Their batches are written in one transaction, which
// holds 100 items: the mailing and, for each language, a batch that is not full are three of them.
const MaxResent = 97 * survey.BatchSize

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
