// Package resealing seals words again that the respondent's page has sealed with a public key: with the data key, with which reading
// them costs microseconds and not a tenth of a millisecond. A hundred thousand comments are read often, and written once.
package resealing

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sync/errgroup"

	"onetap/internal/survey"
)

// Store is what it needs of the table.
type Store interface {
	// WordsToSeal reads up to limit errands of each shard, as of a moment ago.
	WordsToSeal(ctx context.Context, limit int) ([]survey.Errand, error)
	// ResealWords seals an answer's words with the newest data key; changed is false where there was nothing to do, and where somebody was
	// faster.
	ResealWords(ctx context.Context, c survey.CampaignID, id survey.ContactID) (changed bool, err error)
	// Done forgets an errand, unless it was left again meanwhile.
	Done(ctx context.Context, e survey.Errand) error
}

const (
	atOnce  = 200 // errands of each shard
	workers = 8
	// age is how old an errand is when it is given up: the page writes it before the answer.
	age = 15 * time.Second
)

// Resealer does what the page has left.
type Resealer struct {
	Store Store
	Now   func() time.Time
}

// Run seals until there is nothing left that can be done now, or ctx ends. An answer that fails is tried by the next run, and stops no other.
func (r *Resealer) Run(ctx context.Context) error {
	for {
		all, err := r.Store.WordsToSeal(ctx, atOnce)
		if err != nil {
			return err
		}
		done, err := r.seal(ctx, all)
		if err != nil || done == 0 || len(all) < atOnce {
			return err
		}
	}
}

func (r *Resealer) seal(ctx context.Context, all []survey.Errand) (done int, err error) {
	finished, failed := make([]bool, len(all)), make([]error, len(all))
	g := errgroup.Group{}
	g.SetLimit(workers)
	for i, e := range all {
		g.Go(func() error {
			changed, err := r.Store.ResealWords(ctx, e.Campaign, e.Contact)
			if err == nil && (changed || r.Now().Sub(e.At) > age) {
				finished[i] = true
				err = r.Store.Done(ctx, e)
			}
			failed[i] = err
			return nil
		})
	}
	_ = g.Wait() // what failed is in failed
	for i := range all {
		if finished[i] && failed[i] == nil {
			done++
		}
	}
	return done, errors.Join(failed...)
}
