package store

import (
	"context"
	"encoding/json"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/seal"
	"onetap/internal/survey"
)

// exportState is what an export's item holds open: of what it is, which may name people, it is sealed apart.
type exportState struct {
	State   survey.ExportState `json:"state"`
	Problem string             `json:"problem,omitempty"`
	Kind    string             `json:"kind"`
	File    string             `json:"file"`
	Role    survey.Role        `json:"role,omitempty"`
	Rows    int                `json:"rows,omitempty"`
	Bytes   int64              `json:"bytes,omitempty"`
	Place   string             `json:"place,omitempty"`
	Encoder json.RawMessage    `json:"encoder,omitempty"`
	Upload  string             `json:"upload,omitempty"`
	Tags    []string           `json:"tags,omitempty"`
	Whole   bool               `json:"whole,omitempty"`
}

func (s *Store) exportItem(ctx context.Context, e survey.Export) (item, error) {
	it := exportKey(e.ID).item()
	it["gsi1pk"], it["gsi1sk"] = str(exportsPK(authz.AuditEntry{Who: e.Who, Token: e.Token}.Auditor())), str(stamp(e.Created)+"#"+e.ID)
	it["who"], it["created"], it["busy"], it["ended"] = str(e.Who), at(e.Created), at(e.Busy), at(e.Ended)
	it["version"], it["ttl"] = num(e.Version), num(e.Until().Unix())
	if e.Token {
		it["token"] = yes(true)
	}
	it["export"] = asJSON(exportState{e.State, e.Problem, e.Kind, e.File, e.Role, e.Rows, e.Bytes, e.Place, e.Encoder, e.Upload, e.Tags, e.Whole})
	return it, s.seal(ctx, it, seal.Uploads, "ask", e.Ask)
}

func (s *Store) exportOf(ctx context.Context, it item) (survey.Export, error) {
	var v exportState
	if err := fromJSON(it, "export", &v); err != nil {
		return survey.Export{}, err
	}
	ask, err := s.opened(ctx, it, seal.Uploads, "ask")
	return survey.Export{
		ID: unpart(text(it, "pk")[len("EXPORT#"):]), Who: text(it, "who"), Token: truth(it, "token"), Role: v.Role, Ask: ask, Kind: v.Kind, File: v.File,
		State: v.State, Problem: v.Problem, Rows: v.Rows, Bytes: v.Bytes, Place: v.Place, Encoder: v.Encoder, Upload: v.Upload, Tags: v.Tags, Whole: v.Whole,
		Created: instant(it, "created"), Busy: instant(it, "busy"), Ended: instant(it, "ended"), Version: int(number64(it, "version")),
	}, err
}

// CreateExport stores a new download.
func (s *Store) CreateExport(ctx context.Context, e survey.Export) (survey.Export, error) {
	e.Version = 1
	it, err := s.exportItem(ctx, e)
	if err != nil {
		return e, err
	}
	return e, s.put(ctx, it, "attribute_not_exists(pk)", nil)
}

// SaveExport writes a download that has the version that was read, or apperr.ErrChanged.
func (s *Store) SaveExport(ctx context.Context, e survey.Export) (survey.Export, error) {
	was := e.Version
	e.Version++
	it, err := s.exportItem(ctx, e)
	if err != nil {
		return e, err
	}
	return e, s.put(ctx, it, "version = :was", item{":was": num(was)})
}

// Export reads a download, or a problem export_unknown.
func (s *Store) Export(ctx context.Context, id string) (survey.Export, error) {
	it, err := s.get(ctx, exportKey(id))
	if err != nil {
		return survey.Export{}, err
	}
	if it == nil {
		return survey.Export{}, apperr.New(apperr.Unknown, "export_unknown", "export")
	}
	return s.exportOf(ctx, it)
}

// ExportsOf lists the downloads of one person, or of one token, the latest first. It may be behind by a moment.
func (s *Store) ExportsOf(ctx context.Context, who string, token bool) (all []survey.Export, err error) {
	err = s.pages(ctx, &dynamodb.QueryInput{
		TableName: &s.table, IndexName: aws.String("gsi1"), ScanIndexForward: aws.Bool(false),
		KeyConditionExpression:    aws.String("gsi1pk = :pk"),
		ExpressionAttributeValues: item{":pk": str(exportsPK(authz.AuditEntry{Who: who, Token: token}.Auditor()))},
	}, func(it item) (bool, error) {
		e, err := s.exportOf(ctx, it)
		if s.unreadable(ctx, err) {
			return true, nil
		}
		all = append(all, e)
		return true, err
	})
	return all, err
}
