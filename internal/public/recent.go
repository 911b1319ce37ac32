package public

import (
	"sync"
	"time"
)

// recent remembers, for a moment, what was read of the table. A mail scanner opens the twelve links of a letter within
// seconds, and they all show the same person's page.
type recent[K comparable, V any] struct {
	life    time.Duration
	maxKept int // entries; when there are as many, all are forgotten

	mu   sync.Mutex
	kept map[K]entry[V]
}

type entry[V any] struct {
	value V
	until time.Time
}

func (r *recent[K, V]) get(k K, now time.Time) (v V, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e, ok := r.kept[k]
	if !ok || !now.Before(e.until) {
		return v, false
	}
	return e.value, true
}

func (r *recent[K, V]) put(k K, v V, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.kept == nil || len(r.kept) >= r.maxKept {
		r.kept = map[K]entry[V]{}
	}
	r.kept[k] = entry[V]{v, now.Add(r.life)}
}

func (r *recent[K, V]) drop(k K) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.kept, k)
}
