package store

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/survey"
)

func importsPK(day time.Time) string { return "IMPORTS#" + day.UTC().Format(time.DateOnly) }

// Imports lists the uploads that came in parts and are kept still, whatever became of them.
func (s *Store) Imports(ctx context.Context, now time.Time) (ids []string, err error) {
	for day := now; now.Sub(day) <= uploadLife+3*24*time.Hour; day = day.AddDate(0, 0, -1) { // DynamoDB takes its time to delete
		err := s.pages(ctx, &dynamodb.QueryInput{
			TableName: &s.table, IndexName: aws.String("gsi1"), KeyConditionExpression: aws.String("gsi1pk = :pk"), ExpressionAttributeValues: item{":pk": str(importsPK(day))},
		}, func(it item) (bool, error) {
			ids = append(ids, text(it, "gsi1sk"))
			return true, nil
		})
		if err != nil {
			return nil, err
		}
	}
	return ids, nil
}

// RewriteUpload lets change work on what is kept of an upload that came in parts: the answers of its parts, and the state of its
// reader. change returns what is to be kept instead; false: it stays. An upload of which the state is changed takes no more parts: what
// it kept was the beginning of a line.
func (s *Store) RewriteUpload(ctx context.Context, id string, change func(json.RawMessage) (json.RawMessage, bool)) (n int, err error) {
	err = s.queryItems(ctx, uploadKey(id, "").pk, "PART#", true, func(it item) (bool, error) {
		p, err := s.partOf(ctx, it)
		if s.unreadable(ctx, err) {
			return true, nil
		}
		now, changed := p.Answer, false
		if err == nil {
			now, changed = change(p.Answer)
		}
		if err != nil || !changed {
			return err == nil, err
		}
		p.Answer = now
		if err := s.putPart(ctx, it, p); err != nil {
			return false, err
		}
		n++
		return true, s.putUnless(ctx, it)
	})
	if err != nil {
		return n, err
	}
	u, err := s.Upload(ctx, id)
	if apperr.Is(err, "import_unknown") || s.unreadable(ctx, err) {
		return n, nil
	}
	if err != nil {
		return n, err
	}
	now, changed := change(u.State)
	if !changed {
		return n, nil
	}
	u.State, u.Finished = now, true
	it, err := s.uploadItem(ctx, u)
	if err != nil {
		return n, err
	}
	return n + 1, s.putUnless(ctx, it)
}

// putUnless writes an item as it was changed, unless it is gone or has moved on meanwhile: the second pass of an erasure finds it then.
func (s *Store) putUnless(ctx context.Context, it item) error {
	condition, values := "attribute_exists(pk)", item(nil)
	if it["version"] != nil {
		condition, values = "version = :was", item{":was": it["version"]}
		it["version"] = num(number64(it, "version") + 1)
	}
	if err := s.put(ctx, it, condition, values); err != nil && !errors.Is(err, apperr.ErrChanged) {
		return err
	}
	return nil
}

// Named reports which of some contacts the parts of an upload named.
func (s *Store) Named(ctx context.Context, u survey.Upload, ids []survey.ContactID) (lines map[survey.ContactID]int, err error) {
	seen, err := s.SeenContacts(ctx, u)
	if err != nil {
		return nil, err
	}
	lines = map[survey.ContactID]int{}
	for _, id := range ids {
		b := packed([]survey.ContactID{id})
		if len(b) < 8 {
			continue
		}
		var head uint64
		for _, c := range b[:8] {
			head = head<<8 | uint64(c)
		}
		if n := slices.IndexFunc(seen, func(c survey.SeenContact) bool { return c.ID == head }); n >= 0 {
			lines[id] = int(seen[n].Line)
		}
	}
	return lines, nil
}

// AuditObjects calls each for the entries of one day of the audit list that are about something.
func (s *Store) AuditObjects(ctx context.Context, day time.Time, each func(authz.AuditEntry)) error {
	for n := range auditShards {
		err := s.queryItems(ctx, auditPK(day, n), "", true, func(it item) (bool, error) {
			if e := auditEntryOf(it); e.Object != "" {
				each(e)
			}
			return true, nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// SayAuditObject changes what an entry of the audit list is about.
func (s *Store) SayAuditObject(ctx context.Context, e authz.AuditEntry, object string) error {
	_, err := s.db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: auditKey(e.At, e.ID).item(), UpdateExpression: aws.String("SET #object = :now"),
		ConditionExpression: aws.String("attribute_exists(pk)"), ExpressionAttributeNames: map[string]string{"#object": "object"},
		ExpressionAttributeValues: item{":now": str(object)},
	})
	if err = s.failed("audit entry", err); errors.Is(err, apperr.ErrChanged) {
		return nil
	}
	return err
}
