package store

import (
	"context"
	"strings"

	"golang.org/x/sync/errgroup"

	"onetap/internal/nps"
	"onetap/internal/seal"
	"onetap/internal/survey"
)

// PutAsked keeps, sealed for they are values of whatever columns lists have, who of one shard of the contacts a campaign asks; planning the shard again writes the same again.
func (s *Store) PutAsked(ctx context.Context, c survey.CampaignID, shard int, a survey.Asked) error {
	it := askedKey(c, shard).item()
	if err := s.sealJSON(ctx, it, seal.Contacts, "asked", a); err != nil {
		return err
	}
	return s.put(ctx, it, "", nil)
}

// Asked adds up who a campaign asks.
func (s *Store) Asked(ctx context.Context, c survey.CampaignID) (survey.Asked, error) {
	sum := survey.Asked{}
	err := s.queryItems(ctx, campaignKey(c).pk, "ASKED#", true, func(it item) (bool, error) {
		var a survey.Asked
		err := s.openJSON(ctx, it, seal.Contacts, "asked", &a)
		if s.unreadable(ctx, err) {
			return true, nil
		}
		sum.Merge(a)
		return true, err
	})
	return sum, err
}

// CountDimensions adds up a campaign's answers by the values of its dimensions: it reads every answer. A dimension's values beyond most,
// in the order in which they were met, are left out and counted in Others.
func (s *Store) CountDimensions(ctx context.Context, c survey.Campaign, maxValues int) ([]survey.DimensionCount, error) {
	var shards [survey.ContactShards][]map[string]nps.Tally
	g, walking := errgroup.WithContext(ctx)
	g.SetLimit(8)
	for n := range shards {
		shards[n] = tallies(len(c.Dimensions))
		g.Go(func() error {
			return s.WalkResponses(walking, c.ID, n, "", func(r survey.Response) (bool, error) {
				for i, values := range shards[n] {
					t := values[r.Segment(i)]
					if r.Verified {
						t.Count(nps.Score(r.Score), 1)
						t.Responded++
					} else {
						t.Unverified++
					}
					values[r.Segment(i)] = t
				}
				return true, nil
			})
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	counts := make([]survey.DimensionCount, len(c.Dimensions))
	for i, sum := range tallies(len(c.Dimensions)) {
		for _, shard := range shards {
			for v, t := range shard[i] {
				if _, there := sum[v]; !there && len(sum) >= maxValues {
					counts[i].Others++
					continue
				}
				sum[v] = sum[v].Plus(t)
			}
		}
		counts[i].Values = sum
	}
	return counts, nil
}

func tallies(n int) []map[string]nps.Tally {
	all := make([]map[string]nps.Tally, n)
	for i := range all {
		all[i] = map[string]nps.Tally{}
	}
	return all
}

// SaveDimensionCount keeps the count of a campaign's i-th dimension.
func (s *Store) SaveDimensionCount(ctx context.Context, c survey.CampaignID, i int, p survey.DimensionCount) error {
	p.Rows = nil
	for v, t := range p.Values {
		p.Rows = append(p.Rows, survey.SegmentRow{Value: v, Tally: t})
	}
	it := dimensionCountKey(c, i).item()
	it["count"] = asJSON(p)
	return s.put(ctx, it, "", nil)
}

// SavedDimensionCount reads the count that was kept of a campaign's i-th dimension; ok is false when there is none.
func (s *Store) SavedDimensionCount(ctx context.Context, c survey.CampaignID, i int) (p survey.DimensionCount, ok bool, err error) {
	it, err := s.get(ctx, dimensionCountKey(c, i))
	if err != nil || it == nil {
		return p, false, err
	}
	err = fromJSON(it, "count", &p)
	p.Values = map[string]nps.Tally{}
	for _, r := range p.Rows {
		p.Values[r.Value] = r.Tally
	}
	return p, true, err
}

// segmentsMark stands between the values of an answer's dimensions, which hold no control characters.
const segmentsMark = "\x1f"

func segmentsOf(it item) []string {
	if it["parts"] == nil {
		return nil
	}
	return strings.Split(text(it, "parts"), segmentsMark)
}
