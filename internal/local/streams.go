package local

import (
	"bytes"
	"encoding/json"
	"net/http"

	"onetap/internal/local/cloud"
	"onetap/internal/local/dynamo"
)

// streams gives the mappings the engine's records.
type streams struct{ *dynamo.DB }

func (s streams) ReadStream(table, shard, after string, limit int) ([]cloud.Record, error) {
	found, err := s.DB.ReadStream(table, shard, after, limit)
	if err != nil {
		return nil, err
	}
	records := make([]cloud.Record, len(found))
	for i, r := range found {
		records[i] = cloud.Record{
			EventID: r.EventID, EventName: r.EventName, SequenceNumber: r.SequenceNumber, Created: r.Created,
			SizeBytes: r.SizeBytes, ViewType: r.ViewType, Keys: r.Keys, NewImage: r.NewImage, OldImage: r.OldImage,
		}
		if r.UserIdentity != nil {
			if records[i].UserIdentity, err = json.Marshal(r.UserIdentity); err != nil {
				return nil, err
			}
		}
	}
	return records, nil
}

// streamARN asks the engine, over its own protocol, what it calls a table's stream.
func (s *Stack) streamARN(table string) string {
	body, _ := json.Marshal(map[string]string{"TableName": table})
	r, err := http.NewRequest(http.MethodPost, "/", bytes.NewReader(body))
	if err != nil {
		return ""
	}
	r.Header.Set("X-Amz-Target", "DynamoDB_20120810.DescribeTable")
	r.Header.Set("Content-Type", "application/x-amz-json-1.0")
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=laptop/20260101/local/dynamodb/aws4_request, SignedHeaders=host, Signature=0")
	var answer buffer
	s.db.ServeHTTP(&answer, r)
	var described struct {
		Table struct{ LatestStreamArn string }
	}
	if json.Unmarshal(answer.Bytes(), &described) != nil {
		return ""
	}
	return described.Table.LatestStreamArn
}

// buffer takes an answer of the engine.
type buffer struct {
	bytes.Buffer
	header http.Header
}

func (b *buffer) Header() http.Header {
	if b.header == nil {
		b.header = http.Header{}
	}
	return b.header
}

func (b *buffer) WriteHeader(int) {}
