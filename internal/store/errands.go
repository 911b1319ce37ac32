package store

import (
	"context"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"onetap/internal/apperr"
	"onetap/internal/survey"
)

// Leave leaves an errand. Leaving it again changes its time alone.
func (s *Store) Leave(ctx context.Context, e survey.Errand) error {
	it := errandKey(e).item()
	it["audience"], it["at"] = str(string(e.Audience)), at(e.At)
	return s.put(ctx, it, "", nil)
}

// Errands reads up to limit errands of the sender of each shard, as of a moment ago.
func (s *Store) Errands(ctx context.Context, limit int) (all []survey.Errand, err error) {
	return s.errandsOf(ctx, "SEND", limit)
}

// WordsToSeal reads up to limit errands of each shard to seal words again (ResealWords), as of a moment ago.
func (s *Store) WordsToSeal(ctx context.Context, limit int) ([]survey.Errand, error) {
	return s.errandsOf(ctx, "WORDS", limit)
}

func (s *Store) errandsOf(ctx context.Context, whose string, limit int) (all []survey.Errand, err error) {
	for n := range errandShards {
		left := limit
		err := s.pages(ctx, &dynamodb.QueryInput{
			TableName: &s.table, Limit: aws.Int32(int32(limit)), KeyConditionExpression: aws.String("pk = :pk"), ExpressionAttributeValues: item{":pk": str(errandPK(whose, n))},
		}, func(it item) (bool, error) {
			if p := strings.Split(text(it, "sk"), "#"); len(p) == 3 {
				all = append(all, survey.Errand{
					Kind: survey.ErrandKind(p[0]), Campaign: survey.CampaignID(p[1]), Contact: survey.ContactID(p[2]),
					Audience: survey.Audience(text(it, "audience")), At: instant(it, "at"),
				})
			}
			left--
			return left > 0, nil
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Done forgets an errand, unless it was left again meanwhile; again changes nothing.
func (s *Store) Done(ctx context.Context, e survey.Errand) error {
	_, err := s.db.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: &s.table, Key: errandKey(e).item(), ConditionExpression: aws.String("#at = :at"),
		ExpressionAttributeNames: map[string]string{"#at": "at"}, ExpressionAttributeValues: item{":at": at(e.At)},
	})
	if err = s.failed("errand", err); errors.Is(err, apperr.ErrChanged) {
		return nil
	}
	return err
}

// PlaceResponse writes what an early answer is counted by, if it is early still; otherwise it changes nothing.
func (s *Store) PlaceResponse(ctx context.Context, r survey.Response) error {
	it := openResponse(r)
	names, values := map[string]string{}, item{":yes": yes(true)}
	var set []string
	for _, name := range []string{"owner", "team", "language", "parts", "account"} {
		if it[name] != nil {
			names["#"+name], values[":"+name] = name, it[name]
			set = append(set, "#"+name+" = :"+name)
		}
	}
	change := "SET " + strings.Join(set, ", ") + " REMOVE early" // the language is always there
	in := &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: keyOf(it).item(), UpdateExpression: &change, ConditionExpression: aws.String("early = :yes"),
		ExpressionAttributeNames: names, ExpressionAttributeValues: values,
	}
	_, err := s.db.UpdateItem(ctx, in)
	if err = s.failed("place an answer", err); errors.Is(err, apperr.ErrChanged) {
		return nil
	}
	return err
}
