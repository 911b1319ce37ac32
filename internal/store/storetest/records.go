package storetest

import (
	"encoding/json"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"onetap/internal/local/dynamo"
)

// Records reads the whole stream of the table in the shape in which Lambda gives it to a function, shard after shard.
func Records(t testing.TB, db *dynamo.DB) []events.DynamoDBEventRecord {
	t.Helper()
	shards, err := db.StreamShards(Table)
	if err != nil {
		t.Fatal(err)
	}
	var all []events.DynamoDBEventRecord
	for _, shard := range shards {
		for after := ""; ; {
			records, err := db.ReadStream(Table, shard, after, 1000)
			if err != nil {
				t.Fatal(err)
			}
			if len(records) == 0 {
				break
			}
			for _, r := range records {
				all = append(all, record(t, r))
			}
			after = records[len(records)-1].SequenceNumber
		}
	}
	return all
}

func record(t testing.TB, r dynamo.StreamRecord) events.DynamoDBEventRecord {
	t.Helper()
	b, err := json.Marshal(map[string]any{
		"eventID": r.EventID, "eventName": r.EventName, "eventSource": "aws:dynamodb",
		"dynamodb": map[string]any{
			"Keys": r.Keys, "NewImage": r.NewImage, "OldImage": r.OldImage,
			"SequenceNumber": r.SequenceNumber, "SizeBytes": r.SizeBytes, "StreamViewType": r.ViewType,
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	var e events.DynamoDBEventRecord
	if err := json.Unmarshal(b, &e); err != nil {
		t.Fatal(err)
	}
	return e
}
