package store

import (
	"context"
	"strings"

	"github.com/aws/aws-lambda-go/events"

	"onetap/internal/survey"
)

// toldKey has the letter that told a respondent what was done, which their page may be answered by.
func toldKey(c survey.CampaignID, id survey.ContactID) key { return personKey(c, "TOLD", id) }

func toldOf(it item) survey.Told {
	c, id, _ := personOf(it)
	return survey.Told{
		Campaign: c, Contact: id, At: instant(it, "at"), Said: survey.Righted(text(it, "said")), SaidAt: instant(it, "said_at"), Version: int(number64(it, "version")),
	}
}

// Told reads whether a respondent was told what was done, consistently; ok is false where they were not.
func (s *Store) Told(ctx context.Context, c survey.CampaignID, id survey.ContactID) (t survey.Told, ok bool, err error) {
	it, err := s.get(ctx, toldKey(c, id))
	if err != nil || it == nil {
		return t, false, err
	}
	return toldOf(it), true, nil
}

// SaveTold writes it if it still has the version that was read; otherwise ErrChanged.
func (s *Store) SaveTold(ctx context.Context, t survey.Told) error {
	it := toldKey(t.Campaign, t.Contact).item()
	it["at"], it["version"] = at(t.At), num(t.Version+1)
	if t.Said != "" {
		it["said"], it["said_at"] = str(string(t.Said)), at(t.SaidAt)
	}
	if t.Version == 0 {
		return s.put(ctx, it, "attribute_not_exists(pk)", nil)
	}
	return s.put(ctx, it, "version = :was", item{":was": num(t.Version)})
}

// ToldOf reads a stream record of what a respondent says; ok is false for another record, and where nothing is said.
func ToldOf(r events.DynamoDBEventRecord) (t survey.Told, ok bool, err error) {
	now, err := streamItem(r.Change.NewImage)
	if err != nil || !strings.HasPrefix(text(now, "sk"), "TOLD#") {
		return t, false, err
	}
	t = toldOf(now)
	return t, t.Said != "", nil
}
