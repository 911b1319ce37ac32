package followup

import (
	"context"
	"errors"
	"fmt"

	"onetap/internal/apperr"
	"onetap/internal/loop"
	"onetap/internal/mail"
	"onetap/internal/survey"
)

// Reported takes a report of a letter that is no survey: an alert that came back goes to the next one responsible. After an
// error the report is to be brought again, which changes nothing where it was done.
func (a *Alerts) Reported(ctx context.Context, r mail.Report) error {
	switch r.Event {
	case survey.EventBounced, survey.EventRejected, survey.EventBlocked:
	default:
		return nil
	}
	ids := casesOf(r.Tags)
	if len(ids) == 0 {
		a.Log.Warn("a letter that is no survey was not delivered", "event", r.Event, "kind", r.Tags["kind"])
		return nil
	}
	round := a.Begin(ctx)
	for _, id := range ids {
		campaign, contact, ok := loop.ParseID(id)
		if !ok {
			continue
		}
		if err := round.Bounced(ctx, campaign, contact, r.Message); err != nil {
			return err
		}
	}
	return nil
}

// Bounced makes the next one responsible for a case whose letter came back, and tells them at once. message is the
// letter's id at SES; the same bounce again changes nothing.
func (r *Round) Bounced(ctx context.Context, campaign survey.CampaignID, contact survey.ContactID, message string) error {
	for range maxTries {
		was, ok, err := r.Store.Case(ctx, campaign, contact)
		if err != nil || !ok {
			return err
		}
		next, ok, err := r.after(ctx, was)
		if err != nil {
			return err
		}
		if !ok {
			r.Log.Error("an alert came back, and there is nobody else to tell", "case", was.ID())
			return nil
		}
		c, changed := was.Bounced(message, next, r.Now())
		if !changed {
			return nil
		}
		claim := r.Random()
		c, _ = r.turn(ctx, c, claim)
		c, err = r.Store.SaveCase(ctx, was, c)
		if errors.Is(err, apperr.ErrChanged) {
			continue
		}
		if err != nil {
			return err
		}
		if c.Alert.Claim == claim {
			_ = r.deliver(ctx, c) // the clock sends it if this fails
		}
		return nil
	}
	return fmt.Errorf("case of campaign %s changed %d times while its letter's bounce was recorded", campaign, maxTries)
}
