package counting

import (
	"context"
	"crypto/rand"
	"strings"
	"time"

	"onetap/internal/survey"
)

// scope counts the campaign or audience that is first in the night's queue. still is false when it changed while it was
// counted. Every repair is written only if the recount still is as it was read, so that of two clocks, as different nights
// may have or a process that was frozen, one repairs: the other gets apperr.ErrChanged.
func (r *Recounter) scope(ctx context.Context, state survey.Recount, night string) (next survey.Recount, done, still bool, err error) {
	scope := state.Queue[0]
	if a, ok := strings.CutPrefix(scope, audiencePrefix); ok {
		return r.audience(ctx, survey.Audience(a), state)
	}
	done, still, err = r.campaign(ctx, survey.CampaignID(scope), night)
	return state, done, still, err
}

// campaign counts a campaign, from the first step on that this night has not done, and compares. done is true with every
// result that is no error.
func (r *Recounter) campaign(ctx context.Context, c survey.CampaignID, night string) (done, still bool, err error) {
	state, err := r.Store.SeeRecount(ctx, string(c))
	if err != nil {
		return false, false, err
	}
	if state.Night != night {
		before, err := r.Store.Tallies(ctx, string(c))
		if err != nil {
			return false, false, err
		}
		state = survey.Recount{Scope: string(c), Night: night, Before: digest(before), Began: r.Now(), Version: state.Version}
		if state, err = r.Store.SaveRecount(ctx, state); err != nil {
			return false, false, err
		}
		if err := r.Store.ForgetSteps(ctx, string(c)); err != nil { // of a night that did not come to its end
			return false, false, err
		}
	}
	for len(state.Sums) < survey.RecountSteps {
		sum, mended, err := r.step(ctx, c, len(state.Sums))
		if err != nil {
			return false, false, err
		}
		name := rand.Text()
		if err := r.Store.SaveStep(ctx, string(c), name, sum); err != nil {
			return false, false, err
		}
		state.Sums = append(state.Sums, name)
		state.Mended += mended
		if state, err = r.Store.SaveRecount(ctx, state); err != nil {
			return false, false, err
		}
	}
	return r.compare(ctx, c, state)
}

// step adds up what by its markers is counted in one step, and counts what the stream should long have counted. The
// markers move with the figures, so that they must agree, however far the stream is behind.
func (r *Recounter) step(ctx context.Context, c survey.CampaignID, step int) (sum survey.Deltas, mended int, err error) {
	sum = survey.Deltas{}
	clocks, err := r.Store.Clocks(ctx, []survey.CampaignID{c})
	if err != nil {
		return nil, 0, err
	}
	err = r.Store.WalkCounted(ctx, c, step, func(item survey.CountedItem) error {
		item.Content = item.Content.On(clocks[c])
		if _, _, behind, err := item.Content.Count(item.Mark); err != nil {
			return err
		} else if behind && r.Now().Sub(changed(item.Content)) > settled {
			did, err := Mend(ctx, r.Store, item)
			if err != nil {
				return err
			}
			if did {
				mended++
			}
		}
		return item.Content.Counted(item.Mark, sum)
	})
	for k := range sum {
		if k.Scope != string(c) { // an audience's weeks are compared with the sum of its campaigns
			delete(sum, k)
		}
	}
	return sum, mended, err
}

// changed is when an item last changed, as far as it tells.
func changed(is survey.Countable) time.Time {
	switch v := is.(type) {
	case survey.CountedResponse:
		return v.Updated
	case survey.CountedBatch:
		return v.At
	case survey.CountedInvitation:
		return v.At
	}
	return time.Time{}
}

// compare repairs the figures of a campaign that stood still since its count began.
func (r *Recounter) compare(ctx context.Context, c survey.CampaignID, state survey.Recount) (done, still bool, err error) {
	sum, err := r.Store.Steps(ctx, state)
	if err != nil {
		return false, false, err
	}
	after, err := r.Store.Tallies(ctx, string(c))
	if err != nil {
		return false, false, err
	}
	still = digest(after) == state.Before && state.Mended == 0
	if still {
		if state, err = r.repair(ctx, sum, after, state, string(c)); err != nil {
			return false, false, err
		}
	} else {
		r.report(string(c), 0, state.Mended)
		state.Night = "" // count it anew
	}
	state.Sums = nil
	if _, err := r.Store.SaveRecount(ctx, state); err != nil {
		return false, false, err
	}
	return true, still, r.Store.ForgetSteps(ctx, string(c))
}

// audience compares an audience's weeks with those of all its campaigns.
func (r *Recounter) audience(ctx context.Context, a survey.Audience, state survey.Recount) (next survey.Recount, done, still bool, err error) {
	before, err := r.Store.TalliesOf(ctx, string(a), survey.KindWeek)
	if err != nil {
		return state, false, false, err
	}
	campaigns, err := r.Store.Campaigns(ctx, a, 1<<20)
	if err != nil {
		return state, false, false, err
	}
	sum := survey.Deltas{}
	for _, c := range campaigns {
		weeks, err := r.Store.TalliesOf(ctx, string(c.ID), survey.KindWeek)
		if err != nil {
			return state, false, false, err
		}
		for k, counts := range weeks {
			sum.Merge(survey.Deltas{survey.TallyKey{Scope: string(a), Kind: k.Kind, Value: k.Value}: counts.Whole()})
		}
	}
	after, err := r.Store.TalliesOf(ctx, string(a), survey.KindWeek)
	if err != nil || digest(after) != digest(before) {
		return state, err == nil, false, err
	}
	state, err = r.repair(ctx, sum, after, state, string(a))
	return state, err == nil, true, err
}
