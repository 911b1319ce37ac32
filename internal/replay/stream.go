package replay

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
)

// position is where in a stream the records of a batch are.
type position struct {
	ShardID string `json:"shardId"`
	First   string `json:"startSequenceNumber"`
	Last    string `json:"endSequenceNumber"`
	Stream  string `json:"streamArn"`
}

// errGone says that the stream does not keep the records any more.
var errGone = errors.New("the stream keeps records for 24 hours, and these are older: see docs/runbook.md, Dead letters")

// records reads the records of a batch from the stream, as Lambda gives them to a function.
func (w wire) records(ctx context.Context, p position) ([]json.RawMessage, error) {
	last, ok := new(big.Int).SetString(p.Last, 10)
	if !ok {
		return nil, fmt.Errorf("%q is no sequence number", p.Last)
	}
	var at struct{ ShardIterator string }
	err := w.call(ctx, "streams.dynamodb", "DynamoDBStreams_20120810.GetShardIterator", map[string]any{"StreamArn": p.Stream, "ShardId": p.ShardID,
		"ShardIteratorType": "AT_SEQUENCE_NUMBER", "SequenceNumber": p.First}, &at)
	var refusal *refusal
	if errors.As(err, &refusal) && (refusal.kind == "TrimmedDataAccessException" || refusal.kind == "ResourceNotFoundException") {
		return nil, errGone
	}
	if err != nil {
		return nil, err
	}
	var all []json.RawMessage
	for at.ShardIterator != "" {
		var page struct {
			Records           []json.RawMessage
			NextShardIterator string
		}
		if err := w.call(ctx, "streams.dynamodb", "DynamoDBStreams_20120810.GetRecords", map[string]any{"ShardIterator": at.ShardIterator}, &page); err != nil {
			return nil, err
		}
		for _, raw := range page.Records {
			var r struct {
				Dynamodb struct{ SequenceNumber string } `json:"dynamodb"`
			}
			if err := json.Unmarshal(raw, &r); err != nil {
				return nil, fmt.Errorf("record of the stream: %w", err)
			}
			n, ok := new(big.Int).SetString(r.Dynamodb.SequenceNumber, 10)
			if !ok || n.Cmp(last) > 0 {
				return all, nil
			}
			if len(all) == 0 && r.Dynamodb.SequenceNumber != p.First {
				return nil, errGone
			}
			with, err := withSource(raw, p.Stream)
			if err != nil {
				return nil, err
			}
			all = append(all, with)
			if n.Cmp(last) == 0 {
				return all, nil
			}
		}
		at.ShardIterator = page.NextShardIterator
	}
	if len(all) == 0 {
		return nil, errGone
	}
	return all, nil
}

// withSource adds what Lambda adds to a record: the stream that it is of.
func withSource(raw json.RawMessage, stream string) (json.RawMessage, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(raw, &fields); err != nil {
		return nil, fmt.Errorf("record of the stream: %w", err)
	}
	source, err := json.Marshal(stream)
	if err != nil {
		return nil, err
	}
	fields["eventSourceARN"] = source
	return json.Marshal(fields)
}
