// Package counting keeps the figures equal to the answers and letters that they count (promise 4): it adds to them what
// changes as the stream tells, and each night counts everything again and repairs what differs.
package counting

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"
	_ "time/tzdata" // of the campaigns' clocks; Lambda's image has none

	"golang.org/x/sync/errgroup"

	"onetap/internal/apperr"
	"onetap/internal/survey"
)

const (
	// maxTransactions is how many transactions run at a time, each adding to a shard of its own of the figures.
	maxTransactions = 4
	// itemsPerPart is how many items probably fit one transaction with their markers and figures.
	itemsPerPart = 60
	// maxRereads bounds how often an item's marker is read again because it was not as believed.
	maxRereads = 10
)

// Counter adds changes to the figures, each exactly once however often it comes: beside each counted item stands a marker
// that says what of it is counted, written in the transaction that adds to the figures.
type Counter struct {
	Store  CounterStore
	Log    *slog.Logger
	Random func(n int) int // a number from 0 to n−1

	clocks sync.Map // *time.Location of each campaign that was met: fixed since its launch, before which nothing counts
}

// pending is one item that changed, in the newest state that is known of it.
type pending struct {
	item     survey.ItemKey
	first    int // index of its first change
	is       survey.Countable
	believed json.RawMessage // the marker that is probably there
	rereads  int
}

// Count counts changes, which come in their items' order. It returns where the items that could not be counted have their
// first change, in no order. To count all changes again from any of them on changes nothing of what is counted.
func (c *Counter) Count(ctx context.Context, changes []survey.ItemChange) (failed []int) {
	if err := c.learnClocks(ctx, changes); err != nil {
		c.Log.Error("clocks of campaigns", "error", err)
		for i := range changes {
			failed = append(failed, i)
		}
		return failed
	}
	var mu sync.Mutex
	shard := c.Random(1 << 16) // each transaction adds to a shard of its own, so that they do not meet
	g := errgroup.Group{}
	g.SetLimit(maxTransactions)
	part := 0
	for items := range slices.Chunk(c.fold(changes), itemsPerPart) {
		shard := shard + part
		part++
		g.Go(func() error {
			left, err := c.countPart(ctx, items, shard)
			if err != nil {
				mu.Lock()
				defer mu.Unlock()
				for _, p := range left {
					failed = append(failed, p.first)
				}
				c.Log.Error("count", "error", err)
			}
			return nil
		})
	}
	_ = g.Wait() // what failed is in failed
	return failed
}

// learnClocks reads the clocks of campaigns that were not met before.
func (c *Counter) learnClocks(ctx context.Context, changes []survey.ItemChange) error {
	var fresh []survey.CampaignID
	for _, one := range changes {
		id := one.Now.Of()
		if _, known := c.clocks.Load(id); !known && !slices.Contains(fresh, id) {
			fresh = append(fresh, id)
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	found, err := c.Store.Clocks(ctx, fresh)
	for id, clock := range found {
		c.clocks.Store(id, clock)
	}
	return err
}

// on puts an item on its campaign's clock.
func (c *Counter) on(is survey.Countable) survey.Countable {
	if is == nil {
		return nil
	}
	if clock, ok := c.clocks.Load(is.Of()); ok {
		return is.On(clock.(*time.Location))
	}
	return is
}

// fold makes one pending item of all changes of an item.
func (c *Counter) fold(changes []survey.ItemChange) (items []*pending) {
	byKey := map[survey.ItemKey]*pending{}
	for i, one := range changes {
		p := byKey[one.Item]
		if p == nil {
			p = &pending{item: one.Item, first: i, believed: survey.Believed(c.on(one.Before))}
			byKey[one.Item] = p
			items = append(items, p)
		}
		p.is = c.on(one.Now)
	}
	return items
}

// countPart counts items in one transaction after another until all are done; with an error it returns the rest.
func (c *Counter) countPart(ctx context.Context, items []*pending, shard int) (left []*pending, err error) {
	for {
		var counts []survey.ItemCount
		var open []*pending
		for _, p := range items {
			now, d, ok, err := p.is.Count(p.believed)
			if err != nil {
				return items, err
			}
			if ok {
				counts = append(counts, survey.ItemCount{Item: p.item, Was: p.believed, Now: now, Deltas: d})
				open = append(open, p)
			}
		}
		if len(counts) == 0 {
			return nil, nil
		}
		taken, stale, err := c.Store.AddCounts(ctx, counts, shard)
		switch {
		case errors.Is(err, apperr.ErrChanged):
			if err := c.reread(ctx, open[:taken], stale); err != nil {
				return open, err
			}
		case err != nil:
			return open, err
		default:
			open = open[taken:]
		}
		items = open
	}
}

// reread replaces what was believed of stale markers by what is there.
func (c *Counter) reread(ctx context.Context, items []*pending, stale []bool) error {
	var keys []survey.ItemKey
	var of []*pending
	for i, p := range items {
		if i < len(stale) && stale[i] {
			if p.rereads++; p.rereads > maxRereads {
				return fmt.Errorf("marker changed %d times while it was counted", maxRereads)
			}
			keys, of = append(keys, p.item), append(of, p)
		}
	}
	marks, err := c.Store.Marks(ctx, keys)
	if err != nil {
		return err
	}
	for _, p := range of {
		p.believed = marks[p.item]
	}
	return nil
}

// Mend counts one item whose marker is behind it, as the stream would have. It returns false where nothing was to be
// counted, and where somebody else was faster.
func Mend(ctx context.Context, s CountWriter, item survey.CountedItem) (mended bool, err error) {
	now, d, ok, err := item.Content.Count(item.Mark)
	if err != nil || !ok {
		return false, err
	}
	_, _, err = s.AddCounts(ctx, []survey.ItemCount{{Item: item.Item, Was: item.Mark, Now: now, Deltas: d}}, 0)
	if errors.Is(err, apperr.ErrChanged) {
		return false, nil
	}
	return err == nil, err
}
