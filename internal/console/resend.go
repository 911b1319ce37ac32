package console

import (
	"context"
	"errors"
	"log/slog"
	"net/http"

	"onetap/internal/apperr"
	"onetap/internal/store"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// resendUncertain writes again to those of whom nobody knows whether they were written to. The system never does so by
// itself (promise 1); a person may, who says that they understood that some will get the survey twice.
func (d *Desk) resendUncertain(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Understood bool `json:"understood"`
		Mailing    int  `json:"wave"`
	}
	if err := optional(r, &in); err != nil {
		return err
	}
	if in.Mailing != survey.MailingInvitation && in.Mailing != survey.MailingReminder {
		return apperr.New(apperr.Invalid, "parameter_choice", "wave", "Known", "0, 1")
	}
	c, err := d.campaign(r)
	if err != nil {
		return err
	}
	people, more, err := d.sendAgain(r.Context(), c, in.Mailing, in.Understood)
	if err != nil {
		return err
	}
	web.JSON(w, http.StatusOK, map[string]any{"campaign": c.ID, "wave": in.Mailing, "people": people, "more": more})
	return nil
}

// sendAgain plans the second letters of a mailing and calls the sender; more says that there are others after these people.
func (d *Desk) sendAgain(ctx context.Context, c survey.Campaign, number int, understood bool) (count int, more bool, err error) {
	if err := c.Allows(survey.ActResend, d.now()); err != nil {
		return 0, false, err
	}
	mailing, begun, err := d.store.Mailing(ctx, c.ID, number)
	if err != nil {
		return 0, false, err
	}
	if begun && mailing.State != survey.MailingDone {
		return 0, false, apperr.New(apperr.Conflict, "resend_too_early", "state")
	}
	var people []survey.Invitation
	if begun {
		if people, err = d.store.Uncertain(ctx, mailing, store.MaxAgain+1); err != nil {
			return 0, false, err
		}
	}
	more = len(people) > store.MaxAgain
	people = people[:min(len(people), store.MaxAgain)]
	switch {
	case len(people) == 0:
		return 0, false, apperr.New(apperr.Conflict, "nobody_uncertain", "wave")
	case !understood:
		return 0, false, apperr.New(apperr.Invalid, "resend_not_understood", "understood", "Count", len(people))
	}
	next, batches := mailing.Again(people)
	err = d.store.AddBatches(ctx, next, batches)
	if errors.Is(err, apperr.ErrChanged) { // somebody else has just done the same
		return 0, false, apperr.New(apperr.Conflict, "resend_too_early", "state")
	}
	if err != nil {
		return 0, false, err
	}
	if err := d.wake(ctx); err != nil {
		slog.WarnContext(ctx, "sender not called; its next minute sends again", "campaign", c.ID, "error", err)
	}
	return len(people), more, nil
}
