package dynamo

import (
	"bytes"
	"encoding/binary"
	"time"
)

// sweepStep bounds what the sweep does in one operation of the writer, so that others do not wait long.
const sweepStep = 500

// sweepEvery is how often expired items and old stream records are looked for. DynamoDB takes up to some days.
const sweepEvery = 10 * time.Second

// maxExpired: items whose time was more than five years ago are taken for a mistake and stay.
const maxExpired = 5 * 365 * 24 * 60 * 60

func (db *DB) sweep() {
	defer db.done.Done()
	for {
		select {
		case <-db.quit:
			return
		case <-time.After(sweepEvery):
			db.ExpireNow()
			db.trimStreams()
		}
	}
}

// ExpireNow deletes the items whose time to live is over and says how many. A background task does so every few seconds.
func (db *DB) ExpireNow() (deleted int, err error) {
	for _, t := range db.allTables() {
		for t.ttl != "" {
			n := 0
			if e := db.update(func(w *writeTx) *APIError { n = w.expire(t); return nil }); e != nil {
				return deleted, e
			}
			deleted += n
			if n < sweepStep {
				break
			}
		}
	}
	return deleted, nil
}

// expire deletes up to sweepStep expired items of a table.
func (w *writeTx) expire(t *table) (n int) {
	t, err := w.current(t)
	if err != nil || t.ttl == "" {
		return 0
	}
	now := w.now / 1000
	from := binary.BigEndian.AppendUint64(nil, uint64(max(now-maxExpired, 0)))
	c := w.tx.Bucket(t.expiry).Cursor()
	var keys [][]byte
	for k, _ := c.Seek(from); k != nil && len(keys) < sweepStep; k, _ = c.Next() {
		if int64(binary.BigEndian.Uint64(k)) >= now {
			break
		}
		keys = append(keys, bytes.Clone(k[8:]))
	}
	for _, key := range keys {
		w.replace(t, key, w.get(t, key), nil, true)
	}
	return len(keys)
}

// trimStreams removes stream records that are older than the retention.
func (db *DB) trimStreams() {
	for _, t := range db.allTables() {
		for more := len(t.streams) > 0; more; {
			more = false
			if db.update(func(w *writeTx) *APIError {
				if now, err := w.current(t); err == nil {
					more = w.trim(now)
				}
				return nil
			}) != nil {
				return
			}
		}
	}
}

func describeTimeToLive(q *request) ([]byte, *APIError) {
	var in struct{ TableName *string }
	if err := q.control(&in); err != nil {
		return nil, err
	}
	t, err := q.db.table(in.TableName)
	if err != nil {
		return nil, named(err, in.TableName)
	}
	if err := q.begin(t.TableName); err != nil {
		return nil, err
	}
	d := map[string]string{"TimeToLiveStatus": "DISABLED"}
	if t.ttl != "" {
		d = map[string]string{"TimeToLiveStatus": "ENABLED", "AttributeName": t.ttl}
	}
	return document(map[string]any{"TimeToLiveDescription": d})
}

func updateTimeToLive(q *request) ([]byte, *APIError) {
	var in struct {
		TableName               *string
		TimeToLiveSpecification *struct {
			AttributeName string
			Enabled       *bool
		}
	}
	if err := q.control(&in); err != nil {
		return nil, err
	}
	s := in.TimeToLiveSpecification
	switch {
	case s == nil:
		return nil, constraint("null", "timeToLiveSpecification", "Member must not be null")
	case s.Enabled == nil:
		return nil, constraint("null", "timeToLiveSpecification.enabled", "Member must not be null")
	case s.AttributeName == "" || len(s.AttributeName) > 255:
		return nil, constraint(s.AttributeName, "timeToLiveSpecification.attributeName", "Member must have length between 1 and 255")
	}
	t, err := q.db.table(in.TableName)
	if err != nil {
		return nil, named(err, in.TableName)
	}
	if err := q.begin(t.TableName); err != nil {
		return nil, err
	}
	spec := ttlSpecification{s.AttributeName, *s.Enabled}
	switch {
	case spec.Enabled && t.ttl != "":
		return nil, invalid("TimeToLive is already enabled")
	case !spec.Enabled && t.ttl == "":
		return nil, invalid("TimeToLive is already disabled")
	case !spec.Enabled && t.ttl != spec.AttributeName:
		return nil, invalid("TimeToLive is active on a different AttributeName: current AttributeName is %s", t.ttl)
	}
	if err := q.db.setTTL(t, spec); err != nil {
		return nil, err
	}
	return document(map[string]any{"TimeToLiveSpecification": spec})
}

// setTTL changes a table's time to live. Enabling it goes through the items that are there, in steps; writes that come
// in between know the new attribute already.
func (db *DB) setTTL(t *table, spec ttlSpecification) *APIError {
	err := db.update(func(w *writeTx) *APIError {
		now, err := w.amend(t, func(s *schema) { s.TimeToLiveSpecification = &spec })
		if err != nil {
			return err
		}
		if err := w.tx.DeleteBucket(now.expiry); err != nil {
			w.failed = err
		} else if _, err := w.tx.CreateBucket(now.expiry); err != nil {
			w.failed = err
		}
		return nil
	})
	if err != nil || !spec.Enabled {
		return err
	}
	for from := []byte{}; from != nil; {
		err := db.update(func(w *writeTx) *APIError {
			now, err := w.current(t)
			if err != nil {
				return err
			}
			from = w.indexExpiry(now, from)
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// indexExpiry notes when the next items expire and gives the key to go on with, nil at the end.
func (w *writeTx) indexExpiry(t *table, from []byte) []byte {
	c := w.tx.Bucket(t.bucket).Cursor()
	n := 0
	for k, v := c.Seek(from); k != nil; k, v = c.Next() {
		if n++; n > sweepStep {
			return bytes.Clone(k)
		}
		if at, ok := t.expirySeconds(v); ok {
			w.put(t.expiry, expiryKey(at, k), nil)
		}
	}
	return nil
}

// amend changes a table's schema in what its buckets do not depend on.
func (w *writeTx) amend(t *table, change func(s *schema)) (*table, *APIError) {
	now, err := w.current(t)
	if err != nil {
		return nil, err
	}
	s := *now.schema
	change(&s)
	next := newTable(&s)
	next.stats, next.news = now.stats, now.news
	if err := w.saveSchema(next); err != nil {
		return nil, err
	}
	w.swap(next.TableName, next)
	return next, nil
}

// swap puts a table in the place of the one of its name, or takes it away, at once for the operations behind this one in
// the group; it is taken back if the group fails. An amended table has the same buckets, so nobody minds which of the two
// it sees; readers that still know one that is gone find its buckets gone.
func (w *writeTx) swap(name string, t *table) {
	set := func(t *table) {
		w.db.mu.Lock()
		defer w.db.mu.Unlock()
		if t == nil {
			delete(w.db.tables, name)
			return
		}
		w.db.tables[name] = t
	}
	w.db.mu.RLock()
	before := w.db.tables[name]
	w.db.mu.RUnlock()
	set(t)
	w.back = append(w.back, func() { set(before) })
}

// named is a table's absence with its name, as the operations on tables report it.
func named(err *APIError, table *string) *APIError {
	if err.Code == "ResourceNotFoundException" {
		return notFound("Requested resource not found: Table: %s not found", tableName(*table))
	}
	return err
}
