package followup

import (
	"context"
	"errors"
	"fmt"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/loop"
	"onetap/internal/mail"
	"onetap/internal/survey"
)

// maxSends bounds the letters of one delivery: an alert that three levels refuse, and one letter with later words.
const maxSends = 4

// recordLimit is how long a letter that was sent is tried to be recorded, also when the time is up.
const recordLimit = 5 * time.Second

// deliver sends the letter that is claimed of a case, and the next ones that become ready by it. It logs the error that it
// returns.
func (r *Round) deliver(ctx context.Context, c loop.Case) error {
	for range maxSends {
		if end, ok := ctx.Deadline(); ok && time.Until(end) < recordLimit {
			return nil // too late to begin; the clock sends it
		}
		again := r.Random()
		next, err := r.send(ctx, c, again)
		if err != nil {
			r.Log.Error("alert not sent; the clock tries again", "case", c.ID(), "try", c.Alert.Tries, "error", err)
			return err
		}
		if next.Alert.Claim != again {
			return nil
		}
		c = next
	}
	return nil
}

// send makes one letter of a claimed case and records what became of it. If that makes another letter ready, the case
// comes back claimed as again.
func (r *Round) send(ctx context.Context, c loop.Case, again string) (loop.Case, error) {
	limited, cancel := context.WithTimeout(ctx, loop.SendLimit)
	defer cancel()
	claim := c.Alert.Claim
	f, err := r.facts(limited, c)
	if err != nil {
		return c, err
	}
	if says, err := r.says(limited, f); err != nil || !says {
		return loop.Case{}, err
	}
	m, err := r.letter(f)
	if err != nil {
		return c, err
	}
	id, err := r.Mail.Send(limited, m)
	if refusal := mail.RefusalOf(err); refusal != nil && refusal.Message {
		return r.refuse(limited, c, err, again)
	}
	if err != nil {
		return c, err
	}
	limited, cancel = context.WithTimeout(context.WithoutCancel(ctx), recordLimit)
	defer cancel()
	next, err := r.record(limited, c, func(c loop.Case) (loop.Case, bool) {
		c, ok := c.Sent(claim, id, f.Response, f.To, r.Now())
		if ok {
			c, _ = r.turn(limited, c, again)
		}
		return c, ok
	})
	if err != nil {
		return c, fmt.Errorf("sent, but not recorded: %w", err)
	}
	r.Log.Info("alert sent", "case", c.ID(), "responsible", f.To.Level, "follow_up", c.FollowUp(), "message", id,
		"seconds", r.Now().Sub(f.Response.Updated).Seconds())
	return next, nil
}

// refuse makes the next one responsible for a case whose responsible the mail service refuses to write to.
func (r *Round) refuse(ctx context.Context, c loop.Case, refusal error, again string) (loop.Case, error) {
	next, ok, err := r.after(ctx, c)
	if err != nil || !ok {
		return c, errors.Join(refusal, err)
	}
	r.Log.Warn("alert refused; the next one is told", "case", c.ID(), "responsible", c.Level, "error", refusal)
	claim := c.Alert.Claim
	return r.record(ctx, c, func(c loop.Case) (loop.Case, bool) {
		c, ok := c.Refuse(claim, next, r.Now())
		if ok {
			c, _ = r.turn(ctx, c, again)
		}
		return c, ok
	})
}

// record applies a change to the stored case, again on what others made of it meanwhile.
func (r *Round) record(ctx context.Context, was loop.Case, change func(loop.Case) (loop.Case, bool)) (loop.Case, error) {
	for range maxTries {
		c, changed := change(was)
		if !changed {
			return was, nil // recorded already, or somebody else took over
		}
		saved, err := r.Store.SaveCase(ctx, was, c)
		if !errors.Is(err, apperr.ErrChanged) {
			return saved, err
		}
		if was, _, err = r.Store.Case(ctx, was.Campaign, was.Contact); err != nil {
			return was, err
		}
	}
	return was, errors.New("case changed too often to record its letter")
}

// after returns who is told instead of a case's responsible.
func (r *Round) after(ctx context.Context, c loop.Case) (loop.Responsible, bool, error) {
	d, err := r.directory()
	if err != nil {
		return loop.Responsible{}, false, err
	}
	contact, _, err := r.contact(ctx, survey.Response{Audience: c.Audience, Contact: c.Contact, Owner: c.Owner, Team: c.Team})
	if err != nil {
		return loop.Responsible{}, false, err
	}
	next, ok := d.After(d.Of(c, contact.Owner, contact.Team), contact.Team)
	return next, ok, nil
}
