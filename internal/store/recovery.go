package store

import (
	"context"

	"onetap/internal/loop"
	"onetap/internal/survey"
)

// recoveryKey has what those of an audience who had cases answered the next time.
func recoveryKey(a survey.Audience) key { return key{"RECOVERY", string(a)} }

// Recoveries reads what those of an audience who had cases answered the next time; zero before the first.
func (s *Store) Recoveries(ctx context.Context, a survey.Audience) (loop.Recoveries, error) {
	r := loop.Recoveries{Audience: a}
	it, err := s.get(ctx, recoveryKey(a))
	if err != nil || it == nil {
		return r, err
	}
	r.At, r.Version = instant(it, "at"), int(number64(it, "version"))
	return r, fromJSON(it, "of", &r.Of)
}

// SaveRecoveries writes it if it still has the version that was read; otherwise ErrChanged.
func (s *Store) SaveRecoveries(ctx context.Context, r loop.Recoveries) error {
	it := recoveryKey(r.Audience).item()
	it["of"], it["at"], it["version"] = asJSON(r.Of), at(r.At), num(r.Version+1)
	if r.Version == 0 {
		return s.put(ctx, it, "attribute_not_exists(pk)", nil)
	}
	return s.put(ctx, it, "version = :was", item{":was": num(r.Version)})
}

// WalkCases calls each for every case of a campaign, in no order, until it returns false.
func (s *Store) WalkCases(ctx context.Context, campaign survey.CampaignID, each func(loop.Case) (bool, error)) error {
	more := true
	for n := 0; n < survey.ContactShards && more; n++ {
		err := s.queryItems(ctx, peoplePK(campaign, n), "CASE#", false, func(it item) (bool, error) {
			c, err := caseOf(it)
			if err == nil {
				more, err = each(c)
			}
			return more, err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
