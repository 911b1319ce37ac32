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

// maxCardTries is how often a try is counted anew when others are counted at the same moment.
const maxCardTries = 8

// TryCard is Spend, of codes that are tried, by reads and conditional writes: respond may do no others.
func (s *Store) TryCard(ctx context.Context, limit int, now time.Time) (bool, error) {
	hour := now.UTC().Truncate(time.Hour)
	k := allowanceKey("cards", hour)
	for range maxCardTries {
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
