package insight

import (
	"context"

	"onetap/internal/authz"
	"onetap/internal/loop"
	"onetap/internal/survey"
)

// Past is what campaigns know of one contact. For a reader who may not know who answered it holds only the invitations: a
// reminder says that somebody had not answered, a case that somebody gave a low score.
type Past struct {
	Invitations []survey.Invitation // reminders too
	Answers     []Answer            // verified or not
	Cases       []loop.Case
}

// Past reads what campaigns of the contact's audience know of it, in no order.
func (r *Results) Past(ctx context.Context, who authz.Who, c survey.Contact, campaigns []survey.CampaignID) (Past, error) {
	people := Persons(c.Audience, who)
	past, err := r.Store.PastOf(ctx, c.ID, campaigns, people)
	if !people {
		past.Responses, past.Cases = nil, nil
	}
	if err != nil {
		return Past{}, err
	}
	answers, err := r.shown(ctx, who, survey.Campaign{Audience: c.Audience}, past.Responses)
	return Past{past.Invitations, answers, past.Cases}, err
}
