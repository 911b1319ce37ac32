package clock

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/store"
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
	// restarts is how often in a night a scope that changed while it was counted is counted anew.
	restarts = 5
	// audiencePrefix marks an audience in a night's queue; the others are campaigns.
	audiencePrefix = "audience:"
)

// recounting compares the figures with the answers, campaign by campaign, in steps that are kept between runs; repairs
// what differs; and reports by how much (promise 4). A scope whose figures change meanwhile is counted again later in
// the night: only figures that stood still can be compared.
type recounting struct {
	store   *store.Store
	now     func() time.Time
	metrics io.Writer // CloudWatch's embedded metric format, a line each
	log     *slog.Logger
}

// run goes on with the night's work until it is done or the time is up.
func (r *recounting) run(ctx context.Context) error {
	now := r.now()
	night := now.UTC().Add(-nightBegins * time.Hour).Format(time.DateOnly)
	state, err := r.store.SeeRecount(ctx, "night")
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
		state.Holder = r.now().Add(held)
		if state, err = r.store.SaveRecount(ctx, state); err != nil {
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
			if state.Restarts <= restarts*(1+len(state.Queue)) {
				state.Queue = append(state.Queue, state.Queue[0])
			} else {
				r.log.Warn("figures never stood still; the next night tries again", "scope", state.Queue[0])
			}
		}
		state.Queue = state.Queue[1:]
	}
	state.Holder, state.Done = time.Time{}, len(state.Queue) == 0
	save, cancel := context.WithTimeout(context.WithoutCancel(ctx), margin/2)
	defer cancel()
	_, err = r.store.SaveRecount(save, state)
	return unlessChanged(err)
}

func unlessChanged(err error) error {
	if errors.Is(err, apperr.ErrChanged) {
		return nil
	}
	return err
}

// begin lists what the night has to look at.
func (r *recounting) begin(ctx context.Context, state store.Recount, night string) (store.Recount, error) {
	campaigns, err := r.store.RecentCampaigns(ctx, r.now())
	if err != nil {
		return state, err
	}
	next := store.Recount{Scope: "night", Night: night, Version: state.Version}
	for _, c := range campaigns {
		next.Queue = append(next.Queue, string(c.ID))
		if a := audiencePrefix + string(c.Audience); !slices.Contains(next.Again, a) {
			next.Again = append(next.Again, a)
		}
	}
	next.Queue, next.Again = append(next.Queue, next.Again...), nil
	next.Done = len(next.Queue) == 0
	return r.store.SaveRecount(ctx, next)
}

// scope counts the campaign or audience that is first in the night's queue. still is false when it changed while it was
// counted. Every repair is written only if the recount still is as it was read, so that of two clocks, as different nights
// may have or a process that was frozen, one repairs: the other gets ErrChanged.
func (r *recounting) scope(ctx context.Context, state store.Recount, night string) (next store.Recount, done, still bool, err error) {
	scope := state.Queue[0]
	if a, ok := strings.CutPrefix(scope, audiencePrefix); ok {
		return r.audience(ctx, survey.Audience(a), state)
	}
	done, still, err = r.campaign(ctx, survey.CampaignID(scope), night)
	return state, done, still, err
}

func (r *recounting) campaign(ctx context.Context, c survey.CampaignID, night string) (done, still bool, err error) {
	state, err := r.store.SeeRecount(ctx, string(c))
	if err != nil {
		return false, false, err
	}
	if state.Night != night {
		before, err := r.store.Tallies(ctx, string(c))
		if err != nil {
			return false, false, err
		}
		state = store.Recount{Scope: string(c), Night: night, Before: digest(before), Began: r.now(), Version: state.Version}
		if state, err = r.store.SaveRecount(ctx, state); err != nil {
			return false, false, err
		}
		if err := r.store.ForgetSteps(ctx, string(c)); err != nil { // of a night that did not come to its end
			return false, false, err
		}
	}
	for len(state.Sums) < store.RecountSteps {
		sum, mended, err := r.step(ctx, c, len(state.Sums))
		if err != nil {
			return false, false, err
		}
		name := rand.Text()
		if err := r.store.SaveStep(ctx, string(c), name, sum); err != nil {
			return false, false, err
		}
		state.Sums = append(state.Sums, name)
		state.Mended += mended
		if state, err = r.store.SaveRecount(ctx, state); err != nil {
			return false, false, err
		}
	}
	return r.compare(ctx, c, state)
}

