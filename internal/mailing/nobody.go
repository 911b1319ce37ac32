package mailing

import (
	"cmp"
	"context"
	"log/slog"

	"onetap/internal/apperr"
	"onetap/internal/survey"
)

// Nobody says why a campaign would write to nobody, in nobody's words; nil: it would write to somebody, or not all are counted.
func (cs *Campaigns) Nobody(ctx context.Context, c survey.Campaign, people HeadCount) *apperr.Error {
	if people.Next != nil || people.Invited >= least(c) {
		return nil
	}
	return cs.nobody(ctx, c, people)
}

// nobody says why a campaign would write to nobody, of people who are counted whole. Problems: audience_empty,
// filter_matches_nobody, all_asked (all who fit are within the quiet period; which campaign asked most of them), all_skipped
// (how many for which reason, also where that campaign cannot be read), employees_too_few.
func (cs *Campaigns) nobody(ctx context.Context, c survey.Campaign, people HeadCount) *apperr.Error {
	asked := people.Skipped[survey.SkipQuiet] + people.Skipped[survey.SkipFrequency]
	switch {
	case people.Invited > 0:
		return tooFew(people)
	case people.Looked == 0:
		return apperr.New(apperr.Conflict, "audience_empty", "audience", "Audience", string(c.Audience))
	case people.Audience == 0:
		return apperr.New(apperr.Conflict, "filter_matches_nobody", "filter")
	case people.Skipped[survey.SkipQuiet] == people.Audience:
		by, err := cs.Store.Campaign(ctx, askedMost(people))
		if err == nil {
			return apperr.New(apperr.Conflict, "all_asked", "quiet_days", "Count", c.QuietDays, "People", asked, "Campaign", by.Name)
		}
		slog.WarnContext(ctx, "the campaign of a quiet period is not known", "error", err)
	}
	where := "filter"
	if asked > 0 {
		where = "quiet_days"
	}
	return apperr.New(apperr.Conflict, "all_skipped", where, "Count", people.Audience, "Asked", asked,
		"Unsubscribed", people.Skipped[survey.SkipUnsubscribed], "Bounced", people.Skipped[survey.SkipBounced],
		"Complained", people.Skipped[survey.SkipComplained], "NoAddress", people.Skipped[survey.SkipNoAddress],
		"Gone", people.Skipped[survey.SkipGone], "NoConsent", people.Skipped[survey.SkipNoConsent], "NotSampled", people.Skipped[survey.SkipNotSampled])
}

// askedMost is the campaign that had asked most of those who are skipped for the quiet period.
func askedMost(people HeadCount) (most survey.CampaignID) {
	for id, n := range people.Asked {
		if cmp.Or(cmp.Compare(n, people.Asked[most]), cmp.Compare(most, id)) > 0 {
			most = id
		}
	}
	return most
}
