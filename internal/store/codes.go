package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/authz"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// PutCode keeps a code in the place of the one before of the same address and browser.
func (s *Store) PutCode(ctx context.Context, c authz.Code) error {
	it := codeKey(c.Key).item()
	it["digits"], it["link"], it["expires"], it["ttl"] = str(c.Digits), str(c.Link), at(c.Expires), num(c.Expires.Add(time.Hour).Unix())
	return s.put(ctx, it, "", nil)
}

// TryCode counts a try of a code and reads the code; ok is false where there is none, or where as many were made of it.
func (s *Store) TryCode(ctx context.Context, key string, tries int) (c authz.Code, ok bool, err error) {
	out, err := s.db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: codeKey(key).item(),
		UpdateExpression:          aws.String("ADD tries :one"),
		ConditionExpression:       aws.String("attribute_exists(pk) AND (attribute_not_exists(tries) OR tries < :tries)"),
		ExpressionAttributeValues: item{":one": num(1), ":tries": num(tries)},
		ReturnValues:              types.ReturnValueAllNew,
	})
	if err = s.failed("try a code", err); errors.Is(err, apperr.ErrChanged) {
		return c, false, nil
	} else if err != nil {
		return c, false, err
	}
	it := out.Attributes
	return authz.Code{Key: key, Digits: text(it, "digits"), Link: text(it, "link"), Expires: instant(it, "expires")}, true, nil
}

// CountTry counts a try in its hour and its day of the clock (UTC), and reports whether it may be made. A refusal writes
// nothing.
func (s *Store) CountTry(ctx context.Context, c authz.TryCount, now time.Time) (bool, error) {
	_, err := s.db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: triedKey(c.Of, now).item(),
		UpdateExpression:          aws.String("ADD #day :one, #hour :one SET #ttl = :ttl"),
		ConditionExpression:       aws.String("(attribute_not_exists(#day) OR #day < :day) AND (attribute_not_exists(#hour) OR #hour < :hour)"),
		ExpressionAttributeNames:  map[string]string{"#day": "day", "#hour": hourOf(now), "#ttl": "ttl"},
		ExpressionAttributeValues: item{":one": num(1), ":day": num(c.Day), ":hour": num(c.Hour), ":ttl": num(now.Add(48 * time.Hour).Unix())},
	})
	if err = s.failed("count a try", err); errors.Is(err, apperr.ErrChanged) {
		return false, nil
	}
	return err == nil, err
}

// ForgiveTry takes back what CountTry counted at the same time.
func (s *Store) ForgiveTry(ctx context.Context, c authz.TryCount, now time.Time) error {
	_, err := s.db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: triedKey(c.Of, now).item(),
		UpdateExpression:          aws.String("ADD #day :less, #hour :less"),
		ConditionExpression:       aws.String("attribute_exists(pk)"),
		ExpressionAttributeNames:  map[string]string{"#day": "day", "#hour": hourOf(now)},
		ExpressionAttributeValues: item{":less": num(-1)},
	})
	if err = s.failed("forgive a try", err); errors.Is(err, apperr.ErrChanged) {
		return nil
	}
	return err
}

func hourOf(t time.Time) string { return fmt.Sprintf("hour%02d", t.UTC().Hour()) }