// step adds up what by its markers is counted in one step, and counts what the stream should long have counted. The
// markers move with the figures, so that they must agree, however far the stream is behind.
func (r *recounting) step(ctx context.Context, c survey.CampaignID, step int) (sum survey.Deltas, mended int, err error) {
	sum = survey.Deltas{}
	err = r.store.WalkCounted(ctx, c, step, func(item store.Counted) error {
		if _, _, behind, err := item.Is.Count(item.Mark); err != nil {
			return err
		} else if behind && r.now().Sub(changed(item.Is)) > settled {
			did, err := r.store.Mend(ctx, item)
			if err != nil {
				return err
			}
			if did {
				mended++
			}
		}
		return item.Is.Counted(item.Mark, sum)
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
func (r *recounting) compare(ctx context.Context, c survey.CampaignID, state store.Recount) (done, still bool, err error) {
	sum, err := r.store.Steps(ctx, state)
	if err != nil {
		return false, false, err
	}
	after, err := r.store.Tallies(ctx, string(c))
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
	if _, err := r.store.SaveRecount(ctx, state); err != nil {
		return false, false, err
	}
	return true, still, r.store.ForgetSteps(ctx, string(c))
}

// audience compares an audience's weeks with those of all its campaigns.
func (r *recounting) audience(ctx context.Context, a survey.Audience, state store.Recount) (next store.Recount, done, still bool, err error) {
	before, err := r.store.TalliesOf(ctx, string(a), survey.KindWeek)
	if err != nil {
		return state, false, false, err
	}
	campaigns, err := r.store.Campaigns(ctx, a, 1<<20)
	if err != nil {
		return state, false, false, err
	}
	sum := survey.Deltas{}
	for _, c := range campaigns {
		weeks, err := r.store.TalliesOf(ctx, string(c.ID), survey.KindWeek)
		if err != nil {
			return state, false, false, err
		}
		for k, counts := range weeks {
			sum.Merge(survey.Deltas{survey.TallyKey{Scope: string(a), Kind: k.Kind, Value: k.Value}: counts.Whole()})
		}
	}
	after, err := r.store.TalliesOf(ctx, string(a), survey.KindWeek)
	if err != nil || digest(after) != digest(before) {
		return state, err == nil, false, err
	}
	state, err = r.repair(ctx, sum, after, state, string(a))
	return state, err == nil, true, err
}

// repair adds what is missing of a scope's figures and reports by how much they were wrong.
func (r *recounting) repair(ctx context.Context, want, have survey.Deltas, state store.Recount, scope string) (store.Recount, error) {
	missing := survey.Deltas{}
	missing.Merge(want)
	for k, c := range have {
		negative := survey.Counts{}
		for f, n := range c {
			negative[f] = -n
		}
		missing.Merge(survey.Deltas{k: negative})
	}
	drift := 0
	for _, c := range missing {
		for _, n := range c {
			drift += int(max(n, -n))
		}
	}
	if drift > 0 {
		var err error
		if state, err = r.store.Repair(ctx, missing, state); err != nil {
			return state, err
		}
	}
	r.report(scope, drift, 0)
	return state, nil
}

// report writes the metrics that the alarm of template.yaml looks at.
func (r *recounting) report(scope string, drift, mended int) {
	if drift > 0 || mended > 0 {
		r.log.Error("figures differed from the answers and were repaired", "scope", scope, "drift", drift, "mended", mended)
	}
	line, err := json.Marshal(map[string]any{
		"_aws": map[string]any{"Timestamp": r.now().UnixMilli(), "CloudWatchMetrics": []any{map[string]any{
			"Namespace": "Onetap", "Dimensions": [][]string{{}},
			"Metrics": []any{map[string]string{"Name": "RecountDrift", "Unit": "Count"}, map[string]string{"Name": "RecountMended", "Unit": "Count"}}}}},
		"RecountDrift": drift, "RecountMended": mended, "scope": scope,
	})
	if err == nil {
		fmt.Fprintf(r.metrics, "%s\n", line)
	}
}

// digest tells whether figures are the same.
func digest(d survey.Deltas) string {
	lines := make([]string, 0, len(d))
	for k, c := range d {
		b, _ := json.Marshal(c) // a map of numbers, its keys sorted
		lines = append(lines, k.Kind+"\x00"+k.Value+"\x00"+string(b))
	}
	slices.Sort(lines)
	h := sha256.Sum256([]byte(strings.Join(lines, "\n")))
	return hex.EncodeToString(h[:16])
}
