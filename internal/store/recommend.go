package store

import (
	"context"

	"golang.org/x/sync/errgroup"

	"onetap/internal/survey"
)

// Recommendation reads a promoter's link and what came of it, consistently; version 0 where there is none.
func (s *Store) Recommendation(ctx context.Context, c survey.CampaignID, id survey.ContactID) (survey.Recommendation, error) {
	it, err := s.get(ctx, recommendKey(c, id))
	if err != nil || it == nil {
		return survey.Recommendation{Contact: id}, err
	}
	return recommendationOf(it, id)
}

func recommendationOf(it item, id survey.ContactID) (r survey.Recommendation, err error) {
	err = fromJSON(it, "recommendation", &r)
	r.Contact, r.Version = id, int(number64(it, "version"))
	return r, err
}

// SaveRecommendation writes it if it has the version that was read (0: there is none); otherwise ErrChanged.
func (s *Store) SaveRecommendation(ctx context.Context, c survey.CampaignID, r survey.Recommendation) error {
	it := recommendKey(c, r.Contact).item()
	it["recommendation"], it["version"] = asJSON(r), num(r.Version+1)
	if r.Version == 0 {
		return s.put(ctx, it, "attribute_not_exists(pk)", nil)
	}
	return s.put(ctx, it, "version = :was", item{":was": num(r.Version)})
}

// Recommendations reads the links of a campaign's promoters, in no order.
func (s *Store) Recommendations(ctx context.Context, c survey.CampaignID) (all []survey.Recommendation, err error) {
	var shards [survey.ContactShards][]survey.Recommendation
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(8)
	for n := range shards {
		g.Go(func() error {
			return s.queryItems(ctx, peoplePK(c, n), "RECOMMEND#", true, func(it item) (bool, error) {
				r, err := recommendationOf(it, survey.ContactID(text(it, "sk")[len("RECOMMEND#"):]))
				shards[n] = append(shards[n], r)
				return true, err
			})
		})
	}
	err = g.Wait()
	for _, some := range shards {
		all = append(all, some...)
	}
	return all, err
}
