package store

import (
	"context"
	"strings"

	"onetap/internal/loop"
	"onetap/internal/survey"
)

// PastOf reads what campaigns know of a contact, in no order: 25 campaigns a call. Without answers only the invitations
// are read: a reminder tells who has not answered.
func (s *Store) PastOf(ctx context.Context, id survey.ContactID, campaigns []survey.CampaignID, answers bool) (p loop.Past, err error) {
	kinds := []string{"INVITATION"}
	if answers {
		kinds = append(kinds, "REMINDER", "REMINDER2", "RESPONSE", "CASE")
	}
	var keys []key
	for _, c := range campaigns {
		for _, kind := range kinds {
			keys = append(keys, personKey(c, kind, id))
		}
	}
	items, err := s.batchGet(ctx, keys, true, "")
	if err != nil {
		return p, err
	}
	for _, it := range items {
		switch kind, _, _ := strings.Cut(text(it, "sk"), "#"); kind {
		case "RESPONSE":
			r, err := s.response(ctx, it)
			if err != nil {
				return p, err
			}
			p.Responses = append(p.Responses, r)
		case "CASE":
			c, err := caseOf(it)
			if err != nil {
				return p, err
			}
			p.Cases = append(p.Cases, c)
		default:
			p.Invitations = append(p.Invitations, invitationOf(it))
		}
	}
	return p, nil
}

// CasesOf reads a contact's cases in these campaigns, in no order.
func (s *Store) CasesOf(ctx context.Context, id survey.ContactID, campaigns []survey.CampaignID) ([]loop.Case, error) {
	keys := make([]key, len(campaigns))
	for i, c := range campaigns {
		keys[i] = personKey(c, "CASE", id)
	}
	items, err := s.batchGet(ctx, keys, true, "")
	if err != nil {
		return nil, err
	}
	cs := make([]loop.Case, len(items))
	for i, it := range items {
		if cs[i], err = caseOf(it); err != nil {
			return nil, err
		}
	}
	return cs, nil
}
