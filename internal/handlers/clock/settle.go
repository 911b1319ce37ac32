package clock

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"onetap/internal/alert"
	"onetap/internal/store"
)

// senders is how many due alerts are looked at at a time.
const senders = 8

// settling sends the alerts whose time has come, and those whose sender died.
type settling struct {
	store  *store.Store
	alerts *alert.Alerts
	log    *slog.Logger
}

// run goes through everything that is due. One alert that fails leaves the others alone; it is tried again later.
func (s *settling) run(ctx context.Context) error {
	round := s.alerts.Begin(ctx)
	var looked, failed atomic.Int64
	g := errgroup.Group{}
	g.SetLimit(senders)
	err := s.store.WalkDue(ctx, s.alerts.Now(), func(d store.Due) (bool, error) {
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
		s.log.Info("alerts looked at", "due", n, "failed", failed.Load())
	}
	if err == nil && failed.Load() > 0 {
		err = fmt.Errorf("%d of %d due alerts could not be sent; they stay due", failed.Load(), looked.Load())
	}
	return err
}
