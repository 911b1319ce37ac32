package store

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"onetap/internal/survey"
)

// LookAtContacts calls each for an audience's contacts, shard by shard, until it returns false or most of them were
// looked at. Complete tells that there are no others. A few are read first: mostly the first one is enough.
func (s *Store) LookAtContacts(ctx context.Context, a survey.Audience, most int, each func(survey.Contact) bool) (complete bool, err error) {
	for shard := range ContactShards {
		limit := 10
		in := &dynamodb.QueryInput{TableName: &s.table, KeyConditionExpression: aws.String("pk = :pk"),
			ExpressionAttributeValues: item{":pk": str(contactsPK(a, shard))}}
		for {
			if most <= 0 {
				return false, nil
			}
			in.Limit = aws.Int32(int32(min(limit, most)))
			out, err := s.db.Query(ctx, in)
			if err != nil {
				return false, s.failed("look at contacts", err)
			}
			most -= len(out.Items)
			for _, it := range out.Items {
				if strings.HasSuffix(text(it, "sk"), "!") { // a suppression
					continue
				}
				c, err := contactOf(it)
				if err != nil {
					return false, err
				}
				if !each(c) {
					return false, nil
				}
			}
			if len(out.LastEvaluatedKey) == 0 {
				break
			}
			in.ExclusiveStartKey, limit = out.LastEvaluatedKey, 1000
		}
	}
	return true, nil
}
