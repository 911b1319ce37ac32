package followup

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"onetap/internal/apperr"
	"onetap/internal/loop"
)

// dueAtOnce is how many due alerts are looked at at a time.
const dueAtOnce = 8

// SendDue sends the alerts whose time has come, and those whose sender died. One that fails leaves the others alone and stays
// due; the error says how many. It stops when ctx ends and leaves the rest to the next call.
func (a *Alerts) SendDue(ctx context.Context) error {
	round := a.Begin(ctx)
	var looked, failed atomic.Int64
	g := errgroup.Group{}
	g.SetLimit(dueAtOnce)
	err := a.Store.WalkDue(ctx, a.Now(), func(d loop.Due) (bool, error) {
		if ctx.Err() != nil {
			return false, nil // the next minute goes on
		}
		g.Go(func() error {
			looked.Add(1)
			if err := round.Due(ctx, d); err != nil {
				failed.Add(1)
			}
			return nil
		})
		return true, nil
	})
	_ = g.Wait() // what failed is counted
	if n := looked.Load(); n > 0 {
		a.Log.Info("alerts looked at", "due", n, "failed", failed.Load())
	}
	if err == nil && failed.Load() > 0 {
		err = fmt.Errorf("%d of %d due alerts could not be sent; they stay due", failed.Load(), looked.Load())
	}
	return err
}

// Due looks at something that is due: it sends the letter unless it was sent, or forgets what is left over.
func (r *Round) Due(ctx context.Context, d loop.Due) error {
	claim := r.Random()
	for range maxTries {
		c, ok, err := r.Store.Case(ctx, d.Campaign, d.Contact)
		if err != nil {
			return err
		}
		now := r.Now()
		switch {
		case ok && c.Alert.Claim == claim: // only the reply was lost
			return r.deliver(ctx, c)
		case !ok || !d.Is(c):
			return r.Store.DropDue(ctx, d)
		case !c.Claimable(now):
			return nil
		}
		c, err = r.Store.SaveCase(ctx, c, c.Claim(claim, now))
		if errors.Is(err, apperr.ErrChanged) {
			continue
		}
		if err != nil {
			return err
		}
		return r.deliver(ctx, c)
	}
	return nil // another process that changes it that often is sending it
}
