package ses

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

var (
	bucketMessages   = []byte("messages")   // number → record
	bucketBatches    = []byte("batches")    // hash → batch as JSON
	bucketSuppressed = []byte("suppressed") // address in lower case → suppression as JSON
	bucketQuota      = []byte("quota")      // minute → recipients
	bucketPending    = []byte("pending")    // number and step → when an event is due, written by Close
)

// store is the file of messages.
type store struct {
	db    *bolt.DB
	write sync.Mutex // one writer at a time, so that numbers follow the order of acceptance

	mu      sync.Mutex
	batches map[[16]byte]*shared // ready for use; the last few
}

// maxBatches bounds the cache: a campaign has a handful of templates at a time.
const maxBatches = 32

func openStore(path string) (*store, error) {
	db, err := bolt.Open(path, 0o600, &bolt.Options{
		Timeout:         300 * time.Millisecond,
		NoSync:          true, // see sync
		NoFreelistSync:  true,
		FreelistType:    bolt.FreelistMapType,
		InitialMmapSize: 256 << 20, // address space, not memory: saves remapping while the file grows
	})
	if err != nil {
		switch {
		case errors.Is(err, bolterrors.ErrTimeout):
			return nil, fmt.Errorf("mail file %s is in use by another process", path)
		case errors.Is(err, bolterrors.ErrInvalid), errors.Is(err, bolterrors.ErrChecksum), errors.Is(err, bolterrors.ErrVersionMismatch):
			return nil, fmt.Errorf("mail file %s is broken (%w): remove it to start with an empty inbox", path, err)
		case errors.Is(err, os.ErrPermission):
			return nil, fmt.Errorf("mail file %s may not be opened: %w", path, err)
		}
		return nil, fmt.Errorf("opening the mail file %s: %w", path, err)
	}
	err = db.Update(func(tx *bolt.Tx) error {
		for _, name := range [][]byte{bucketMessages, bucketBatches, bucketSuppressed, bucketQuota, bucketPending} {
			if _, err := tx.CreateBucketIfNotExists(name); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		_ = db.Close()
		return nil, fmt.Errorf("mail file %s: %w", path, err)
	}
	return &store{db: db, batches: map[[16]byte]*shared{}}, nil
}

// sync forces what was written to the disk.
func (s *store) sync() error { return s.db.Sync() }

func (s *store) close() error {
	return errors.Join(s.db.Sync(), s.db.Close())
}

// prepare compiles a batch, or finds it compiled.
func (s *store) prepare(b batch) (*shared, error) {
	stored := b.encode()
	sum := sha256.Sum256(stored)
	hash := [16]byte(sum[:16])
	s.mu.Lock()
	found := s.batches[hash]
	s.mu.Unlock()
	if found != nil {
		return found, nil
	}
	sh, err := ready(b)
	if err != nil {
		return nil, err
	}
	sh.hash, sh.stored = hash, stored
	s.keep(sh)
	return sh, nil
}

func (s *store) keep(sh *shared) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.batches) >= maxBatches {
		for h := range s.batches { // any: a full cache is rare
			delete(s.batches, h)
			break
		}
	}
	s.batches[sh.hash] = sh
}

// batch reads a stored batch.
func (s *store) batch(hash [16]byte) (*shared, error) {
	s.mu.Lock()
	found := s.batches[hash]
	s.mu.Unlock()
	if found != nil {
		return found, nil
	}
	var b batch
	err := s.db.View(func(tx *bolt.Tx) error {
		v := tx.Bucket(bucketBatches).Get(hash[:])
		if v == nil {
			return errRecord
		}
		return json.Unmarshal(v, &b)
	})
	if err != nil {
		return nil, fmt.Errorf("reading a template: %w", err)
	}
	sh, err := ready(b)
	if err != nil {
		return nil, fmt.Errorf("reading a template: %w", err)
	}
	sh.hash, sh.stored = hash, b.encode()
	s.keep(sh)
	return sh, nil
}

