package store

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"onetap/internal/survey"
)

// refusalsLast is how long refusals of the sender are kept: longer than SES tries to deliver a letter.
const refusalsLast = 7 * 24 * time.Hour

// AddRefusal notes that a letter of a mailing was refused because of its sender, and reads those of the batches around it.
// The same letter again is the same item. Only refusals write: of a mailing that goes on they are few, and one that does not
// is paused.
func (s *Store) AddRefusal(ctx context.Context, c survey.CampaignID, mailing int, message string, r survey.SenderRefusal, now time.Time) ([]survey.SenderRefusal, error) {
	it := refusalKey(c, mailing, r.Batch, message).item()
	it["sent"], it["batch"], it["ttl"] = at(r.Sent), num(r.Batch), num(now.Add(refusalsLast).Unix())
	if err := s.put(ctx, it, "", nil); err != nil {
		return nil, err
	}
	from, to := max(0, r.Batch-survey.RefusedBatches+1), r.Batch+survey.RefusedBatches-1
	var all []survey.SenderRefusal
	err := s.pages(ctx, &dynamodb.QueryInput{
		TableName: &s.table, ConsistentRead: aws.Bool(true),
		KeyConditionExpression:    aws.String("pk = :pk AND sk BETWEEN :from AND :to"),
		ExpressionAttributeValues: item{":pk": str(text(it, "pk")), ":from": str(survey.BatchName(from)), ":to": str(survey.BatchName(to) + "~")},
	},
		func(it item) (bool, error) {
			sent := instant(it, "sent")
			if strings.HasPrefix(text(it, "sent"), "0001-") {
				sent = time.Time{}
			}
			all = append(all, survey.SenderRefusal{Batch: int(number64(it, "batch")), Sent: sent})
			return len(all) < 1000, nil
		})
	return all, err
}
