package followup

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"onetap/internal/apperr"
	"onetap/internal/loop"
)

const (
	// dueAtOnce is how many cases, and how many owners, are worked on at a time.
	dueAtOnce = 8
	// dueTogether is how many due cases are sorted by owner at a time.
	dueTogether = 400
)

// SendDue sends the alerts whose time has come, and those whose sender died: all that are due to one owner as one letter. One that
// fails leaves the others alone and stays due; the error says how many. It stops when ctx ends and leaves the rest to the next call.
func (a *Alerts) SendDue(ctx context.Context) error {
	round := a.Begin(ctx)
	looked, failed := 0, 0
	var some []loop.Due
	flush := func() {
		looked += len(some)
		failed += round.Due(ctx, some)
		some = some[:0]
	}
	err := a.Store.WalkDue(ctx, a.Now(), func(d loop.Due) (bool, error) {
		if some = append(some, d); len(some) == dueTogether {
			flush()
		}
		return ctx.Err() == nil, nil // the next minute goes on
	})
	if ctx.Err() == nil {
		flush()
	}
	if looked > 0 {
		a.Log.Info("alerts looked at", "due", looked, "failed", failed)
	}
	if err == nil && failed > 0 {
		err = fmt.Errorf("%d of %d due alerts could not be sent; they stay due", failed, looked)
	}
	return err
}

// Due looks at things that are due: it sends the letters that were not sent, those to one owner together, and forgets what is left
// over. It returns how many could not be seen to.
func (r *Round) Due(ctx context.Context, all []loop.Due) (failed int) {
	var mu sync.Mutex
	owners, reminders := map[string][]loop.Case{}, map[string][]loop.Case{}
	var broken atomic.Int64
	g := errgroup.Group{}
	g.SetLimit(dueAtOnce)
	for _, d := range all {
		g.Go(func() error {
			c, ok, err := r.Store.Case(ctx, d.Campaign, d.Contact)
			if err == nil && (!ok || !d.Is(c)) {
				err = r.doubt(ctx, d)
			} else if halves := err == nil && c.Reminds(); halves || err == nil && c.Claimable(r.Now()) {
				mu.Lock()
				defer mu.Unlock()
				owner := strings.ToLower(c.Owner)
				if halves {
					reminders[owner] = append(reminders[owner], c)
				} else {
					owners[owner] = append(owners[owner], c)
				}
			}
			if err != nil {
				broken.Add(1)
			}
			return nil
		})
	}
	_ = g.Wait() // what failed is counted
	for _, cs := range owners {
		g.Go(func() error {
			broken.Add(int64(r.owners(ctx, cs)))
			return nil
		})
	}
	for _, cs := range reminders {
		g.Go(func() error {
			broken.Add(int64(r.remind(ctx, cs)))
			return nil
		})
	}
	_ = g.Wait()
	return int(broken.Load())
}

// doubt looks at a hint of which its case knows nothing: it is left over, or whoever wrote it is about to write the case.
func (r *Round) doubt(ctx context.Context, d loop.Due) error {
	if d.LeftOver(r.Now()) {
		return r.Store.DropDoubted(ctx, d)
	}
	if !d.Doubted.IsZero() {
		return nil
	}
	return r.Store.DoubtDue(ctx, d, r.Now())
}

// owners sends the letters about cases of one owner, or holds them where one has just gone. What waits already, and what a sender
// failed to send, takes the others along.
func (r *Round) owners(ctx context.Context, cs []loop.Case) (failed int) {
	slices.SortFunc(cs, func(a, b loop.Case) int { return strings.Compare(a.Place(), b.Place()) })
	if !slices.ContainsFunc(cs, func(c loop.Case) bool { return c.Alert.Held || c.Alert.Tries > 0 }) {
		o := r.pace.owner(cs[0].Owner)
		o.mu.Lock()
		until := r.waits(ctx, o, cs[0], r.Now())
		o.mu.Unlock()
		if !until.IsZero() {
			for _, c := range cs {
				if _, err := r.Store.SaveCase(ctx, c, c.Hold(until)); err != nil && !errors.Is(err, apperr.ErrChanged) {
					failed++
				}
			}
			return failed
		}
	}
	for part := range slices.Chunk(cs, maxTogether) {
		failed += r.together(ctx, part)
	}
	return failed
}

// claim claims the letters of cases, and returns those that are this sender's now.
func (r *Round) claim(ctx context.Context, cs []loop.Case) (mine []loop.Case, failed int) {
	claim := r.Random()
	for _, c := range cs {
		planned, err := r.replan(ctx, c)
		if err != nil {
			failed++
			continue
		}
		saved, err := r.Store.SaveCase(ctx, c, planned.Claim(claim, r.Now()))
		if err != nil && !errors.Is(err, apperr.ErrChanged) { // only the reply may have been lost
			var there bool
			if saved, there, err = r.Store.Case(ctx, c.Campaign, c.Contact); err != nil {
				failed++
				continue
			} else if !there || saved.Alert.Claim != claim {
				failed++
				continue
			}
		} else if err != nil {
			continue // who changed it sees to it, or the next minute does
		}
		mine = append(mine, saved)
	}
	return mine, failed
}
