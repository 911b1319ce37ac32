package dynamo

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"go.etcd.io/bbolt"
)

// op is a piece of work for the writer. Everything that changes data goes through one goroutine, which carries out what
// has come in meanwhile in one transaction of the file: the more there is to do, the less a single write costs.
type op struct {
	run  func(w *writeTx) *APIError // decides first and writes last: when it fails it must not have written
	err  *APIError
	done chan struct{}
}

// maxGroup bounds the work of one commit, so that the first to come does not wait too long for it.
const maxGroup = 256

var errClosed = &APIError{Code: "InternalServerError", Message: "The laptop's DynamoDB is shut down"}

// update has the writer run f and waits until what it wrote is committed.
func (db *DB) update(f func(w *writeTx) *APIError) *APIError {
	o := &op{run: f, done: make(chan struct{})}
	select {
	case db.ops <- o:
	case <-db.quit:
		return errClosed
	}
	select {
	case <-o.done:
		return o.err
	case <-db.quit:
	}
	// The writer finishes what it has taken up before it stops; what it has not is given up here.
	<-db.wrote
	select {
	case <-o.done:
		return o.err
	default:
		return errClosed
	}
}

func (db *DB) write() {
	defer db.done.Done()
	defer close(db.wrote)
	for {
		select {
		case o := <-db.ops:
			db.commit(o)
		case <-db.quit:
			for {
				select {
				case o := <-db.ops:
					db.commit(o)
				default:
					return
				}
			}
		}
	}
}

// commit runs the operation and those that are waiting, and commits them together.
func (db *DB) commit(first *op) {
	group := make([]*op, 0, 16)
	group = append(group, first)
	w := &writeTx{db: db, now: db.now().UnixMilli()}
	err := db.bolt.Update(func(tx *bbolt.Tx) (err error) {
		w.tx = tx
		defer func() {
			if p := recover(); p != nil {
				err = fmt.Errorf("panic: %v", p)
			}
		}()
		for i := 0; i < len(group); i++ {
			group[i].err = group[i].run(w)
			if w.failed != nil {
				return w.failed
			}
			if len(group) == maxGroup {
				break
			}
			select {
			case o := <-db.ops:
				group = append(group, o)
			default:
			}
		}
		if !w.wrote {
			return errNothing
		}
		return w.finish()
	})
	if err == nil {
		w.publish()
		select {
		case db.dirty <- struct{}{}:
		default:
		}
	} else {
		w.undo()
	}
	for _, o := range group {
		if err != nil && !errors.Is(err, errNothing) {
			o.err = internal(err)
		}
		close(o.done)
	}
}

// errNothing rolls back a transaction in which nothing was written, which is cheaper than committing it.
var errNothing = errors.New("nothing was written")

// writeTx is the transaction of one group of operations.
type writeTx struct {
	db     *DB
	tx     *bbolt.Tx
	now    int64 // Unix milliseconds
	wrote  bool
	failed error // the file could not be changed: all of the group is given up
	deltas []*delta
	after  []func() // to do when the commit is done
	back   []func() // to do when it failed: takes back what operations changed in memory, the last first
}

// delta is how the group changes the counts of a table.
type delta struct {
	t            *table
	items, bytes int64
	indexItems   []int64
	news         bool
}

func (w *writeTx) delta(t *table) *delta {
	for _, d := range w.deltas {
		if d.t.stats == t.stats {
			return d
		}
	}
	d := &delta{t: t, indexItems: make([]int64, len(t.indexes))}
	w.deltas = append(w.deltas, d)
	return d
}

func (w *writeTx) put(bucket, key, val []byte) {
	w.wrote = true
	if err := w.tx.Bucket(bucket).Put(key, val); err != nil && w.failed == nil {
		w.failed = err
	}
}

func (w *writeTx) del(bucket, key []byte) {
	w.wrote = true
	if err := w.tx.Bucket(bucket).Delete(key); err != nil && w.failed == nil {
		w.failed = err
	}
}

// current gives the table as it is now in the writer's eyes; the request looked it up some time ago.
func (w *writeTx) current(t *table) (*table, *APIError) {
	w.db.mu.RLock()
	now := w.db.tables[t.TableName]
	w.db.mu.RUnlock()
	if now == nil || now.ID != t.ID {
		return nil, notFound("Requested resource not found")
	}
	return now, nil
}

// finish writes the counts that the group changed.
func (w *writeTx) finish() error {
	b := w.tx.Bucket(bucketStats)
	for _, d := range w.deltas {
		s := d.t.stats
		doc := binary.AppendVarint(nil, s.items.Load()+d.items)
		doc = binary.AppendVarint(doc, s.bytes.Load()+d.bytes)
		for i := range s.indexItems {
			doc = binary.AppendVarint(doc, s.indexItems[i].Load()+d.indexItems[i])
		}
		if err := b.Put(d.t.bucket, doc); err != nil {
			return err
		}
	}
	return w.failed
}

// publish makes known what was committed.
func (w *writeTx) publish() {
	for _, f := range w.after {
		f()
	}
	for _, d := range w.deltas {
		d.t.stats.items.Add(d.items)
		d.t.stats.bytes.Add(d.bytes)
		for i := range d.indexItems {
			d.t.stats.indexItems[i].Add(d.indexItems[i])
		}
		if d.news {
			d.t.news.tell()
		}
	}
}

func (w *writeTx) undo() {
	for _, f := range slices.Backward(w.back) {
		f()
	}
}

func (s *stats) read(doc []byte) {
	next := func() int64 {
		n, k := binary.Varint(doc)
		doc = doc[max(k, 0):]
		return n
	}
	s.items.Store(next())
	s.bytes.Store(next())
	for i := range s.indexItems {
		s.indexItems[i].Store(next())
	}
}

// saveSchema writes a table's schema.
func (w *writeTx) saveSchema(t *table) *APIError {
	doc, err := json.Marshal(t.schema)
	if err != nil {
		return internal(err)
	}
	w.put(bucketTables, []byte(t.TableName), doc)
	return nil
}
