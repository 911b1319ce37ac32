package rights

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/survey"
)

// The steps of an erasure, in their order. Each may be done again, from any place, and comes to the same; what it has come to is
// written down with the place before the next begins.
const (
	stepContacts  = iota // the contacts, and what they are found by
	stepUndo             // what is kept for undoing uploads, and lines of their history
	stepCampaigns        // cases, answers, letters; a campaign at a time
	stepUploads          // parts of uploads
	stepAudit            // what the audit list was about; 30 days at a time
	stepSources          // what other parts of the system keep
	steps
)

// Begin begins to erase a person: it keeps them from coming back, and writes down what is to be done. keepWords says that what they
// wrote with their answers stays, without whose it is. GoOn does it.
func (r *Rights) Begin(ctx context.Context, who authz.Who, p Person, keepWords bool) (survey.Erasure, error) {
	now := r.Now().UTC().Truncate(time.Millisecond)
	whom := whomOf(p)
	whom.Secret = r.secret()
	id := now.Format("20060102T150405") + "-" + strings.ToLower(r.secret()[:10])
	blocks, err := r.blocks(ctx, p, id, now)
	if err != nil {
		return survey.Erasure{}, err
	}
	if err := r.Store.Block(ctx, blocks); err != nil {
		return survey.Erasure{}, err
	}
	e := survey.Erasure{
		ID: id, By: who.Staff.ID, Begun: now, State: survey.Erasing, KeepWords: keepWords, Whom: &whom,
	}
	if who.Token != "" {
		e.By, e.Token = who.Token, true
	}
	return r.Store.SaveErasure(ctx, e)
}

// GoOn goes on with an erasure until its steps are done or until is reached, and returns how far it is. Somebody else who goes on
// with it at the same moment gets apperr.ErrChanged; so does the caller.
func (r *Rights) GoOn(ctx context.Context, id string, until time.Time) (survey.Erasure, error) {
	e, err := r.Store.Erasure(ctx, id)
	for err == nil && e.State == survey.Erasing && e.Whom != nil {
		if e, err = r.step(ctx, e); err != nil || r.Now().After(until) {
			break
		}
	}
	return e, err
}

// Report reads an erasure.
func (r *Rights) Report(ctx context.Context, id string) (survey.Erasure, error) {
	return r.Store.Erasure(ctx, id)
}

// damagedHour is the hour (UTC) in whose first minute the log says which erasures cannot go on: once a day.
const damagedHour = 6

// End ends an erasure that cannot go on, for what is stored of the person is damaged; somebody says why nothing is left to do. Problems:
// erasure_unknown, erasure_goes_on, erasure_reason, apperr.ErrChanged.
func (r *Rights) End(ctx context.Context, id string, why survey.ErasureEnd) error {
	e, err := r.Store.Erasure(ctx, id)
	switch {
	case err != nil:
		return err
	case !e.Damaged():
		return apperr.New(apperr.Conflict, "erasure_goes_on", "erasure")
	case !slices.Contains(survey.ErasureEnds, why):
		return apperr.New(apperr.Invalid, "erasure_reason", "reason")
	}
	e.State, e.Ended, e.Reason = survey.Abandoned, r.Now().UTC().Truncate(time.Millisecond), why
	_, err = r.Store.SaveErasure(ctx, e)
	return err
}

// settledAtOnce is how many erasures a run of the clock looks at.
const settledAtOnce = 50

// Settle goes on with erasures that somebody began and did not end, and does those again whose time has come. It is the clock's.
func (r *Rights) Settle(ctx context.Context) error {
	all, err := r.Store.Unended(ctx, settledAtOnce)
	if err != nil {
		return err
	}
	now := r.Now()
	for _, e := range all {
		if e.Damaged() { // the page says so, where somebody can end it
			if day := now.UTC(); r.Log != nil && day.Hour() == damagedHour && day.Minute() == 0 {
				r.Log.Error("an erasure cannot go on: what is stored of the person does not open", "erasure", e.ID)
			}
			continue
		}
		if e.State == survey.Settling && !now.Before(e.Again) {
			e.State, e.Step, e.At = survey.Erasing, stepContacts, ""
			if e, err = r.Store.SaveErasure(ctx, e); errors.Is(err, apperr.ErrChanged) {
				continue
			}
			if err != nil {
				return err
			}
		}
		if e.State != survey.Erasing || now.Sub(e.Begun) < time.Minute { // whoever began it is at it
			continue
		}
		if _, err := r.GoOn(ctx, e.ID, now.Add(30*time.Second)); err != nil && !errors.Is(err, apperr.ErrChanged) {
			return err
		}
	}
	return nil
}

// step does one bounded piece of the work and writes down how far it is.
func (r *Rights) step(ctx context.Context, e survey.Erasure) (survey.Erasure, error) {
	var next string
	var err error
	switch e.Step {
	case stepContacts:
		err = r.eraseContacts(ctx, &e)
	case stepUndo:
		next, err = r.eraseHistory(ctx, &e)
	case stepCampaigns:
		next, err = r.eraseCampaigns(ctx, &e)
	case stepUploads:
		next, err = r.eraseUploads(ctx, &e)
	case stepAudit:
		next, err = r.eraseAudit(ctx, &e)
	case stepSources:
		for _, s := range r.Sources {
			if err == nil {
				err = s.Erase(ctx, *e.Whom)
			}
		}
	}
	if err != nil {
		return e, err
	}
	if e.At = next; next == "" {
		e.Step++
	}
	if e.Step >= steps {
		e = r.passed(e)
	}
	return r.Store.SaveErasure(ctx, e)
}

// passed is an erasure whose steps are all done: for the first time they are done again later, after that nothing is left to know of
// the person.
func (r *Rights) passed(e survey.Erasure) survey.Erasure {
	now := r.Now().UTC().Truncate(time.Millisecond)
	if e.Again.IsZero() {
		e.State, e.Again = survey.Settling, now.Add(survey.ErasureSettles)
		return e
	}
	e.State, e.Ended, e.Whom = survey.Erased, now, nil
	return e
}
