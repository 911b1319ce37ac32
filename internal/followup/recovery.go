package followup

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/loop"
	"onetap/internal/nps"
	"onetap/internal/survey"
)

const (
	// recoveryEvery is how often it is looked whether a campaign has ended.
	recoveryEvery = time.Hour
	// recoveryCampaigns are the campaigns of an audience among which it is looked for, and recoveryLooked is how long after its end one is still new.
	recoveryCampaigns = 60
	recoveryLooked    = 60 * 24 * time.Hour
)

// Recovering measures what those who had a case answer the next time they are asked (D11): once for each campaign that has ended. A run that dies is done
// again, and comes to the same.
type Recovering struct {
	Store RecoveryStore
	Log   *slog.Logger
	Now   func() time.Time
}

// RecoveryStore is what it needs of the table.
type RecoveryStore interface {
	// Campaigns lists an audience's campaigns, the latest first, up to limit.
	Campaigns(ctx context.Context, a survey.Audience, limit int) ([]survey.Campaign, error)
	// Recoveries reads what was measured of an audience; zero before the first.
	Recoveries(ctx context.Context, a survey.Audience) (loop.Recoveries, error)
	// SaveRecoveries is a compare-and-swap by the version that was read; apperr.ErrChanged.
	SaveRecoveries(ctx context.Context, r loop.Recoveries) error
	// WalkCases calls each for every case of a campaign, in no order, until it returns false.
	WalkCases(ctx context.Context, campaign survey.CampaignID, each func(loop.Case) (bool, error)) error
	// Places reads what campaigns know of some contacts.
	Places(ctx context.Context, campaigns []survey.CampaignID, ids []survey.ContactID) (map[survey.ContactID]map[survey.CampaignID]loop.Place, error)
}

// Run measures the campaigns that have ended since it last did. What is wrong with one audience's stops no other.
func (r *Recovering) Run(ctx context.Context) error {
	var failed []error
	for _, a := range survey.Audiences {
		if a.Anonymous() {
			continue
		}
		if err := r.look(ctx, a); err != nil && !errors.Is(err, apperr.ErrChanged) { // another run is at it
			failed = append(failed, fmt.Errorf("recovered %s: %w", a, err))
		}
	}
	return errors.Join(failed...)
}

func (r *Recovering) look(ctx context.Context, a survey.Audience) error {
	known, err := r.Store.Recoveries(ctx, a)
	if err != nil || r.Now().Sub(known.At) < recoveryEvery {
		return err
	}
	all, err := r.Store.Campaigns(ctx, a, recoveryCampaigns)
	if err != nil {
		return err
	}
	ended, last := 0, -1 // only as many as are kept: an earlier one would be looked at again and again
	for i := 0; i < len(all) && ended < loop.KeptRecoveries; i++ {
		if over(all[i]) {
			ended, last = ended+1, i
		}
	}
	for i := last; i >= 0; i-- { // the earliest first
		c := all[i]
		if !over(c) || r.Now().Sub(c.Ended) > recoveryLooked || known.Has(c.ID) {
			continue
		}
		before, ok := campaignBefore(all[i+1:])
		if !ok {
			continue
		}
		one, err := r.of(ctx, before, c)
		if err != nil {
			return err
		}
		known = known.With(one)
		r.Log.InfoContext(ctx, "those who had cases were looked at again", "campaign", string(c.ID), "cases", one.Cases, "resolved", one.Resolved.Answers(), "others", one.Others.Answers())
	}
	known.At = r.Now().UTC()
	return r.Store.SaveRecoveries(ctx, known)
}

// over reports whether nothing of a campaign of ours is in flight any more.
func over(c survey.Campaign) bool {
	return c.State == survey.Closed && !c.Ended.IsZero() && !c.Brought()
}

// campaignBefore is the latest of some campaigns that is over: whose cases are looked at.
func campaignBefore(earlier []survey.Campaign) (survey.Campaign, bool) {
	for _, c := range earlier {
		if over(c) {
			return c, true
		}
	}
	return survey.Campaign{}, false
}

// of looks at one campaign's answers of those who have a case in the one before it.
func (r *Recovering) of(ctx context.Context, before, c survey.Campaign) (loop.Recovery, error) {
	out := loop.Recovery{Campaign: c.ID, Name: c.Name, Before: before.ID, Ended: c.Ended}
	var some []loop.Case
	flush := func() error {
		ids := make([]survey.ContactID, len(some))
		for i, one := range some {
			ids[i] = one.Contact
		}
		places, err := r.Store.Places(ctx, []survey.CampaignID{c.ID}, ids)
		if err != nil {
			return err
		}
		for _, one := range some {
			if p := places[one.Contact][c.ID]; p.Answered {
				out.Count(one, nps.Score(p.Score))
			}
		}
		some = some[:0]
		return nil
	}
	err := r.Store.WalkCases(ctx, before.ID, func(one loop.Case) (bool, error) {
		if one.Is() == loop.OfSilent { // had answered nothing
			return true, ctx.Err()
		}
		out.Cases++
		if some = append(some, one); len(some) < silentTogether {
			return true, ctx.Err()
		}
		return true, flush()
	})
	if err == nil && len(some) > 0 {
		err = flush()
	}
	return out, err
}
