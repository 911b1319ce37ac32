// Package dynamo is DynamoDB and DynamoDB Streams for the laptop: a general engine behind their real wire protocol,
// with the data of all tables in one file.
//
// What it answers — items, errors and their texts, limits, capacity units — is meant to be what the service answers. It
// differs where a laptop has to: reads are always consistent, tables are ready at once, throughput has no limit, nothing
// is signed, and there is no PartiQL, no local index, no UpdateTable and no backup; asked for, they are refused by name.
package dynamo

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

// Options are the settings of a DB; the zero value is useful. The hooks are called from many goroutines at once.
type Options struct {
	Now          func() time.Time               // nil: time.Now
	Stamp        func() time.Time               // what streams' records say of when they were made; nil: Now
	StreamShards int                            // shards of the streams of tables that are created from now on; 0: 1
	Unstreamed   bool                           // writes leave no record in the streams: for filling a table that something is to be measured on
	Before       func(call Call) error          // called before the work; its *APIError is the answer, any other error an InternalServerError
	After        func(call Call) error          // called after the work, before the reply is written; an error loses the reply: the connection is closed; not called if Before refused
	Meter        func(call Call, used Consumed) // called once per request and table, also for requests that failed or were refused
}

// Call is one request to one table. Requests to several tables are several calls; Table is "" where there is none.
type Call struct{ Caller, Operation, Table string } // Caller: access key id of the Authorization header

// Consumed is what a call used: capacity units, and items (or stream records) read or written.
type Consumed struct {
	ReadUnits, WriteUnits float64
	Items                 int
}

// DB is an open data file. It is an http.Handler for both services.
type DB struct {
	o    Options
	bolt *bbolt.DB
	now  func() time.Time

	mu     sync.RWMutex
	tables map[string]*table

	ops    chan *op
	quit   chan struct{}
	done   sync.WaitGroup
	wrote  chan struct{} // closed when the writer has stopped
	dirty  chan struct{} // holds one element while there are commits that are not synced
	tokens tokens        // of transactions, in the hands of the writer

	closing sync.Once
}

var (
	bucketTables = []byte("tables") // name → schema as JSON
	bucketStats  = []byte("stats")  // table's ID → counts
	bucketTokens = []byte("tokens") // of transactions, in the order of time
)

// Open opens or creates a data file. A file that is broken or held by another process is an error that says so.
func Open(path string, o Options) (*DB, error) {
	if err := checkFile(path); err != nil {
		return nil, err
	}
	bolt, err := openBolt(path)
	switch {
	case errors.Is(err, berrors.ErrTimeout):
		return nil, fmt.Errorf("data file %s is held by another process", path)
	case errors.Is(err, berrors.ErrInvalid), errors.Is(err, berrors.ErrVersionMismatch), errors.Is(err, berrors.ErrChecksum), errors.Is(err, errBroken):
		return nil, fmt.Errorf("data file %s is broken (%w); move it away to start afresh", path, err)
	case err != nil:
		return nil, fmt.Errorf("opening the data file: %w", err)
	}
	db := &DB{o: o, bolt: bolt, now: o.Now, tables: map[string]*table{}, ops: make(chan *op, 64), quit: make(chan struct{}), wrote: make(chan struct{}), dirty: make(chan struct{}, 1)}
	if db.now == nil {
		db.now = time.Now
	}
	if db.o.Stamp == nil {
		db.o.Stamp = db.now
	}
	if err := db.load(); err != nil {
		bolt.Close()
		return nil, fmt.Errorf("data file %s is broken (%w); move it away to start afresh", path, err)
	}
	db.done.Add(3)
	go db.write()
	go db.sync()
	go db.sweep()
	return db, nil
}

var errBroken = errors.New("pages are missing or damaged")

// mapped is the address space reserved for the file, so that growing it seldom has to wait for readers. It costs no memory.
const mapped = 8 << 30

