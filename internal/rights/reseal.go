package rights

import (
	"context"
	"time"

	"onetap/internal/seal"
	"onetap/internal/survey"
)

// ResealStore is what sealing again needs of the table.
type ResealStore interface {
	// Resealing reads how far the walk is; version 0: there was none.
	Resealing(ctx context.Context) (survey.Resealing, error)
	// SaveResealing is a compare-and-swap by the version that was read; apperr.ErrChanged.
	SaveResealing(ctx context.Context, r survey.Resealing) (survey.Resealing, error)
	// SealKeys names the newest key of each purpose.
	SealKeys(ctx context.Context) (string, error)
	// SealedParts lists the parts of the table that hold what is sealed and stays, in an order that stays.
	SealedParts(ctx context.Context) ([]string, error)
	// Reseal seals some items of a part again, behind a place in it; next is where to go on, "" at its end.
	Reseal(ctx context.Context, part, after string) (next string, sealed int, err error)
}

const (
	// resealWait is for how long after a new key others may still seal with the one before (package seal: ten minutes).
	resealWait = 12 * time.Minute
	// resealEvery is in which minutes of an hour the clock looks whether there is something to seal again.
	resealEvery = 10
	// walkKind is what a walk does besides sealing: where the last walk did less, there is another one.
	walkKind = "; stops"
	// keyYears is after how many years a purpose gets a new data key.
	keyYears = 1
)

// renewed are the purposes whose keys the clock renews.
var renewed = []seal.Purpose{seal.Contacts, seal.Staff, seal.Notes, seal.Uploads}

// Renewer adds a data key to a purpose whose newest was made before a time. seal.Sealer is one.
type Renewer interface {
	Renew(ctx context.Context, p seal.Purpose, before time.Time) error
}

// Resealer seals again what is sealed with an old key, or not at all, in steps that are written down. A step that dies is done again,
// and changes nothing that is done.
type Resealer struct {
	Store ResealStore
	Keys  Renewer
	Now   func() time.Time
}

// Run renews keys once a year and goes on with it until ctx is over. It is the clock's.
func (r *Resealer) Run(ctx context.Context) error {
	now := r.Now().UTC().Truncate(time.Second)
	if now.Minute()%resealEvery != 0 {
		return nil
	}
	for _, p := range renewed {
		if err := r.Keys.Renew(ctx, p, now.AddDate(-keyYears, 0, 0)); err != nil {
			return err
		}
	}
	state, err := r.Store.Resealing(ctx)
	if err != nil {
		return err
	}
	keys, err := r.Store.SealKeys(ctx)
	if err != nil {
		return err
	}
	keys += walkKind
	if state.Keys != keys || state.Version == 0 {
		_, err := r.Store.SaveResealing(ctx, survey.Resealing{Keys: keys, From: now.Add(resealWait), Version: state.Version})
		return unlessChanged(err)
	}
	if !state.Ended.IsZero() || now.Before(state.From) {
		return nil
	}
	return unlessChanged(r.walk(ctx, state))
}

func (r *Resealer) walk(ctx context.Context, state survey.Resealing) error {
	parts, err := r.Store.SealedParts(ctx)
	if err != nil {
		return err
	}
	for _, part := range parts {
		if part < state.Part {
			continue
		}
		if part != state.Part {
			state.Part, state.After = part, ""
		}
		for more := true; more; more = state.After != "" {
			if ctx.Err() != nil {
				return nil
			}
			next, n, err := r.Store.Reseal(ctx, part, state.After)
			if err != nil {
				if ctx.Err() != nil {
					return nil
				}
				return err
			}
			state.After, state.Sealed = next, state.Sealed+n
			if next != "" || n > 0 {
				if state, err = r.Store.SaveResealing(ctx, state); err != nil {
					return err
				}
			}
		}
	}
	state.Part, state.After, state.Ended = "", "", r.Now().UTC().Truncate(time.Second)
	_, err = r.Store.SaveResealing(ctx, state)
	return err
}
