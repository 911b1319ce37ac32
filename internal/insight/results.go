package insight

import (
	"context"
	"time"

	"onetap/internal/accounts"
	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/nps"
	"onetap/internal/survey"
)

// Results reads what of answers one reader may see. It is safe for concurrent use.
type Results struct {
	Store Store
	Keys  Pseudonyms
	Firms *accounts.Index // nil where nobody asks for accounts
	Now   func() time.Time
}

// View is what a reader may see of a campaign's answers now.
func (r *Results) View(who authz.Who, c survey.Campaign) View { return Of(c, who, r.Now()) }

// Whole is a campaign's figures: a few items are read, however many the answers.
func (r *Results) Whole(ctx context.Context, who authz.Who, c survey.Campaign) (Disclosed, error) {
	all, err := r.times(ctx, c)
	return r.View(who, c).Disclose(all.sum), err
}

// times are a campaign's figures over time, before anything is withheld.
type times struct {
	sum         nps.Tally
	weeks, days []Row // those with anything in them, the earliest first
}

func (r *Results) times(ctx context.Context, c survey.Campaign) (all times, err error) {
	weeks, err := r.Store.TalliesOf(ctx, string(c.ID), survey.KindWeek)
	if err != nil {
		return all, err
	}
	for k, counts := range weeks {
		t := counts.Tally()
		all.sum.Add(t)
		all.weeks = append(all.weeks, overTime(k.Value, t))
		days, _ := survey.Days(k.Value)
		for i, date := range days {
			if t := counts.Day(i + 1); !t.IsZero() {
				all.days = append(all.days, overTime(date.Format(time.DateOnly), t))
			}
		}
	}
	ByValue(all.weeks)
	ByValue(all.days)
	return all, nil
}

// Trend is an audience's last n weeks over all its campaigns, this week on the company's clock included, the empty ones too. Problems:
// ErrWholeOnly of employees, audience_weeks for who may not know the people.
func (r *Results) Trend(ctx context.Context, who authz.Who, a survey.Audience, n int) ([]Row, error) {
	switch {
	case a == survey.Employees:
		return nil, ErrWholeOnly
	case !Weeks(a, who):
		return nil, apperr.New(apperr.Forbidden, "audience_weeks", "audience")
	}
	set, err := r.Store.Settings(ctx)
	if err != nil {
		return nil, err
	}
	keys, now := make([]survey.TallyKey, n), r.Now().In(set.Clock())
	for i := range keys {
		keys[i] = survey.TallyKey{Scope: string(a), Kind: survey.KindWeek, Value: survey.Week(now.AddDate(0, 0, -7*(n-1-i)))}
	}
	all, err := r.Store.TalliesAt(ctx, keys) // and not all the weeks that there ever were
	if err != nil {
		return nil, err
	}
	weeks := make([]Row, n)
	for i, k := range keys {
		weeks[i] = overTime(k.Value, all[k].Tally())
	}
	return weeks, nil
}

// sees tells whose customers a reader may look at: of owners the own, of managers the team's.
func (r *Results) sees(ctx context.Context, who authz.Who) (func(owner, team string) bool, error) {
	var reports []survey.Staff
	if who.Staff.Role == survey.RoleManager {
		staff, err := r.Store.Staff(ctx)
		if err != nil {
			return nil, err
		}
		reports = authz.Reports(staff, who.Staff.ID)
	}
	return func(owner, team string) bool { return who.Sees(owner, team, reports) }, nil
}
