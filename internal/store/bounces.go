package store

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"onetap/internal/survey"
)

// softBouncesLast is how long soft bounces are remembered after the last one: longer than the pause between two mailings.
const softBouncesLast = 400 * 24 * time.Hour

// SoftBounces reads which letters a contact's mailbox did not take; the zero value where there are none.
func (s *Store) SoftBounces(ctx context.Context, a survey.Audience, id survey.ContactID) (b survey.SoftBounces, err error) {
	it, err := s.get(ctx, softBouncesKey(a, id))
	if err != nil || it == nil {
		return b, err
	}
	err = fromJSON(it, "letters", &b.Letters)
	b.Version = int(number64(it, "version"))
	return b, err
}

// SaveSoftBounces writes them if they still have the version that was read (0: none are stored); otherwise ErrChanged.
func (s *Store) SaveSoftBounces(ctx context.Context, a survey.Audience, id survey.ContactID, b survey.SoftBounces, now time.Time) error {
	it := softBouncesKey(a, id).item()
	it["letters"], it["version"] = asJSON(b.Letters), num(b.Version+1)
	it["ttl"] = num(now.Add(softBouncesLast).Unix())
	if b.Version == 0 {
		return s.put(ctx, it, "attribute_not_exists(pk)", nil)
	}
	return s.put(ctx, it, "version = :was", item{":was": num(b.Version)})
}

// DropSoftBounces forgets them: a letter has arrived. Again changes nothing.
func (s *Store) DropSoftBounces(ctx context.Context, a survey.Audience, id survey.ContactID) error {
	_, err := s.db.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &s.table, Key: softBouncesKey(a, id).item()})
	return s.failed("drop soft bounces", err)
}