// openBolt opens the file without syncing each commit. A killed process loses nothing by that: what a commit wrote is in
// the kernel's hands, pages in use are never overwritten, and the page that makes a commit valid is written last and in
// one piece. Only a power failure or a crash of the kernel can cost the last second's writes, or, because the disk may
// have stored that page before the others, the file. The laptop's data can be made again; its speed matters more.
func openBolt(path string) (bolt *bbolt.DB, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", errBroken, p)
		}
	}()
	o := &bbolt.Options{Timeout: time.Second, NoSync: true, NoGrowSync: true, NoFreelistSync: true, NoStatistics: true, FreelistType: bbolt.FreelistMapType}
	if runtime.GOOS != "windows" { // there the file would be made as large
		o.InitialMmapSize = mapped
	}
	return bbolt.Open(path, 0o600, o)
}

// load reads the tables and the tokens into memory.
func (db *DB) load() error {
	err := db.bolt.Update(func(tx *bbolt.Tx) error {
		for _, name := range [][]byte{bucketTables, bucketStats, bucketTokens} {
			if _, err := tx.CreateBucketIfNotExists(name); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return db.bolt.View(func(tx *bbolt.Tx) error {
		err := tx.Bucket(bucketTables).ForEach(func(name, doc []byte) error {
			s := &schema{}
			if err := json.Unmarshal(doc, s); err != nil {
				return fmt.Errorf("table %s: %w", name, err)
			}
			t := newTable(s)
			for _, b := range t.buckets() {
				if tx.Bucket(b) == nil {
					return fmt.Errorf("table %s: %s is missing", name, b)
				}
			}
			t.stats.read(tx.Bucket(bucketStats).Get(t.bucket))
			db.tables[string(name)] = t
			return nil
		})
		if err != nil {
			return err
		}
		return db.tokens.load(tx.Bucket(bucketTokens))
	})
}

// Close finishes the writes that were accepted, syncs, and closes the file. Requests after it are refused.
func (db *DB) Close() (err error) {
	db.closing.Do(func() {
		close(db.quit)
		db.done.Wait()
		db.bolt.NoFreelistSync = false // with the list of free pages in it the file opens faster
		if e := db.bolt.Update(func(tx *bbolt.Tx) error { return tx.Bucket(bucketStats).Put([]byte("closed"), []byte{1}) }); e != nil {
			err = fmt.Errorf("closing the data file: %w", e)
		}
		if e := db.bolt.Sync(); e != nil && err == nil {
			err = fmt.Errorf("closing the data file: %w", e)
		}
		if e := db.bolt.Close(); e != nil && err == nil {
			err = fmt.Errorf("closing the data file: %w", e)
		}
	})
	return err
}

// sync brings the commits to the disk about once a second; on a slow disk it rests as long as it worked.
func (db *DB) sync() {
	defer db.done.Done()
	rest := time.Second
	for {
		select {
		case <-db.quit:
			return
		case <-time.After(rest):
		}
		select {
		case <-db.dirty:
		default:
			continue
		}
		start := time.Now()
		if err := db.bolt.Sync(); err != nil {
			fmt.Fprintln(os.Stderr, "dynamo: syncing the data file:", err)
		}
		rest = max(time.Second, time.Since(start))
	}
}

// table finds a table by its name or ARN.
func (db *DB) table(name *string) (*table, *APIError) {
	if err := checkTableName(name, 1); err != nil {
		return nil, err
	}
	db.mu.RLock()
	t := db.tables[tableName(*name)]
	db.mu.RUnlock()
	if t == nil {
		return nil, notFound("Requested resource not found")
	}
	return t, nil
}

// view runs f on a snapshot of the data, after making sure that the tables are in it; writers do not wait for it, nor it
// for them. What f reads is gone after it.
func (db *DB) view(f func(tx *bbolt.Tx) *APIError, tables ...*table) *APIError {
	tx, err := db.bolt.Begin(false)
	if err != nil {
		return internal(err)
	}
	defer tx.Rollback()
	for _, t := range tables {
		if tx.Bucket(t.bucket) == nil { // deleted since it was looked up
			return notFound("Requested resource not found")
		}
	}
	return f(tx)
}

func internal(err error) *APIError {
	return &APIError{Code: "InternalServerError", Message: "The laptop's DynamoDB failed: " + err.Error()}
}
