package store

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/survey"
)

// tokenUse is how coarsely the last use is kept: one write an hour, however often a program calls.
const tokenUse = time.Hour

func tokenOf(it item) authz.Token {
	return authz.Token{
		Hash: text(it, "sk"), Name: text(it, "name"), Role: survey.Role(text(it, "role")), By: text(it, "by"),
		Made: instant(it, "made"), Used: instant(it, "used"),
	}
}

// PutToken keeps a new token.
func (s *Store) PutToken(ctx context.Context, t authz.Token) error {
	it := tokenKey(t.Hash).item()
	it["name"], it["role"], it["by"], it["made"] = str(t.Name), str(string(t.Role)), str(t.By), at(t.Made)
	return s.put(ctx, it, "attribute_not_exists(pk)", nil)
}

// Token reads a token consistently, so that a revoked one is refused at once; ok is false when there is none.
func (s *Store) Token(ctx context.Context, hash string) (t authz.Token, ok bool, err error) {
	it, err := s.get(ctx, tokenKey(hash))
	if err != nil || it == nil {
		return t, false, err
	}
	return tokenOf(it), true, nil
}

// UseToken notes that a token was used, unless that was noted within the hour or the token is revoked meanwhile.
func (s *Store) UseToken(ctx context.Context, t authz.Token, now time.Time) error {
	if now.Sub(t.Used) < tokenUse {
		return nil
	}
	_, err := s.db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: tokenKey(t.Hash).item(),
		UpdateExpression: aws.String("SET used = :now"), ConditionExpression: aws.String("attribute_exists(pk)"),
		ExpressionAttributeValues: item{":now": at(now)},
	})
	if err = s.failed("use token", err); errors.Is(err, apperr.ErrChanged) {
		return nil
	}
	return err
}

// Tokens lists all tokens, newest first.
func (s *Store) Tokens(ctx context.Context) ([]authz.Token, error) {
	var all []authz.Token
	for n := range tokenShards {
		err := s.queryItems(ctx, "TOKENS#"+two(n), "", true, func(it item) (bool, error) {
			all = append(all, tokenOf(it))
			return true, nil
		})
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(all, func(a, b authz.Token) int { return b.Made.Compare(a.Made) })
	return all, nil
}

// RevokeToken ends a token; again is no error.
func (s *Store) RevokeToken(ctx context.Context, hash string) error {
	_, err := s.db.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &s.table, Key: tokenKey(hash).item()})
	return s.failed("revoke token", err)
}
