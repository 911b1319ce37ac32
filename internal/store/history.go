package store

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"onetap/internal/apperr"
	"onetap/internal/seal"
	"onetap/internal/survey"
)

func uploadRecordKey(id string) key { return uploadKey(id, "RECORD") }

func uploadsPK(kind survey.UploadKind, month time.Time) string {
	return "UPLOADS#" + string(kind) + "#" + month.UTC().Format("2006-01")
}

// recordSecret is what is sealed of a line of the history: what somebody called a file or searched for may tell a name, and so may the
// values by which a change of owners chose its contacts.
type recordSecret struct {
	File   string              `json:"file,omitempty"`
	Text   string              `json:"text,omitempty"`
	Change *survey.OwnerChange `json:"change,omitempty"`
}

func (s *Store) uploadRecordItem(ctx context.Context, u survey.UploadRecord) (item, error) {
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
	secret := recordSecret{File: u.File, Change: u.Change}
	if u.Change != nil {
		secret.Text = u.Change.Text
	}
	return it, s.sealJSON(ctx, it, seal.Uploads, "secret", secret)
}

// uploadRecordOf reads a line of the history; what is sealed of it is left out where it does not open.
func (s *Store) uploadRecordOf(ctx context.Context, it item) (u survey.UploadRecord, err error) {
	u = survey.UploadRecord{
		Kind: survey.UploadKind(text(it, "kind")), State: survey.UploadState(text(it, "state")), By: text(it, "by"), Token: truth(it, "token"),
		Audience: survey.Audience(text(it, "audience")), Begun: instant(it, "begun"), Ended: instant(it, "ended"),
		Refused: int(number64(it, "refused")), Version: int(number64(it, "version")),
	}
	u.ID = unpart(text(it, "pk")[len("IMPORT#"):])
	for name, to := range map[string]any{"counts": &u.Upserted, "undo": &u.Undo, "person": &u.File, "change": &u.Change} { // the latter two of earlier versions
		if err := fromJSON(it, name, to); err != nil {
			return u, err
		}
	}
	secret := recordSecret{File: u.File, Text: u.File, Change: u.Change}
	if err := s.openJSON(ctx, it, seal.Uploads, "secret", &secret); err != nil && !s.unreadable(ctx, err) {
		return u, err
	}
	if u.File, u.Change = secret.File, secret.Change; u.Change != nil {
		u.Change.Text, u.File = secret.Text, ""
	}
	return u, nil
}

// AddUploadRecord begins a line of the history. The same again is no error.
func (s *Store) AddUploadRecord(ctx context.Context, u survey.UploadRecord) error {
	u.Version = 1
	it, err := s.uploadRecordItem(ctx, u)
	if err != nil {
		return err
	}
	err = s.put(ctx, it, "attribute_not_exists(pk)", nil)
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
	return s.uploadRecordOf(ctx, it)
}

// SaveUploadRecord writes a line of the history if it still has the version that was read, and returns it with the next;
// otherwise ErrChanged.
func (s *Store) SaveUploadRecord(ctx context.Context, u survey.UploadRecord) (survey.UploadRecord, error) {
	was := u.Version
	u.Version++
	it, err := s.uploadRecordItem(ctx, u)
	if err != nil {
		return u, err
	}
	return u, s.put(ctx, it, "version = :was", item{":was": num(was)})
}

// savedWith is the action of a transaction that saves a line of the history.
func (s *Store) savedWith(ctx context.Context, u survey.UploadRecord) (types.TransactWriteItem, error) {
	was := u.Version
	u.Version++
	it, err := s.uploadRecordItem(ctx, u)
	return types.TransactWriteItem{Put: &types.Put{
		TableName: &s.table, Item: it, ConditionExpression: aws.String("version = :was"),
		ExpressionAttributeValues: item{":was": num(was)},
	}}, err
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
			u, err := s.uploadRecordOf(ctx, it)
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
