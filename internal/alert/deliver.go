package alert

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/smithy-go"

	"onetap/internal/apperr"
	"onetap/internal/loop"
	"onetap/internal/survey"
)

// maxSends bounds the letters of one delivery: an alert that three levels refuse, and one letter with later words.
const maxSends = 4

// recordLimit is how long a letter that was sent is tried to be recorded, also when the time is up.
const recordLimit = 5 * time.Second

// deliver sends what is claimed of a case, and whatever becomes ready by it. What it returns, it has logged.
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
	if c.Unsettled(f.Response, claim) {
		if err := r.Store.DropCase(limited, c); !errors.Is(err, apperr.ErrChanged) {
			return loop.Case{}, err
		}
	}
	if !c.Says(f.Response) {
		return r.record(limited, c, func(c loop.Case) (loop.Case, bool) { return c.Unneeded(claim) })
	}
	m, err := r.letter(f)
	if err != nil {
		return c, err
	}
	id, err := r.Mail.Send(limited, m)
	if refused(err) {
		return r.refuse(limited, c, err, again)
	}
	if err != nil {
		return c, withoutAddress(err)
	}
	limited, cancel = context.WithTimeout(context.WithoutCancel(ctx), recordLimit)
	defer cancel()
	next, err := r.record(limited, c, func(c loop.Case) (loop.Case, bool) {
		c, ok := c.Sent(claim, id, f.Response, f.To, r.Now())
		return r.reclaim(c, again), ok
	})
	if err != nil {
		return c, fmt.Errorf("sent, but not recorded: %w", err)
	}
	r.Log.Info("alert sent", "case", c.ID(), "responsible", f.To.Level, "follow_up", c.FollowUp(), "message", id,
		"seconds", r.Now().Sub(f.Response.Updated).Seconds())
	return next, nil
}

// refuse makes the next one responsible for a case whose responsible SES does not write to.
func (r *Round) refuse(ctx context.Context, c loop.Case, refusal error, again string) (loop.Case, error) {
	next, ok, err := r.after(ctx, c)
	if err != nil || !ok {
		return c, errors.Join(withoutAddress(refusal), err)
	}
	r.Log.Warn("alert refused; the next one is told", "case", c.ID(), "responsible", c.Level, "error", withoutAddress(refusal))
	claim := c.Alert.Claim
	return r.record(ctx, c, func(c loop.Case) (loop.Case, bool) {
		c, ok := c.Refuse(claim, next, r.Now())
		return r.reclaim(c, again), ok
	})
}

// reclaim claims what a change made ready.
func (r *Round) reclaim(c loop.Case, claim string) loop.Case {
	if now := r.Now(); c.Claimable(now) {
		return c.Claim(claim, now)
	}
	return c
}

// record changes the stored case; whoever else changed it meanwhile is taken into account.
func (r *Round) record(ctx context.Context, was loop.Case, change func(loop.Case) (loop.Case, bool)) (loop.Case, error) {
	for range tries {
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

// refused reports whether SES will not take this letter for this recipient: the address is none, or not allowed here.
func refused(err error) bool {
	var e smithy.APIError
	if !errors.As(err, &e) {
		return false
	}
	return e.ErrorCode() == "MessageRejected" || e.ErrorCode() == "BadRequestException"
}

// withoutAddress leaves SES's code of an error: its text may name the address.
func withoutAddress(err error) error {
	var e smithy.APIError
	if errors.As(err, &e) {
		return fmt.Errorf("SES answers %s", e.ErrorCode())
	}
	return err
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
