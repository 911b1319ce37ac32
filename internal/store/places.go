package store

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"

	"onetap/internal/loop"
	"onetap/internal/survey"
)

// Places reads what campaigns know of some contacts, without their words: three keys a contact and campaign, a hundred a call. What is in no
// campaign is absent.
func (s *Store) Places(ctx context.Context, campaigns []survey.CampaignID, ids []survey.ContactID) (map[survey.ContactID]map[survey.CampaignID]loop.Place, error) {
	var keys []key
	for _, c := range campaigns {
		for _, id := range ids {
			keys = append(keys, personKey(c, "INVITATION", id), personKey(c, "RESPONSE", id), personKey(c, "CASE", id))
		}
	}
	parts := make([][]item, (len(keys)+99)/100)
	g, reading := errgroup.WithContext(ctx)
	g.SetLimit(8)
	for n := range parts {
		g.Go(func() (err error) {
			parts[n], err = s.batchGet(reading, keys[100*n:min(len(keys), 100*n+100)], false, "")
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, fmt.Errorf("places of contacts: %w", err)
	}
	all := map[survey.ContactID]map[survey.CampaignID]loop.Place{}
	for _, items := range parts {
		for _, it := range items {
			c, id, kind := personOf(it)
			if all[id] == nil {
				all[id] = map[survey.CampaignID]loop.Place{}
			}
			p := all[id][c]
			switch kind {
			case "INVITATION":
				i := invitationOf(it)
				p.Asked, p.Account = i.State == survey.InvitationSent, i.Account
			case "RESPONSE":
				if r := responseOf(it); r.Verified {
					p.Answered, p.Score = true, r.Score
				}
			default:
				found, err := caseOf(it)
				if err != nil {
					return nil, err
				}
				p.Case = &found
			}
			all[id][c] = p
		}
	}
	return all, nil
}
