package dynamo

import (
	"bytes"
	"crypto/md5"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"go.etcd.io/bbolt"
)

// StreamRecord is a change of an item, as the record of a stream.
type StreamRecord struct {
	EventID, EventName, SequenceNumber string // EventName: INSERT, MODIFY or REMOVE
	Created                            time.Time
	SizeBytes                          int
	ViewType                           string
	Keys, NewImage, OldImage           json.RawMessage // DynamoDB JSON maps; nil where absent
	UserIdentity                       *UserIdentity   // nil but for items that expired
}

// UserIdentity names who changed an item, if it was not a caller: the service, when the item's time to live was over.
type UserIdentity struct {
	PrincipalID string `json:"principalId"`
	Type        string `json:"type"`
}

// retention is how long the records of a stream are kept.
const retention = 24 * time.Hour

// sequenceBase makes sequence numbers 21 digits long, as DynamoDB's are at least, so that they sort as text as well.
const sequenceBase = "1"

func sequenceNumber(n uint64) string { return sequenceBase + fmt.Sprintf("%020d", n) }

func parseSequence(s string) (uint64, bool) {
	if len(s) != 21 || s[:1] != sequenceBase {
		return 0, false
	}
	n, err := strconv.ParseUint(s[1:], 10, 64)
	return n, err == nil
}

// shardIDs name the shards of a table's stream, in the form of DynamoDB's.
func (t *table) shardIDs() []string {
	ids := make([]string, len(t.streams))
	for i := range ids {
		ids[i] = fmt.Sprintf("shardId-%020d-%08x", t.Created, i)
	}
	return ids
}

func (t *table) shardBucket(id string) []byte {
	for i, have := range t.shardIDs() {
		if have == id {
			return t.streams[i]
		}
	}
	return nil
}

// A record on disk: created (Unix milliseconds), flags, then keys, new and old image, each as its length and an item. The
// keys are only there if neither image is.
const flagExpired = 1

// record writes the record of a change. All changes of an item go to one shard, chosen by its partition key.
func (w *writeTx) record(t *table, key, old, now []byte, expired bool) {
	shard := int(binary.BigEndian.Uint16(key)) * len(t.streams) / slots
	b := w.tx.Bucket(t.streams[shard])
	b.FillPercent = 1 // keys only grow
	n, err := b.NextSequence()
	if err != nil {
		w.failed = err
		return
	}
	keepNew := t.view == "NEW_IMAGE" || t.view == "NEW_AND_OLD_IMAGES"
	keepOld := t.view == "OLD_IMAGE" || t.view == "NEW_AND_OLD_IMAGES"
	var keys []byte
	if !(keepNew && now != nil) && !(keepOld && old != nil) { // no image to take the keys from
		image := now
		if image == nil {
			image = old
		}
		keys = encodeItem(t.keys.ofEncoded(image))
	}
	rec := binary.AppendUvarint(make([]byte, 0, len(keys)+len(old)+len(now)+24), uint64(w.db.o.Stamp().UnixMilli()))
	flags := byte(0)
	if expired {
		flags = flagExpired
	}
	switch { // the kind of event is kept apart from the images, which the view may leave out
	case old == nil:
		flags |= 1 << 1
	case now == nil:
		flags |= 2 << 1
	}
	rec = append(rec, flags)
	for _, x := range []struct {
		enc  []byte
		keep bool
	}{{keys, true}, {now, keepNew}, {old, keepOld}} {
		if !x.keep {
			x.enc = nil
		}
		rec = binary.AppendUvarint(rec, uint64(len(x.enc)))
		rec = append(rec, x.enc...)
	}
	w.put(t.streams[shard], binary.BigEndian.AppendUint64(make([]byte, 0, 8), n), rec)
}

