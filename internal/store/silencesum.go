package store

import (
	"context"
	"errors"
	"time"

	"onetap/internal/loop"
	"onetap/internal/seal"
	"onetap/internal/survey"
)

// silenceSummedKey has when the silent of an audience's campaigns were added up.
func silenceSummedKey(a survey.Audience) key { return key{"SILENCE", "SUMMED#" + string(a)} }

// silenceSumsKey has the sums of a campaign, sealed: an owner may have a single customer.
func silenceSumsKey(c survey.CampaignID) key { return key{"CAMPAIGN#" + string(c), "SILENCE"} }

// silenceSumsKept is for how long sums are kept that are not made again: for less than keys are.
const silenceSumsKept = 30 * 24 * time.Hour

// SilenceSummed reads when the silent of an audience's campaigns were added up; zero before the first.
func (s *Store) SilenceSummed(ctx context.Context, a survey.Audience) (loop.SilenceSummed, error) {
	l := loop.SilenceSummed{Audience: a}
	it, err := s.get(ctx, silenceSummedKey(a))
	if err != nil || it == nil {
		return l, err
	}
	l.At, l.Version = instant(it, "at"), int(number64(it, "version"))
	return l, fromJSON(it, "of", &l.Of)
}

// SaveSilenceSummed writes it if it still has the version that was read; otherwise ErrChanged.
func (s *Store) SaveSilenceSummed(ctx context.Context, l loop.SilenceSummed) error {
	it := silenceSummedKey(l.Audience).item()
	it["of"], it["at"], it["version"] = asJSON(l.Of), at(l.At), num(l.Version+1)
	if l.Version == 0 {
		return s.put(ctx, it, "attribute_not_exists(pk)", nil)
	}
	return s.put(ctx, it, "version = :was", item{":was": num(l.Version)})
}

// PutSilenceSums writes a campaign's sums.
func (s *Store) PutSilenceSums(ctx context.Context, c survey.CampaignID, sums loop.SilenceSums) error {
	it := silenceSumsKey(c).item()
	it["ttl"] = num(sums.At.Add(silenceSumsKept).Unix())
	if err := s.seal(ctx, it, seal.Contacts, "sums", marshal(sums)); err != nil {
		return err
	}
	return s.put(ctx, it, "", nil)
}

// SilenceSums reads a campaign's sums; ok is false where there are none.
func (s *Store) SilenceSums(ctx context.Context, c survey.CampaignID) (sums loop.SilenceSums, ok bool, err error) {
	it, err := s.get(ctx, silenceSumsKey(c))
	if err != nil || it == nil {
		return sums, false, err
	}
	if err := s.openJSON(ctx, it, seal.Contacts, "sums", &sums); errors.Is(err, seal.ErrBroken) { // they are made again
		return loop.SilenceSums{}, false, nil
	} else if err != nil {
		return sums, false, err
	}
	return sums, true, nil
}
