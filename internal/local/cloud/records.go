package cloud

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"strconv"
	"time"

	"onetap/internal/local/cloud/pattern"
)

// Streams is what stream mappings read. *dynamo.DB has it, in its own record type.
type Streams interface {
	// StreamShards lists the shards of a table's stream.
	StreamShards(table string) ([]string, error)
	// ReadStream gives up to limit records after a sequence number; "" begins with the oldest that is kept. No records
	// and no error means that there are none yet.
	ReadStream(table, shard, after string, limit int) ([]Record, error)
	// StreamChanged is closed at the next write to the table.
	StreamChanged(table string) <-chan struct{}
}

// Record is one record of a table's stream; keys and images are DynamoDB JSON, nil where absent.
type Record struct {
	EventID, EventName, SequenceNumber string
	Created                            time.Time
	SizeBytes                          int
	ViewType                           string
	Keys, NewImage, OldImage           json.RawMessage
	UserIdentity                       json.RawMessage // set where TTL deleted the item
}

// matches says whether a mapping with these filters wants the record. No filters want every record.
func matches(filters []*pattern.Pattern, r Record) bool {
	if len(filters) == 0 {
		return true
	}
	stream := map[string]any{"SequenceNumber": r.SequenceNumber, "StreamViewType": r.ViewType}
	event := map[string]any{"eventName": r.EventName, "eventSource": "aws:dynamodb", "eventVersion": "1.1", "dynamodb": stream}
	// Keys are looked at by nearly every filter and images by few: those are decoded when a filter asks.
	var keys any
	if d := json.NewDecoder(bytes.NewReader(r.Keys)); r.Keys != nil {
		d.UseNumber()
		if d.Decode(&keys) == nil {
			stream["Keys"] = keys
		}
	}
	if r.NewImage != nil {
		stream["NewImage"] = r.NewImage
	}
	if r.OldImage != nil {
		stream["OldImage"] = r.OldImage
	}
	if r.UserIdentity != nil {
		event["userIdentity"] = r.UserIdentity
	}
	for _, f := range filters {
		if f.MatchValue(event) {
			return true
		}
	}
	return false
}

// appendRecord writes a record as Lambda gives it to a function.
func appendRecord(b []byte, r Record, region, streamARN string) []byte {
	b = append(b, `{"eventID":`...)
	b = strconv.AppendQuote(b, r.EventID)
	b = append(b, `,"eventName":`...)
	b = strconv.AppendQuote(b, r.EventName)
	b = append(b, `,"eventVersion":"1.1","eventSource":"aws:dynamodb","awsRegion":`...)
	b = strconv.AppendQuote(b, region)
	if r.UserIdentity != nil {
		b = append(append(b, `,"userIdentity":`...), r.UserIdentity...)
	}
	b = append(b, `,"dynamodb":{"ApproximateCreationDateTime":`...)
	b = strconv.AppendInt(b, r.Created.Unix(), 10)
	for _, image := range []struct {
		name string
		raw  json.RawMessage
	}{{"Keys", r.Keys}, {"NewImage", r.NewImage}, {"OldImage", r.OldImage}} {
		if image.raw != nil {
			b = append(b, `,"`...)
			b = append(append(b, image.name...), `":`...)
			b = append(b, image.raw...)
		}
	}
	b = append(b, `,"SequenceNumber":`...)
	b = strconv.AppendQuote(b, r.SequenceNumber)
	b = append(b, `,"SizeBytes":`...)
	b = strconv.AppendInt(b, int64(r.SizeBytes), 10)
	b = append(b, `,"StreamViewType":`...)
	b = strconv.AppendQuote(b, r.ViewType)
	b = append(b, `},"eventSourceARN":`...)
	b = strconv.AppendQuote(b, streamARN)
	return append(b, '}')
}

// shuffle mixes records of different keys and keeps the order within each key, as a stream may deliver them.
func shuffle(records []Record, seed uint64) []Record {
	rng := rand.New(rand.NewPCG(seed, seed))
	byKey := map[string][]Record{}
	var keys []string
	for _, r := range records {
		key := string(r.Keys)
		byKey[key] = append(byKey[key], r)
		keys = append(keys, key)
	}
	rng.Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
	out := make([]Record, 0, len(records))
	for _, key := range keys {
		out = append(out, byKey[key][0])
		byKey[key] = byKey[key][1:]
	}
	return out
}
