package counting

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/survey"
)

const (
	// nightBegins is the hour (UTC) at which a night's recount begins.
	nightBegins = 2
	// held is how long a night's worker may be silent before another takes over: more than a function's longest run and
	// a minute between two clocks.
	held = 7 * time.Minute
	// settled is how old a change must be to be counted by the recount: the stream is given that long.
	settled = 10 * time.Minute
	// saveLimit is how long a run whose time is up may take to write down how far it is: half of what its handler keeps
	// before the function's deadline.
	saveLimit = 2500 * time.Millisecond
	// maxRestarts is how often in a night a scope that changed while it was counted is counted anew.
	maxRestarts = 5
	// audiencePrefix marks an audience in a night's queue; the others are campaigns.
	audiencePrefix = "audience:"
)

// Recounter compares the figures with the answers, campaign by campaign, in steps that are kept between runs; repairs
// what differs; and reports by how much (promise 4). A scope whose figures change meanwhile is counted again later in
// the night: only figures that stood still can be compared.
type Recounter struct {
	Store   RecounterStore
	Now     func() time.Time
	Metrics io.Writer // CloudWatch's embedded metric format, a line each
	Log     *slog.Logger
}

// Run goes on with the night's work until it is done or ctx is over; to be cut off within a campaign is no error. When ctx
// is over, it writes down how far it is, for which it takes saveLimit at most. Where another run is at work, or the night's
// work is done, it returns nil at once.
func (r *Recounter) Run(ctx context.Context) error {
	now := r.Now()
	night := now.UTC().Add(-nightBegins * time.Hour).Format(time.DateOnly)
	if err := r.cases(ctx, night); err != nil && ctx.Err() == nil {
		return err
	}
	state, err := r.Store.SeeRecount(ctx, "night")
	if err != nil {
		return err
	}
	if state.Night != night {
		if state, err = r.begin(ctx, state, night); err != nil {
			return unlessChanged(err)
		}
	}
	if state.Done || state.Holder.After(now) {
		return nil
	}
	for len(state.Queue) > 0 && ctx.Err() == nil {
		state.Holder = r.Now().Add(held)
		if state, err = r.Store.SaveRecount(ctx, state); err != nil {
			return unlessChanged(err) // another clock works on it
		}
		var done, still bool
		state, done, still, err = r.scope(ctx, state, night)
		switch {
		case errors.Is(err, apperr.ErrChanged):
			return nil // another clock works on it: what this one found is of no use
		case err != nil && ctx.Err() == nil:
			return fmt.Errorf("recount: %w", err)
		}
		if !done {
			break
		}
		if !still {
			state.Restarts++
			if state.Restarts <= maxRestarts*(1+len(state.Queue)) {
				state.Queue = append(state.Queue, state.Queue[0])
			} else {
				r.Log.Warn("figures never stood still; the next night tries again", "scope", state.Queue[0])
			}
		}
		state.Queue = state.Queue[1:]
	}
	state.Holder, state.Done = time.Time{}, len(state.Queue) == 0
	save, cancel := context.WithTimeout(context.WithoutCancel(ctx), saveLimit)
	defer cancel()
	_, err = r.Store.SaveRecount(save, state)
	return unlessChanged(err)
}

func unlessChanged(err error) error {
	if errors.Is(err, apperr.ErrChanged) {
		return nil
	}
	return err
}

// begin lists what the night has to look at.
func (r *Recounter) begin(ctx context.Context, state survey.Recount, night string) (survey.Recount, error) {
	campaigns, err := RecentCampaigns(ctx, r.Store, r.Now())
	if err != nil {
		return state, err
	}
	next := survey.Recount{Scope: "night", Night: night, Version: state.Version}
	for _, c := range campaigns {
		next.Queue = append(next.Queue, string(c.ID))
		if a := audiencePrefix + string(c.Audience); !slices.Contains(next.Again, a) {
			next.Again = append(next.Again, a)
		}
	}
	next.Queue, next.Again = append(next.Queue, next.Again...), nil
	next.Done = len(next.Queue) == 0
	return r.Store.SaveRecount(ctx, next)
}

// lastLive keeps a campaign among those that a night looks at for so long after it ended.
const lastLive = 35 * 24 * time.Hour

// RecentCampaigns lists the campaigns that a night looks at: those of all audiences that were launched and are live, or
// ended not long before now.
func RecentCampaigns(ctx context.Context, s CampaignLister, now time.Time) ([]survey.Campaign, error) {
	var all []survey.Campaign
	for _, a := range survey.Audiences {
		cs, err := s.Campaigns(ctx, a, 1000)
		if err != nil {
			return nil, err
		}
		for _, c := range cs {
			last := c.Launched
			for _, t := range []time.Time{c.Opened, c.ClosesAt, c.History.At} {
				if t.After(last) {
					last = t
				}
			}
			if !c.Launched.IsZero() && (c.Live() || now.Sub(last) < lastLive) {
				all = append(all, c)
			}
		}
	}
	return all, nil
}
