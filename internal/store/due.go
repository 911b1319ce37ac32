package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"onetap/internal/loop"
	"onetap/internal/survey"
)

// Due says that something of a case is to be looked at by the clock. The case itself says what, and whether still.
type Due struct {
	At       time.Time
	Campaign survey.CampaignID
	Contact  survey.ContactID
}

func (d Due) key() key { return dueKey(d.At, d.Campaign, d.Contact) }

// dueOf returns what is due of a case, nil where nothing is. Times are stored to the millisecond.
func dueOf(c loop.Case) *Due {
	if c.Alert.Due.IsZero() {
		return nil
	}
	return &Due{c.Alert.Due.UTC().Truncate(time.Millisecond), c.Campaign, c.Contact}
}

// Is reports whether d is what is due of a case now; another d of it is left over.
func (d Due) Is(c loop.Case) bool {
	now := dueOf(c)
	return now != nil && *now == d
}

// WalkDue calls each for everything that is due at now, the longest due of each shard first, until it returns false.
func (s *Store) WalkDue(ctx context.Context, now time.Time, each func(Due) (bool, error)) error {
	for n := range dueShards {
		stopped := false
		err := s.pages(ctx, &dynamodb.QueryInput{TableName: &s.table, ConsistentRead: aws.Bool(true),
			KeyConditionExpression:    aws.String("pk = :pk AND sk < :to"),
			ExpressionAttributeValues: item{":pk": str(duePK(n)), ":to": str(dueAfter(now))}},
			func(it item) (bool, error) {
				d, err := parseDue(it)
				if err != nil {
					return false, err
				}
				more, err := each(d)
				stopped = !more
				return more, err
			})
		if err != nil || stopped {
			return err
		}
	}
	return nil
}

func parseDue(it item) (Due, error) {
	parts := strings.Split(text(it, "sk"), "#")
	if len(parts) != 3 {
		return Due{}, errors.New("stored due time has another form than it should")
	}
	at, err := time.Parse(time.RFC3339Nano, parts[0])
	if err != nil {
		return Due{}, fmt.Errorf("stored due time does not parse: %w", err)
	}
	return Due{at.UTC(), survey.CampaignID(parts[1]), survey.ContactID(parts[2])}, nil
}

// DropDue forgets that something is due. Dropping it again changes nothing.
func (s *Store) DropDue(ctx context.Context, d Due) error {
	_, err := s.db.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &s.table, Key: d.key().item()})
	return s.failed("drop due", err)
}
