package dynamo

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.etcd.io/bbolt"
)

// Limits of Streams' operations, from its reference.
const (
	maxRecords       = 1000
	maxRecordBytes   = 1 << 20
	iteratorLife     = 15 * time.Minute
	streamLabelForm  = "2006-01-02T15:04:05.000"
	maxStreamsListed = 100
)

func (t *table) streamLabel() string {
	return time.UnixMilli(t.Created).UTC().Format(streamLabelForm)
}

func (t *table) streamARN() string { return t.arn() + "/stream/" + t.streamLabel() }

// byStream finds the table of a stream's ARN.
func (db *DB) byStream(arn string) (*table, *APIError) {
	if arn == "" {
		return nil, constraint("null", "streamArn", "Member must not be null")
	}
	db.mu.RLock()
	t := db.tables[tableName(arn)]
	db.mu.RUnlock()
	if t == nil || t.view == "" || t.streamARN() != arn {
		return nil, notFound("Requested resource not found: Stream: %s not found", arn)
	}
	return t, nil
}

// control reads a request of an operation that is not called often into a struct.
func (q *request) control(into any) *APIError {
	if err := json.Unmarshal(q.buf, into); err != nil {
		return malformed("The request is not of the operation's form: " + err.Error())
	}
	return nil
}

func document(v any) ([]byte, *APIError) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, internal(err)
	}
	return b, nil
}

func listStreams(q *request) ([]byte, *APIError) {
	var in struct {
		TableName, ExclusiveStartStreamArn string
		Limit                              *int
	}
	if err := q.control(&in); err != nil {
		return nil, err
	}
	limit := maxStreamsListed
	if in.Limit != nil {
		if limit = *in.Limit; limit < 1 || limit > maxStreamsListed {
			return nil, constraint(strconv.Itoa(limit), "limit", "Member must have value between 1 and 100")
		}
	}
	if err := q.begin(in.TableName); err != nil {
		return nil, err
	}
	type stream struct{ StreamArn, StreamLabel, TableName string }
	out := struct {
		Streams                []stream
		LastEvaluatedStreamArn string `json:",omitempty"`
	}{Streams: []stream{}}
	for _, t := range q.db.allTables() {
		if t.view == "" || in.TableName != "" && t.TableName != tableName(in.TableName) || t.streamARN() <= in.ExclusiveStartStreamArn {
			continue
		}
		if len(out.Streams) == limit {
			out.LastEvaluatedStreamArn = out.Streams[limit-1].StreamArn
			break
		}
		out.Streams = append(out.Streams, stream{t.streamARN(), t.streamLabel(), t.TableName})
	}
	return document(out)
}

// allTables lists the tables by name.
func (db *DB) allTables() []*table {
	db.mu.RLock()
	defer db.mu.RUnlock()
	all := make([]*table, 0, len(db.tables))
	for _, t := range db.tables {
		all = append(all, t)
	}
	slices.SortFunc(all, func(a, b *table) int { return strings.Compare(a.TableName, b.TableName) })
	return all
}

func describeStream(q *request) ([]byte, *APIError) {
	var in struct {
		StreamArn, ExclusiveStartShardId string
		Limit                            *int
	}
	if err := q.control(&in); err != nil {
		return nil, err
	}
	t, err := q.db.byStream(in.StreamArn)
	if err != nil {
		return nil, err
	}
	if err := q.begin(t.TableName); err != nil {
		return nil, err
	}
	type shard struct {
		ShardId             string
		SequenceNumberRange map[string]string
	}
	shards := []shard{}
	more := ""
	for _, id := range t.shardIDs() {
		if id <= in.ExclusiveStartShardId {
			continue
		}
		if in.Limit != nil && len(shards) == max(*in.Limit, 1) {
			more = shards[len(shards)-1].ShardId
			break
		}
		shards = append(shards, shard{id, map[string]string{"StartingSequenceNumber": sequenceNumber(1)}})
	}
	d := map[string]any{
		"StreamArn": in.StreamArn, "StreamLabel": t.streamLabel(), "StreamStatus": "ENABLED", "StreamViewType": t.view,
		"TableName": t.TableName, "KeySchema": t.KeySchema, "CreationRequestDateTime": seconds(t.Created), "Shards": shards,
	}
	if more != "" {
		d["LastEvaluatedShardId"] = more
	}
	return document(map[string]any{"StreamDescription": d})
}

// seconds is a time as the protocol writes it.
func seconds(ms int64) json.Number {
	return json.Number(strconv.FormatFloat(float64(ms)/1000, 'f', 3, 64))
}

// An iterator is a place in a shard and the time when it was given out, as base64 text.
func (t *table) iterator(shard []byte, from uint64, now time.Time) string {
	b := binary.BigEndian.AppendUint64(nil, t.ID)
	b = binary.BigEndian.AppendUint64(b, from)
	b = binary.BigEndian.AppendUint64(b, uint64(now.UnixMilli()))
	return t.streamARN() + "|1|" + base64.StdEncoding.EncodeToString(append(b, shard...))
}

