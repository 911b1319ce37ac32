package store

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"onetap/internal/seal"
	"onetap/internal/survey"
)

const undoStaff = "STAFF#"

func keptStaffKey(upload, id string) key {
	return key{undoPK(upload, 0), undoStaff + part(strings.ToLower(id))}
}

// KeepStaff keeps what an upload is about to change of the staff; of one person the latest counts.
func (s *Store) KeepStaff(ctx context.Context, upload string, changes []survey.StaffChange, now time.Time) error {
	items := make([]item, len(changes))
	for i, c := range changes {
		items[i] = keptStaffKey(upload, c.Now.ID).item()
		items[i]["ttl"] = num(undoExpires(now))
		if err := s.sealJSON(ctx, items[i], seal.Staff, "person", c); err != nil {
			return err
		}
	}
	return s.batchPut(ctx, items)
}

// KeptStaff reads what KeepStaff has kept. What does not open is left out.
func (s *Store) KeptStaff(ctx context.Context, upload string) (all []survey.StaffChange, err error) {
	err = s.queryItems(ctx, undoPK(upload, 0), undoStaff, true, func(it item) (bool, error) {
		var c survey.StaffChange
		err := s.openJSON(ctx, it, seal.Staff, "person", &c)
		if s.unreadable(ctx, err) {
			return true, nil
		}
		all = append(all, c)
		return true, err
	})
	return all, err
}

// StaffInUse reports whether somebody has a case, whatever its state, or a session.
func (s *Store) StaffInUse(ctx context.Context, id string) (used bool, err error) {
	found := func(item) (bool, error) {
		used = true
		return false, nil
	}
	err = s.pages(ctx, &dynamodb.QueryInput{
		TableName: &s.table, IndexName: aws.String("gsi1"), Limit: aws.Int32(1),
		KeyConditionExpression: aws.String("gsi1pk = :pk"), ExpressionAttributeValues: item{":pk": str(ownerPK(id, 0))},
	}, found)
	if err == nil && !used {
		err = s.queryItems(ctx, sessionsPK(id), "", false, found)
	}
	return used, err
}
