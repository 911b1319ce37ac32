package store

import (
	"context"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"onetap/internal/nps"
	"onetap/internal/survey"
)

// PutAsked keeps who of one shard of the contacts a campaign asks; planning the shard again writes the same again.
func (s *Store) PutAsked(ctx context.Context, c survey.CampaignID, shard int, a survey.Asked) error {
	it := askedKey(c, shard).item()
	it["asked"] = asJSON(a)
	return s.put(ctx, it, "", nil)
}

// Asked adds up who a campaign asks.
func (s *Store) Asked(ctx context.Context, c survey.CampaignID) (survey.Asked, error) {
	sum := survey.Asked{}
	err := s.query(ctx, campaignKey(c).pk, "ASKED#", true, func(it item) (bool, error) {
		var a survey.Asked
		err := fromJSON(it, "asked", &a)
		sum.Merge(a)
		return true, err
	})
	return sum, err
}

// PartCount is what the answers came to by the values of one part of a campaign, as they were at a time.
type PartCount struct {
	At     time.Time            `json:"at"`
	Values map[string]nps.Tally `json:"-"`
	Rows   []PartRow            `json:"rows"`
	Others int                  `json:"others,omitempty"` // values that are not kept, those with the fewest answers
}

// PartRow is one value of a part.
type PartRow struct {
	Value string    `json:"v"`
	Tally nps.Tally `json:"t"`
}

// CountParts adds up a campaign's answers by the values of its parts: it reads every answer. A part's values beyond most,
// in the order in which they were met, are left out and counted in Others.
func (s *Store) CountParts(ctx context.Context, c survey.Campaign, most int) ([]PartCount, error) {
	var shards [ContactShards][]map[string]nps.Tally
	g, walking := errgroup.WithContext(ctx)
	g.SetLimit(8)
	for n := range shards {
		shards[n] = tallies(len(c.Parts))
		g.Go(func() error {
			return s.WalkResponses(walking, c.ID, n, "", func(r survey.Response) (bool, error) {
				for i, values := range shards[n] {
					t := values[r.Part(i)]
					if r.Verified {
						t.Count(nps.Score(r.Score), 1)
						t.Responded++
					} else {
						t.Unverified++
					}
					values[r.Part(i)] = t
				}
				return true, nil
			})
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	counts := make([]PartCount, len(c.Parts))
	for i, sum := range tallies(len(c.Parts)) {
		for _, shard := range shards {
			for v, t := range shard[i] {
				if _, there := sum[v]; !there && len(sum) >= most {
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

// SavePartCount keeps the count of a campaign's i-th part.
func (s *Store) SavePartCount(ctx context.Context, c survey.CampaignID, i int, p PartCount) error {
	p.Rows = nil
	for v, t := range p.Values {
		p.Rows = append(p.Rows, PartRow{v, t})
	}
	it := partCountKey(c, i).item()
	it["count"] = asJSON(p)
	return s.put(ctx, it, "", nil)
}

// SavedPartCount reads the count that was kept of a campaign's i-th part; ok is false when there is none.
func (s *Store) SavedPartCount(ctx context.Context, c survey.CampaignID, i int) (p PartCount, ok bool, err error) {
	it, err := s.get(ctx, partCountKey(c, i))
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

// partsMark stands between the values of an answer's parts, which hold no control characters.
const partsMark = "\x1f"

func partsOf(it item) []string {
	t := text(it, "parts")
	if t == "" {
		return nil
	}
	return strings.Split(t, partsMark)
}
