package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"onetap/internal/apperr"
	"onetap/internal/loop"
	"onetap/internal/survey"
)

func dueKeyOf(d loop.Due) key { return dueKey(d.At, d.Campaign, d.Contact) }

// WalkDue calls each for everything that is due at now, the longest due of each shard first, until it returns false.
func (s *Store) WalkDue(ctx context.Context, now time.Time, each func(loop.Due) (bool, error)) error {
	for n := range dueShards {
		stopped := false
		err := s.pages(ctx, &dynamodb.QueryInput{
			TableName: &s.table, ConsistentRead: aws.Bool(true),
			KeyConditionExpression:    aws.String("pk = :pk AND sk < :to"),
			ExpressionAttributeValues: item{":pk": str(duePK(n)), ":to": str(dueAfter(now))},
		},
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

func parseDue(it item) (loop.Due, error) {
	parts := strings.Split(text(it, "sk"), "#")
	if len(parts) != 3 {
		return loop.Due{}, errors.New("stored due time has another form than it should")
	}
	at, err := time.Parse(time.RFC3339Nano, parts[0])
	if err != nil {
		return loop.Due{}, fmt.Errorf("stored due time does not parse: %w", err)
	}
	return loop.Due{At: at.UTC(), Campaign: survey.CampaignID(parts[1]), Contact: survey.ContactID(parts[2]), Doubted: instant(it, "doubted")}, nil
}

// DoubtDue notes since when nothing is known of what a hint says is due; whoever writes the hint again takes that back.
func (s *Store) DoubtDue(ctx context.Context, d loop.Due, now time.Time) error {
	it := dueKeyOf(d).item()
	it["doubted"] = at(now)
	err := s.put(ctx, it, "attribute_exists(pk) AND attribute_not_exists(doubted)", nil)
	if errors.Is(err, apperr.ErrChanged) {
		return nil
	}
	return err
}

// DropDoubted forgets a hint that is doubted since the time that was read. Again changes nothing.
func (s *Store) DropDoubted(ctx context.Context, d loop.Due) error {
	_, err := s.db.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: &s.table, Key: dueKeyOf(d).item(),
		ConditionExpression: aws.String("doubted = :since"), ExpressionAttributeValues: item{":since": at(d.Doubted)},
	})
	if err = s.failed("drop doubted", err); errors.Is(err, apperr.ErrChanged) {
		return nil
	}
	return err
}

// DropDue forgets that something is due. Dropping it again changes nothing.
func (s *Store) DropDue(ctx context.Context, d loop.Due) error {
	_, err := s.db.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &s.table, Key: dueKeyOf(d).item()})
	return s.failed("drop due", err)
}
