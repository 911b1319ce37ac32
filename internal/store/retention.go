package store

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"onetap/internal/authz"
	"onetap/internal/survey"
)

// Privacy reads what the company has said of personal data; version 0 before it has said anything.
func (s *Store) Privacy(ctx context.Context) (p survey.Privacy, err error) {
	it, err := s.get(ctx, privacyKey)
	if err != nil || it == nil {
		return p, err
	}
	p.Version = int(number64(it, "version"))
	return p, fromJSON(it, "privacy", &p)
}

// PutPrivacy writes it if it has the version that was read, otherwise ErrChanged.
func (s *Store) PutPrivacy(ctx context.Context, p survey.Privacy) error {
	it := privacyKey.item()
	it["privacy"], it["version"] = asJSON(p), num(p.Version+1)
	if p.Version == 0 {
		return s.put(ctx, it, "attribute_not_exists(pk)", nil)
	}
	return s.put(ctx, it, "version = :was", item{":was": num(p.Version)})
}

// RetentionRun reads how far the deleting of what is old is; version 0: there was none.
func (s *Store) RetentionRun(ctx context.Context) (r survey.RetentionRun, err error) {
	it, err := s.get(ctx, retentionKey)
	if err != nil || it == nil {
		return r, err
	}
	r.Version = int(number64(it, "version"))
	return r, fromJSON(it, "run", &r)
}

// SaveRetentionRun writes it if it has the version that was read, otherwise ErrChanged, and returns it with the next.
func (s *Store) SaveRetentionRun(ctx context.Context, r survey.RetentionRun) (survey.RetentionRun, error) {
	was := r.Version
	r.Version++
	it := retentionKey.item()
	it["run"], it["version"] = asJSON(r), num(r.Version)
	if was == 0 {
		return r, s.put(ctx, it, "attribute_not_exists(pk)", nil)
	}
	return r, s.put(ctx, it, "version = :was", item{":was": num(was)})
}

// DropWords deletes the words of an answer, which is counted as one with words still. ErrChanged: it is another by now.
func (s *Store) DropWords(ctx context.Context, r survey.Response) error {
	_, err := s.db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: personKey(r.Campaign, "RESPONSE", r.Contact).item(),
		UpdateExpression: aws.String("SET worded = :yes REMOVE why, wish, said, sealed"), ConditionExpression: aws.String("version = :was"),
		ExpressionAttributeValues: item{":yes": yes(true), ":was": num(r.Version)},
	})
	return s.failed("drop words", err)
}

// DropAudit deletes entries of one day of the audit list that drop says are to go, and says how many.
func (s *Store) DropAudit(ctx context.Context, day time.Time, drop func(authz.AuditEntry) bool) (n int, err error) {
	for shard := range auditShards {
		var ask []types.WriteRequest
		err := s.queryItems(ctx, auditPK(day, shard), "", true, func(it item) (bool, error) {
			if drop(auditEntryOf(it)) {
				ask = append(ask, types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: keyOf(it).item()}})
			}
			return true, nil
		})
		if err != nil {
			return n, err
		}
		if err := s.batchWrite(ctx, ask); err != nil {
			return n, err
		}
		n += len(ask)
	}
	return n, nil
}
