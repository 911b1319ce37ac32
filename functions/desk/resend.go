package main

import (
	"errors"
	"log/slog"
	"net/http"

	"onetap/internal/problem"
	"onetap/internal/store"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// resendUncertain writes again to those of whom nobody knows whether they were written to. The system never does so by
// itself (promise 1); a person may, who says that they understood that some will get the survey twice.
func (d *desk) resendUncertain(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Understood bool `json:"understood"`
		Wave       int  `json:"wave"`
	}
	if err := optional(r, &in); err != nil {
		return err
	}
	if in.Wave != survey.WaveInvitation && in.Wave != survey.WaveReminder {
		return problem.New(problem.Invalid, "parameter_choice", "wave", "Known", "0, 1")
	}
	c, err := d.campaign(r)
	if err != nil {
		return err
	}
	if err := c.Allows(survey.ActResend, d.now()); err != nil {
		return err
	}
	wave, begun, err := d.store.Wave(r.Context(), c.ID, in.Wave)
	if err != nil {
		return err
	}
	if begun && wave.State != survey.WaveDone {
		return problem.New(problem.Conflict, "resend_too_early", "state")
	}
	var people []survey.Invitation
	if begun {
		if people, err = d.store.Uncertain(r.Context(), wave, store.MaxAgain+1); err != nil {
			return err
		}
	}
	more := len(people) > store.MaxAgain
	people = people[:min(len(people), store.MaxAgain)]
	switch {
	case len(people) == 0:
		return problem.New(problem.Conflict, "nobody_uncertain", "wave")
	case !in.Understood:
		return problem.New(problem.Invalid, "resend_not_understood", "understood", "Count", len(people))
	}
	next, batches := wave.Again(people)
	err = d.store.AddBatches(r.Context(), next, batches)
	if errors.Is(err, store.ErrChanged) { // somebody else has just done the same
		return problem.New(problem.Conflict, "resend_too_early", "state")
	}
	if err != nil {
		return err
	}
	if err := d.wake(r.Context()); err != nil {
		slog.WarnContext(r.Context(), "sender not called; its next minute sends again", "campaign", c.ID, "error", err)
	}
	web.JSON(w, http.StatusOK, map[string]any{"campaign": c.ID, "wave": in.Wave, "people": len(people), "more": more})
	return nil
}