func (t *table) decodeRecord(shard, key, rec []byte) StreamRecord {
	r := itemReader{buf: rec}
	created := r.uvarint()
	flags := rec[r.pos]
	r.pos++
	n := binary.BigEndian.Uint64(key)
	sum := md5.Sum(append(append([]byte(nil), shard...), key...))
	out := StreamRecord{
		EventID: hex.EncodeToString(sum[:]), EventName: [...]string{"MODIFY", "INSERT", "REMOVE"}[flags>>1],
		SequenceNumber: sequenceNumber(n), Created: time.UnixMilli(int64(created)), ViewType: t.view,
	}
	for _, dst := range []*json.RawMessage{&out.Keys, &out.NewImage, &out.OldImage} {
		enc := []byte(r.text())
		if len(enc) == 0 {
			continue
		}
		if dst != &out.Keys && out.Keys == nil {
			out.Keys = appendAttrsJSON(nil, t.keys.ofEncoded(enc))
			out.SizeBytes += itemSize(t.keys.ofEncoded(enc))
		}
		*dst = appendItemJSON(make([]byte, 0, 2*len(enc)), enc, nil)
		out.SizeBytes += encodedSize(enc)
	}
	if flags&flagExpired != 0 {
		out.UserIdentity = &UserIdentity{PrincipalID: "dynamodb.amazonaws.com", Type: "Service"}
	}
	return out
}

// StreamShards lists the shards of a table's stream.
func (db *DB) StreamShards(table string) ([]string, error) {
	t, err := db.streamed(table)
	if err != nil {
		return nil, err
	}
	return t.shardIDs(), nil
}

func (db *DB) streamed(table string) (*table, error) {
	t, err := db.table(&table)
	if err != nil {
		return nil, fmt.Errorf("table %s: %w", table, err)
	}
	if t.view == "" {
		return nil, fmt.Errorf("table %s has no stream", table)
	}
	return t, nil
}

// ReadStream reads up to limit records of a shard behind a sequence number, oldest first; afterSequence "" starts with the
// oldest record that is kept. Records are kept for 24 hours.
func (db *DB) ReadStream(table, shard, afterSequence string, limit int) ([]StreamRecord, error) {
	t, err := db.streamed(table)
	if err != nil {
		return nil, err
	}
	bucket := t.shardBucket(shard)
	if bucket == nil {
		return nil, fmt.Errorf("table %s has no shard %s", table, shard)
	}
	from := uint64(0)
	if afterSequence != "" {
		n, ok := parseSequence(afterSequence)
		if !ok {
			return nil, fmt.Errorf("%q is not a sequence number", afterSequence)
		}
		from = n + 1
	}
	var out []StreamRecord
	if err := db.view(func(tx *bbolt.Tx) *APIError {
		out, _ = t.readRecords(tx, bucket, from, limit, int(^uint(0)>>1), db.now())
		return nil
	}, t); err != nil {
		return nil, err
	}
	return out, nil
}

// readRecords reads records up to a number and a size in bytes of JSON; next is the sequence to go on with.
func (t *table) readRecords(tx *bbolt.Tx, bucket []byte, from uint64, limit, maxBytes int, now time.Time) (out []StreamRecord, next uint64) {
	oldest := now.Add(-retention).UnixMilli()
	size := 0
	c := tx.Bucket(bucket).Cursor()
	for k, v := c.Seek(binary.BigEndian.AppendUint64(nil, from)); k != nil && len(out) < limit && size < maxBytes; k, v = c.Next() {
		from = binary.BigEndian.Uint64(k) + 1
		if created, _ := binary.Uvarint(v); int64(created) < oldest {
			continue
		}
		rec := t.decodeRecord(bucket, k, v)
		size += len(rec.Keys) + len(rec.NewImage) + len(rec.OldImage)
		out = append(out, rec)
	}
	return out, from
}

// StreamChanged gives a channel that is closed at the next write to the table's stream. Get it before reading, and wait
// when there was nothing to read. A table without a stream never changes.
func (db *DB) StreamChanged(table string) <-chan struct{} {
	t, err := db.streamed(table)
	if err != nil {
		return nil
	}
	return t.news.wait()
}

// trim removes records that are older than the retention, some at a time; more says that there are others.
func (w *writeTx) trim(t *table) (more bool) {
	oldest := w.now - retention.Milliseconds()
	for _, bucket := range t.streams {
		c := w.tx.Bucket(bucket).Cursor()
		var keys [][]byte
		for k, v := c.First(); k != nil; k, v = c.Next() {
			if created, _ := binary.Uvarint(v); int64(created) >= oldest {
				break
			}
			if len(keys) == sweepStep {
				more = true
				break
			}
			keys = append(keys, bytes.Clone(k))
		}
		for _, k := range keys {
			w.del(bucket, k)
		}
	}
	return more
}