// add stores messages of one call under new numbers, and the count of the minute, in one transaction.
func (s *store) add(sh *shared, list []*record, minute int64, count func() int) error {
	s.write.Lock()
	defer s.write.Unlock()
	var buf []byte
	err := s.db.Update(func(tx *bolt.Tx) error {
		batches := tx.Bucket(bucketBatches)
		if batches.Get(sh.hash[:]) == nil {
			if err := batches.Put(sh.hash[:], sh.stored); err != nil {
				return err
			}
		}
		messages := tx.Bucket(bucketMessages)
		messages.FillPercent = 0.98 // numbers only grow
		size := 0
		for _, r := range list {
			size += 256 + len(r.data) + len(r.subject) + len(r.from) + 64*len(r.recipients) + 128*(len(r.tags)+len(r.headers))
		}
		buf = make([]byte, 0, size)
		for _, r := range list {
			seq, err := messages.NextSequence()
			if err != nil {
				return err
			}
			r.seq, r.batch = seq, sh.hash
			start := len(buf)
			buf = r.encode(buf)
			if err := messages.Put(key(seq), buf[start:]); err != nil {
				return err
			}
		}
		return tx.Bucket(bucketQuota).Put(key(uint64(minute)), key(uint64(count())))
	})
	if err != nil {
		return fmt.Errorf("storing messages: %w", err)
	}
	return nil
}

// span is the first and the last number; there are no gaps between them. An empty inbox gives 1 and 0.
func (s *store) span() (first, last uint64, err error) {
	err = s.db.View(func(tx *bolt.Tx) error {
		first, last = spanOf(tx)
		return nil
	})
	return first, last, err
}

func spanOf(tx *bolt.Tx) (first, last uint64) {
	c := tx.Bucket(bucketMessages).Cursor()
	k, _ := c.First()
	if k == nil {
		return 1, 0
	}
	first = binary.BigEndian.Uint64(k)
	k, _ = c.Last()
	return first, binary.BigEndian.Uint64(k)
}

// get reads one message; nil if there is none.
func (s *store) get(seq uint64) (*record, error) {
	var r *record
	err := s.db.View(func(tx *bolt.Tx) (err error) {
		if v := tx.Bucket(bucketMessages).Get(key(seq)); v != nil {
			r, err = decode(seq, v)
		}
		return err
	})
	return r, err
}

// scan calls f with up to limit messages from number from on, upwards or downwards, until f says no. It holds no transaction
// while the caller does something with what it collected, if the caller returns between calls.
func (s *store) scan(from uint64, down bool, limit int, f func(r *record) bool) (next uint64, more bool, err error) {
	err = s.db.View(func(tx *bolt.Tx) error {
		c := tx.Bucket(bucketMessages).Cursor()
		k, v := c.Seek(key(from))
		if down && (k == nil || binary.BigEndian.Uint64(k) != from) {
			if k == nil {
				k, v = c.Last()
			} else {
				k, v = c.Prev()
			}
		}
		for n := 0; k != nil; n++ {
			next = binary.BigEndian.Uint64(k)
			if n == limit {
				more = true
				return nil
			}
			r, err := decode(next, v)
			if err != nil {
				return err
			}
			if !f(r) {
				return nil
			}
			if down {
				k, v = c.Prev()
			} else {
				k, v = c.Next()
			}
		}
		return nil
	})
	return next, more, err
}

// empty removes all messages; numbers go on, and so does the quota.
func (s *store) empty() error {
	s.write.Lock()
	defer s.write.Unlock()
	return s.db.Update(func(tx *bolt.Tx) error {
		next := tx.Bucket(bucketMessages).Sequence()
		for _, name := range [][]byte{bucketMessages, bucketBatches, bucketPending} {
			if err := tx.DeleteBucket(name); err != nil {
				return err
			}
			if _, err := tx.CreateBucket(name); err != nil {
				return err
			}
		}
		return tx.Bucket(bucketMessages).SetSequence(next)
	})
}

// loadQuota reads the minutes that still count.
func (s *store) loadQuota(q *quota, now time.Time) error {
	s.write.Lock()
	defer s.write.Unlock()
	return s.db.Update(func(tx *bolt.Tx) error {
		b := tx.Bucket(bucketQuota)
		c := b.Cursor()
		for k, v := c.First(); k != nil; k, v = c.Next() {
			minute := int64(binary.BigEndian.Uint64(k))
			if minute <= minuteOf(now)-quotaMinutes {
				if err := c.Delete(); err != nil {
					return err
				}
				continue
			}
			n := int(binary.BigEndian.Uint64(v))
			q.minutes[minute] = n
			q.total += n
		}
		return nil
	})
}

func lower(address string) string { return strings.ToLower(address) }