func getShardIterator(q *request) ([]byte, *APIError) {
	var in struct{ StreamArn, ShardId, ShardIteratorType, SequenceNumber string }
	if err := q.control(&in); err != nil {
		return nil, err
	}
	t, err := q.db.byStream(in.StreamArn)
	if err != nil {
		return nil, err
	}
	bucket := t.shardBucket(in.ShardId)
	if bucket == nil {
		return nil, notFound("Requested resource not found: Shard does not exist")
	}
	if err := q.begin(t.TableName); err != nil {
		return nil, err
	}
	var from uint64
	switch in.ShardIteratorType {
	case "TRIM_HORIZON":
	case "LATEST":
		err = q.db.view(func(tx *bbolt.Tx) *APIError {
			from = tx.Bucket(bucket).Sequence() + 1
			return nil
		}, t)
	case "AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER":
		n, ok := parseSequence(in.SequenceNumber)
		if in.SequenceNumber == "" {
			return nil, invalid("The SequenceNumber parameter is required for the ShardIteratorType %s", in.ShardIteratorType)
		}
		if !ok {
			return nil, invalid("Invalid SequenceNumber: %s", in.SequenceNumber)
		}
		if from = n; in.ShardIteratorType == "AFTER_SEQUENCE_NUMBER" {
			from++
		}
		err = q.db.checkTrimmed(t, bucket, n)
	default:
		return nil, constraint(in.ShardIteratorType, "shardIteratorType", "Member must satisfy enum value set: [AFTER_SEQUENCE_NUMBER, LATEST, AT_SEQUENCE_NUMBER, TRIM_HORIZON]")
	}
	if err != nil {
		return nil, err
	}
	return document(map[string]string{"ShardIterator": t.iterator(bucket, from, q.db.now())})
}

// checkTrimmed refuses sequence numbers whose records are gone.
func (db *DB) checkTrimmed(t *table, bucket []byte, n uint64) *APIError {
	oldest := db.now().Add(-retention).UnixMilli()
	return db.view(func(tx *bbolt.Tx) *APIError {
		k, v := tx.Bucket(bucket).Cursor().Seek(binary.BigEndian.AppendUint64(nil, n))
		if k == nil {
			if n <= tx.Bucket(bucket).Sequence() {
				return errTrimmed
			}
			return nil
		}
		if created, _ := binary.Uvarint(v); binary.BigEndian.Uint64(k) != n || int64(created) < oldest {
			return errTrimmed
		}
		return nil
	}, t)
}

var errTrimmed = &APIError{Code: "TrimmedDataAccessException", Message: "The operation attempted to read past the oldest stream record in a shard."}

func getRecords(q *request) ([]byte, *APIError) {
	var in struct {
		ShardIterator string
		Limit         *int
	}
	if err := q.control(&in); err != nil {
		return nil, err
	}
	limit := maxRecords
	if in.Limit != nil {
		if limit = *in.Limit; limit < 1 || limit > maxRecords {
			return nil, constraint(strconv.Itoa(limit), "limit", "Member must have value between 1 and 1000")
		}
	}
	t, bucket, from, err := q.db.parseIterator(in.ShardIterator)
	if err != nil {
		return nil, err
	}
	if err := q.begin(t.TableName); err != nil {
		return nil, err
	}
	var records []StreamRecord
	var next uint64
	err = q.db.view(func(tx *bbolt.Tx) *APIError {
		records, next = t.readRecords(tx, bucket, from, limit, maxRecordBytes, q.db.now())
		return nil
	}, t)
	if err != nil {
		return nil, err
	}
	q.meter(t.TableName, 0, 0, len(records))
	out := recordsReply{Records: make([]wireRecord, 0, len(records)), NextShardIterator: t.iterator(bucket, next, q.db.now())}
	for _, r := range records {
		out.Records = append(out.Records, r.wire())
	}
	return document(out)
}

type recordsReply struct {
	Records           []wireRecord
	NextShardIterator string
}

// wireRecord is a record as GetRecords gives it.
type wireRecord struct {
	EventID      string            `json:"eventID"`
	EventName    string            `json:"eventName"`
	EventVersion string            `json:"eventVersion"`
	EventSource  string            `json:"eventSource"`
	AWSRegion    string            `json:"awsRegion"`
	Data         wireChange        `json:"dynamodb"`
	UserIdentity map[string]string `json:"userIdentity,omitempty"`
}

type wireChange struct {
	ApproximateCreationDateTime int64
	Keys                        json.RawMessage
	NewImage                    json.RawMessage `json:",omitempty"`
	OldImage                    json.RawMessage `json:",omitempty"`
	SequenceNumber              string
	SizeBytes                   int
	StreamViewType              string
}

func (r StreamRecord) wire() wireRecord {
	rec := wireRecord{
		r.EventID, r.EventName, "1.1", "aws:dynamodb", region,
		wireChange{r.Created.Unix(), r.Keys, r.NewImage, r.OldImage, r.SequenceNumber, r.SizeBytes, r.ViewType},
		nil,
	}
	if r.UserIdentity != nil {
		rec.UserIdentity = map[string]string{"PrincipalId": r.UserIdentity.PrincipalID, "Type": r.UserIdentity.Type}
	}
	return rec
}

func (db *DB) parseIterator(it string) (t *table, bucket []byte, from uint64, err *APIError) {
	bad := invalid("Invalid ShardIterator")
	arn, rest, ok := strings.Cut(it, "|1|")
	b, e := base64.StdEncoding.DecodeString(rest)
	if !ok || e != nil || len(b) < 24 {
		return nil, nil, 0, bad
	}
	if t, err = db.byStream(arn); err != nil {
		return nil, nil, 0, err
	}
	id, given := binary.BigEndian.Uint64(b), time.UnixMilli(int64(binary.BigEndian.Uint64(b[16:])))
	i := slices.IndexFunc(t.streams, func(s []byte) bool { return string(s) == string(b[24:]) })
	if id != t.ID || i < 0 {
		return nil, nil, 0, bad
	}
	if db.now().Sub(given) > iteratorLife {
		return nil, nil, 0, &APIError{Code: "ExpiredIteratorException", Message: "Iterator expired. The iterator was created more than 15 minutes ago."}
	}
	return t, t.streams[i], binary.BigEndian.Uint64(b[8:]), nil
}
