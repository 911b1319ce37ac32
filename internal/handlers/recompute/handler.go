// Package recompute handles the table's stream: it folds answers and sending outcomes into the figures.
package recompute

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"

	"github.com/aws/aws-lambda-go/events"
	"golang.org/x/sync/errgroup"

	"onetap/internal/apperr"
	"onetap/internal/store"
	"onetap/internal/survey"
)

// transactions is how many transactions run at a time, each adding to a shard of its own of the figures.
const transactions = 4

// tries bounds how often a unit is read again because its marker was not as believed.
const tries = 10

// Handler brings the figures to what the stream says, exactly once whatever the stream repeats (promise 4): beside
// each counted item stands a marker that says what of it is counted, written in the transaction that adds to the figures.
type Handler struct {
	store  *store.Store
	log    *slog.Logger
	random func(n int) int
}

// New counts into the figures of s.
func New(s *store.Store, log *slog.Logger) *Handler {
	return &Handler{store: s, log: log, random: rand.IntN}
}

// unit is one item that changed, in its newest state within the batch of records.
type unit struct {
	item     store.ItemKey
	sequence string // of its first record in the batch: where to start again if it fails
	order    int
	target   survey.Countable
	believed json.RawMessage // the marker that is probably there
	tried    int
}

// Handle counts a batch of records. It reports the earliest record of what could not be counted; doing it and all after
// it again changes nothing.
func (r *Handler) Handle(ctx context.Context, e events.DynamoDBEvent) (events.DynamoDBEventResponse, error) {
	units, bad := r.fold(e.Records)
	failed := r.countAll(ctx, units)
	if bad != nil {
		failed = append(failed, bad)
	}
	if len(failed) == 0 {
		return events.DynamoDBEventResponse{}, nil
	}
	first := failed[0]
	for _, u := range failed {
		if u.order < first.order {
			first = u
		}
	}
	r.log.Error("records not counted", "failed", len(failed), "of", len(e.Records), "from", first.sequence)
	return events.DynamoDBEventResponse{BatchItemFailures: []events.DynamoDBBatchItemFailure{{ItemIdentifier: first.sequence}}}, nil
}

// fold reads the records into one unit an item. A record that does not parse stops the fold: what comes after it waits.
func (r *Handler) fold(records []events.DynamoDBEventRecord) (units []*unit, bad *unit) {
	byItem := map[store.ItemKey]*unit{}
	for i, record := range records {
		c, ok, err := store.ChangeOf(record)
		if err != nil {
			r.log.Error("record does not parse", "sequence", record.Change.SequenceNumber, "error", err)
			return units, &unit{sequence: record.Change.SequenceNumber, order: i}
		}
		if !ok {
			continue
		}
		u := byItem[c.Item]
		if u == nil {
			u = &unit{item: c.Item, sequence: c.Sequence, order: i}
			u.believed = survey.Believed(c.Before)
			byItem[c.Item] = u
			units = append(units, u)
		}
		u.target = c.Now
	}
	return units, nil
}

// countAll writes the units' counts, several transactions at a time, and returns the units that failed.
func (r *Handler) countAll(ctx context.Context, units []*unit) []*unit {
	var mu sync.Mutex
	var failed []*unit
	shard := r.random(1 << 16) // each transaction adds to a shard of its own, so that they do not meet
	g := errgroup.Group{}
	g.SetLimit(transactions)
	for n, part := range split(units) {
		g.Go(func() error {
			broken, err := r.countSome(ctx, part, shard+n)
			if err != nil {
				mu.Lock()
				defer mu.Unlock()
				failed = append(failed, broken...)
				r.log.Error("count", "error", err)
			}
			return nil
		})
	}
	_ = g.Wait() // what failed is in failed
	return failed
}

// split cuts the units into parts that probably fit one transaction each.
func split(units []*unit) [][]*unit {
	const size = 60
	var parts [][]*unit
	for len(units) > 0 {
		n := min(size, len(units))
		parts, units = append(parts, units[:n]), units[n:]
	}
	return parts
}

// countSome counts units in one transaction after another until all are done; with an error it returns the rest.
func (r *Handler) countSome(ctx context.Context, units []*unit, shard int) (failed []*unit, err error) {
	for {
		var counts []store.Count
		var open []*unit
		for _, u := range units {
			now, d, ok, err := u.target.Count(u.believed)
			if err != nil {
				return units, err
			}
			if ok {
				counts = append(counts, store.Count{Item: u.item, Was: u.believed, Now: now, Deltas: d})
				open = append(open, u)
			}
		}
		if len(counts) == 0 {
			return nil, nil
		}
		taken, stale, err := r.store.AddCounts(ctx, counts, shard)
		switch {
		case errors.Is(err, apperr.ErrChanged):
			if err := r.reread(ctx, open[:taken], stale); err != nil {
				return open, err
			}
		case err != nil:
			return open, err
		default:
			open = open[taken:]
		}
		units = open
	}
}

// reread replaces what was believed of stale markers by what is there.
func (r *Handler) reread(ctx context.Context, units []*unit, stale []bool) error {
	var keys []store.ItemKey
	var of []*unit
	for i, u := range units {
		if i < len(stale) && stale[i] {
			if u.tried++; u.tried > tries {
				return fmt.Errorf("marker changed %d times while it was counted", tries)
			}
			keys, of = append(keys, u.item), append(of, u)
		}
	}
	marks, err := r.store.Marks(ctx, keys)
	if err != nil {
		return err
	}
	for _, u := range of {
		u.believed = marks[u.item]
	}
	return nil
}
