package counting

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/loop"
	"onetap/internal/survey"
)

// casesScope is under what it is kept how far the recount of cases is. It changes with what is counted of a case: then all are counted at once.
const casesScope = "cases 3"

// maxCaseRestarts is how often the very first recount is made again because owners' cases were being worked on.
const maxCaseRestarts = 60

// clocksDiffer is by how much the clocks of the table and of a function may differ. A record of the stream that is older than that when a recount
// begins is of something that the recount reads.
const clocksDiffer = 2 * time.Minute

// CaseRecountStore is what the recount of cases needs of the table.
type CaseRecountStore interface {
	// AllCaseFigures reads all owners' figures, of the board or of a week, by owner.
	AllCaseFigures(ctx context.Context, week string, consistent bool) (map[string]loop.Figures, error)
	// Cases lists a campaign's cases.
	Cases(ctx context.Context, campaign survey.CampaignID) ([]loop.Case, error)
	// PutCaseFigures writes figures over those that were read, in which is what the stream tells of up to a moment; apperr.ErrChanged.
	PutCaseFigures(ctx context.Context, of loop.FiguresOf, was, now loop.Figures, seen time.Time) error
	// Settings are the company's, for its clock.
	Settings(ctx context.Context) (survey.Settings, error)
}

// cases counts all cases once a night, and before the first night as soon as there is a table, which may have cases from before they
// were counted. Owners whose cases are just being worked on are left to the next night.
func (r *Recounter) cases(ctx context.Context, night string) error {
	state, err := r.Store.SeeRecount(ctx, casesScope)
	if err != nil || state.Night == night || state.Holder.After(r.Now()) {
		return err
	}
	first := state.Night == ""
	state.Holder = r.Now().Add(held)
	if state, err = r.Store.SaveRecount(ctx, state); err != nil {
		return unlessChanged(err)
	}
	drift, busy, err := r.countCases(ctx)
	if err != nil {
		return fmt.Errorf("recount of cases: %w", err)
	}
	if drift > 0 && !first { // at first nothing, or something else, was counted
		r.report(casesScope, drift, 0)
	}
	if state.Holder = r.Now(); first && busy > 0 && state.Restarts < maxCaseRestarts {
		state.Restarts++
	} else {
		state.Night, state.Restarts = night, 0
	}
	_, err = r.Store.SaveRecount(ctx, state)
	return unlessChanged(err)
}

// countCases compares each owner's figures with their cases and repairs what differs. busy are owners who were left out.
func (r *Recounter) countCases(ctx context.Context) (drift, busy int, err error) {
	settings, err := r.Store.Settings(ctx)
	if err != nil {
		return 0, 0, err
	}
	before, err := r.Store.AllCaseFigures(ctx, "", true)
	if err != nil {
		return 0, 0, err
	}
	seen := r.Now().Add(-clocksDiffer)
	want, moving, weeks := map[loop.FiguresOf]loop.Figures{}, map[string]bool{}, map[string]bool{"": true}
	for owner := range before {
		want[loop.FiguresOf{Owner: owner}] = loop.Figures{}
	}
	for _, a := range survey.Audiences {
		campaigns, err := r.Store.Campaigns(ctx, a, 1<<20)
		if err != nil {
			return 0, 0, err
		}
		for _, campaign := range campaigns {
			all, err := r.Store.Cases(ctx, campaign.ID)
			if err != nil {
				return 0, 0, err
			}
			for _, c := range all {
				for of, f := range (loop.CaseChange{Now: &c}).Deltas(settings.Clock()) {
					if want[of] == nil {
						want[of] = loop.Figures{}
					}
					want[of].Add(f, 1)
					weeks[of.Week] = true
				}
				if n := len(c.History); n > 0 && r.Now().Sub(c.History[n-1].At) < settled {
					for _, who := range append(c.Former, c.Owner) {
						moving[strings.ToLower(who)] = true
					}
				}
			}
		}
	}
	kept := map[string]map[string]loop.Figures{}
	for week := range weeks {
		have, err := r.Store.AllCaseFigures(ctx, week, true)
		if err != nil {
			return 0, 0, err
		}
		for owner := range have {
			if of := (loop.FiguresOf{Owner: owner, Week: week}); want[of] == nil {
				want[of] = loop.Figures{}
			}
		}
		kept[week] = have
	}
	// A case that was opened after its campaign was read is in the figures and not in what they should be: whose board has moved is left out, weeks and all.
	after, err := r.Store.AllCaseFigures(ctx, "", true)
	if err != nil {
		return 0, 0, err
	}
	for of, now := range want {
		switch is := kept[of.Week][of.Owner]; {
		case now.Equal(is):
		case moving[of.Owner] || !before[of.Owner].Equal(after[of.Owner]):
			busy++
		default:
			err := r.Store.PutCaseFigures(ctx, of, is, now, seen)
			if errors.Is(err, apperr.ErrChanged) {
				busy++
				continue
			}
			if err != nil {
				return 0, 0, err
			}
			drift += differ(is, now)
		}
	}
	return drift, busy, nil
}

// differ is by how much figures differ, all together.
func differ(a, b loop.Figures) (n int) {
	d := loop.Figures{}
	d.Add(a, 1)
	d.Add(b, -1)
	for _, v := range d {
		n += max(v, -v)
	}
	return n
}
