package store

import (
	"context"
	"errors"
	"time"

	"onetap/internal/apperr"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// Spend takes one of at most most uses of something within the hour of now, and reports whether there was one left.
// allowance is a hash, not the name of anybody. Hours are those of the clock: around a full one, twice as much may pass.
func (s *Store) Spend(ctx context.Context, allowance string, limit int, now time.Time) (bool, error) {
	hour := now.UTC().Truncate(time.Hour)
	_, err := s.db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: allowanceKey(allowance, hour).item(),
		UpdateExpression:          aws.String("ADD #used :one SET #ttl = :end"),
		ConditionExpression:       aws.String("attribute_not_exists(#used) OR #used < :most"),
		ExpressionAttributeNames:  map[string]string{"#used": "used", "#ttl": "ttl"},
		ExpressionAttributeValues: item{":one": num(1), ":most": num(int64(limit)), ":end": num(hour.Add(2 * time.Hour).Unix())},
	})
	if err = s.failed("spend an allowance", err); errors.Is(err, apperr.ErrChanged) {
		return false, nil
	}
	return err == nil, err
}
