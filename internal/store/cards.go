package store

import (
	"context"
	"errors"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/survey"
)

// PutCards keeps what the codes of cards lead to.
func (s *Store) PutCards(ctx context.Context, cards []survey.Card) error {
	items := make([]item, len(cards))
	for i, c := range cards {
		it := cardKey(c.Hash).item()
		it["campaign"], it["cell"], it["ttl"] = str(string(c.Campaign)), num(c.Cell), num(c.Until.Unix())
		items[i] = it
	}
	return s.batchPut(ctx, items)
}

// Card reads what the code of a card leads to; ok is false where there is none.
func (s *Store) Card(ctx context.Context, hash string) (c survey.Card, ok bool, err error) {
	it, err := s.get(ctx, cardKey(hash))
	if err != nil || it == nil {
		return c, false, err
	}
	return survey.Card{Hash: hash, Campaign: survey.CampaignID(text(it, "campaign")), Cell: int(number64(it, "cell"))}, true, nil
}

// maxTries is how often a try is counted anew when others are counted at the same moment.
const maxTries = 8

// Try is Spend, of what strangers do, by reads and conditional writes: respond may do no others. The names of its allowances begin with "cards" or "leads".
func (s *Store) Try(ctx context.Context, allowance string, limit int, now time.Time) (bool, error) {
	hour := now.UTC().Truncate(time.Hour)
	k := allowanceKey(allowance, hour)
	for range maxTries {
		it, err := s.get(ctx, k)
		if err != nil {
			return false, err
		}
		used, condition, values := number64(it, "used"), "attribute_not_exists(pk)", item(nil)
		if used >= int64(limit) {
			return false, nil
		}
		if it != nil {
			condition, values = "used = :was", item{":was": num(used)}
		}
		it = k.item()
		it["used"], it["ttl"] = num(used+1), num(hour.Add(2*time.Hour).Unix())
		if err = s.put(ctx, it, condition, values); !errors.Is(err, apperr.ErrChanged) {
			return err == nil, err
		}
	}
	return false, nil
}
