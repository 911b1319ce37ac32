package counting

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"onetap/internal/loop"
	"onetap/internal/survey"
)

// CaseStore is what counting cases needs of the table.
type CaseStore interface {
	// AddCaseFigures adds what records of the stream say to one owner's figures; a record that is in them already adds nothing.
	AddCaseFigures(ctx context.Context, owner string, changes []loop.OwnerChange, now time.Time) error
	// Settings are the company's, for its clock.
	Settings(ctx context.Context) (survey.Settings, error)
}

// ownersAtOnce is how many owners' figures are added to at a time.
const ownersAtOnce = 8

// CaseCounter keeps each owner's figures of cases, of the board and by week. What a record adds is the difference between its two pictures,
// and for a while it is remembered which records are in the figures, so that one that comes again adds nothing.
type CaseCounter struct {
	Store CaseStore
	Now   func() time.Time
	Log   *slog.Logger
}

// Count counts changes. It returns indexes of changes that could not be counted; to count all from the first of them on again changes
// nothing of what is counted.
func (c *CaseCounter) Count(ctx context.Context, changes []loop.CaseChange) (failed []int) {
	if len(changes) == 0 {
		return nil
	}
	settings, err := c.Store.Settings(ctx)
	if err != nil {
		c.Log.Error("the company's clock", "error", err)
		return []int{0}
	}
	adds, first := map[string][]loop.OwnerChange{}, map[string]int{}
	for i, one := range changes {
		for owner, change := range one.ByOwner(settings.Clock()) {
			if adds[owner] == nil {
				first[owner] = i
			}
			adds[owner] = append(adds[owner], change)
		}
	}
	var mu sync.Mutex
	g := errgroup.Group{}
	g.SetLimit(ownersAtOnce)
	for owner, changes := range adds {
		g.Go(func() error {
			if err := c.Store.AddCaseFigures(ctx, owner, changes, c.Now()); err != nil {
				c.Log.Error("cases not counted", "records", len(changes), "error", err)
				mu.Lock()
				defer mu.Unlock()
				failed = append(failed, first[owner])
			}
			return nil
		})
	}
	_ = g.Wait() // what failed is in failed
	return failed
}
