package store

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"onetap/internal/apperr"
	"onetap/internal/survey"
)

func uploadRecordKey(id string) key { return uploadKey(id, "RECORD") }

func uploadsPK(kind survey.UploadKind, month time.Time) string {
	return "UPLOADS#" + string(kind) + "#" + month.UTC().Format("2006-01")
}

func uploadRecordItem(u survey.UploadRecord) item {
	it := uploadRecordKey(u.ID).item()
	it["gsi1pk"], it["gsi1sk"] = str(uploadsPK(u.Kind, u.Begun)), str(stamp(u.Begun)+"#"+u.ID)
	it["kind"], it["state"], it["by"], it["begun"], it["ended"] = str(string(u.Kind)), str(string(u.State)), str(u.By), at(u.Begun), at(u.Ended)
	it["counts"], it["refused"], it["version"] = asJSON(u.Upserted), num(u.Refused), num(u.Version)
	it["ttl"] = num(undoExpires(u.Begun))
	set(it, "audience", string(u.Audience))
	if u.Token {
		it["token"] = yes(true)
	}
	if u.State == survey.UploadUndoing || u.State == survey.UploadUndone {
		it["undo"] = asJSON(u.Undo)
	}
	if u.File != "" {
		it["person"] = asJSON(u.File)
	}
	if u.Change != nil {
		it["change"] = asJSON(u.Change)
		if u.Change.Text != "" {
			it["person"] = asJSON(u.Change.Text)
		}
	}
	return it
}

func uploadRecordOf(it item) (u survey.UploadRecord, err error) {
	u = survey.UploadRecord{
		Kind: survey.UploadKind(text(it, "kind")), State: survey.UploadState(text(it, "state")), By: text(it, "by"), Token: truth(it, "token"),
		Audience: survey.Audience(text(it, "audience")), Begun: instant(it, "begun"), Ended: instant(it, "ended"),
		Refused: int(number64(it, "refused")), Version: int(number64(it, "version")),
	}
	u.ID = unpart(text(it, "pk")[len("IMPORT#"):])
	for name, to := range map[string]any{"counts": &u.Upserted, "undo": &u.Undo, "person": &u.File, "change": &u.Change} {
		if err := fromJSON(it, name, to); err != nil {
			return u, err
		}
	}
	if u.Change != nil {
		u.Change.Text, u.File = u.File, ""
	}
	return u, nil
}

// AddUploadRecord begins a line of the history. The same again is no error.
func (s *Store) AddUploadRecord(ctx context.Context, u survey.UploadRecord) error {
	u.Version = 1
	err := s.put(ctx, uploadRecordItem(u), "attribute_not_exists(pk)", nil)
	if err == apperr.ErrChanged {
		return nil
	}
	return err
}

// UploadRecord reads a line of the history, or a problem upload_unknown.
func (s *Store) UploadRecord(ctx context.Context, id string) (survey.UploadRecord, error) {
	it, err := s.get(ctx, uploadRecordKey(id))
	if err != nil {
		return survey.UploadRecord{}, err
	}
	if it == nil {
		return survey.UploadRecord{}, apperr.New(apperr.Unknown, "upload_unknown", "upload")
	}
	return uploadRecordOf(it)
}

// SaveUploadRecord writes a line of the history if it still has the version that was read, and returns it with the next;
// otherwise ErrChanged.
func (s *Store) SaveUploadRecord(ctx context.Context, u survey.UploadRecord) (survey.UploadRecord, error) {
	was := u.Version
	u.Version++
	return u, s.put(ctx, uploadRecordItem(u), "version = :was", item{":was": num(was)})
}

// savedWith is the action of a transaction that saves a line of the history.
func (s *Store) savedWith(u survey.UploadRecord) types.TransactWriteItem {
	was := u.Version
	u.Version++
	return types.TransactWriteItem{Put: &types.Put{
		TableName: &s.table, Item: uploadRecordItem(u), ConditionExpression: aws.String("version = :was"),
		ExpressionAttributeValues: item{":was": num(was)},
	}}
}

// UploadRecords lists the history of a kind, newest first: at most limit of those before a place ("": now). next is where to go
// on, "" at the end.
func (s *Store) UploadRecords(ctx context.Context, kind survey.UploadKind, before string, limit int, now time.Time) (all []survey.UploadRecord, next string, err error) {
	if before == "" {
		before = stamp(now.Add(time.Minute))
	}
	oldest := now.Add(-survey.UndoFor - survey.UndoGrace)
	month := time.Date(now.UTC().Year(), now.UTC().Month(), 1, 0, 0, 0, 0, time.UTC)
	var places []string
	for ; !month.AddDate(0, 1, 0).Before(oldest) && len(all) <= limit; month = month.AddDate(0, -1, 0) {
		in := &dynamodb.QueryInput{
			TableName: &s.table, IndexName: aws.String("gsi1"), ScanIndexForward: aws.Bool(false), Limit: aws.Int32(int32(limit + 1)),
			KeyConditionExpression:    aws.String("gsi1pk = :pk AND gsi1sk < :before"),
			ExpressionAttributeValues: item{":pk": str(uploadsPK(kind, month)), ":before": str(before)},
		}
		err := s.pages(ctx, in, func(it item) (bool, error) {
			u, err := uploadRecordOf(it)
			if u.Begun.After(oldest) { // DynamoDB takes its time to delete
				all, places = append(all, u), append(places, text(it, "gsi1sk"))
			}
			return len(all) <= limit, err
		})
		if err != nil {
			return nil, "", err
		}
	}
	if len(all) > limit {
		all, next = slices.Clip(all[:limit]), places[limit-1]
	}
	return all, next, nil
}
