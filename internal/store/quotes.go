package store

import (
	"context"

	"golang.org/x/sync/errgroup"

	"onetap/internal/survey"
)

// Quote reads whether a contact may be quoted with its answer to a campaign; the zero Quote where it has never said.
func (s *Store) Quote(ctx context.Context, c survey.CampaignID, id survey.ContactID) (q survey.Quote, err error) {
	it, err := s.get(ctx, personKey(c, "QUOTE", id))
	if err != nil || it == nil {
		return q, err
	}
	err = fromJSON(it, "quote", &q)
	return q, err
}

// PutQuote writes what a contact has said of it last.
func (s *Store) PutQuote(ctx context.Context, c survey.CampaignID, id survey.ContactID, q survey.Quote) error {
	it := personKey(c, "QUOTE", id).item()
	it["quote"] = asJSON(q)
	return s.put(ctx, it, "", nil)
}

// Quotes reads who of a campaign has ever said that they may be quoted.
func (s *Store) Quotes(ctx context.Context, c survey.CampaignID) (map[survey.ContactID]survey.Quote, error) {
	var shards [survey.ContactShards]map[survey.ContactID]survey.Quote
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(8)
	for n := range shards {
		shards[n] = map[survey.ContactID]survey.Quote{}
		g.Go(func() error {
			return s.queryItems(ctx, peoplePK(c, n), "QUOTE#", true, func(it item) (bool, error) {
				var q survey.Quote
				err := fromJSON(it, "quote", &q)
				shards[n][survey.ContactID(text(it, "sk")[len("QUOTE#"):])] = q
				return true, err
			})
		})
	}
	err := g.Wait()
	all := map[survey.ContactID]survey.Quote{}
	for _, some := range shards {
		for id, q := range some {
			all[id] = q
		}
	}
	return all, err
}
