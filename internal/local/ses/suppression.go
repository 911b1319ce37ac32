package ses

import (
	"encoding/json"
	"fmt"
	"sort"
	"sync"
	"time"

	bolt "go.etcd.io/bbolt"
)

// suppression is an entry of the account's suppression list.
type suppression struct {
	Address    string
	Reason     string // BOUNCE or COMPLAINT
	Updated    time.Time
	MessageID  string `json:",omitempty"` // what brought it there; empty if put by hand
	FeedbackID string `json:",omitempty"`
}

// suppressionList is kept in memory, because every recipient is looked up, and in the file.
type suppressionList struct {
	store *store
	mu    sync.RWMutex
	list  map[string]suppression // by address in lower case
}

func loadSuppressions(s *store) (*suppressionList, error) {
	l := &suppressionList{store: s, list: map[string]suppression{}}
	err := s.db.View(func(tx *bolt.Tx) error {
		return tx.Bucket(bucketSuppressed).ForEach(func(k, v []byte) error {
			var e suppression
			if err := json.Unmarshal(v, &e); err != nil {
				return err
			}
			l.list[string(k)] = e
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("reading the suppression list: %w", err)
	}
	return l, nil
}

func (l *suppressionList) get(address string) (suppression, bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	e, ok := l.list[lower(address)]
	return e, ok
}

// put adds or replaces entries.
func (l *suppressionList) put(entries ...suppression) error {
	l.store.write.Lock()
	defer l.store.write.Unlock()
	err := l.store.db.Update(func(tx *bolt.Tx) error {
		for _, e := range entries {
			v, err := json.Marshal(e)
			if err != nil {
				return err
			}
			if err := tx.Bucket(bucketSuppressed).Put([]byte(lower(e.Address)), v); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("storing the suppression list: %w", err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range entries {
		l.list[lower(e.Address)] = e
	}
	return nil
}

// remove says whether the address was there.
func (l *suppressionList) remove(address string) (bool, error) {
	if _, ok := l.get(address); !ok {
		return false, nil
	}
	l.store.write.Lock()
	defer l.store.write.Unlock()
	err := l.store.db.Update(func(tx *bolt.Tx) error {
		return tx.Bucket(bucketSuppressed).Delete([]byte(lower(address)))
	})
	if err != nil {
		return false, fmt.Errorf("storing the suppression list: %w", err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.list, lower(address))
	return true, nil
}

// page lists entries after an address in order of address.
func (l *suppressionList) page(after string, limit int, wanted func(suppression) bool) (entries []suppression, more bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	var keys []string
	for k, e := range l.list {
		if k > after && wanted(e) {
			keys = append(keys, k)
		}
	}
	sort.Strings(keys)
	if len(keys) > limit {
		keys, more = keys[:limit], true
	}
	for _, k := range keys {
		entries = append(entries, l.list[k])
	}
	return entries, more
}
