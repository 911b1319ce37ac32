package ses

import (
	"container/heap"
	"encoding/binary"
	"fmt"
	"sync"
	"time"

	bolt "go.etcd.io/bbolt"
)

// planned is an event that is still to come.
type planned struct {
	due time.Time // by the machine's clock: events take their time whatever clock the server was given
	seq uint64
	no  int // of the message's steps
	r   *record
	sh  *shared
}

// plannedHeap has the event that is due next on top; those of one message stay in order.
type plannedHeap []planned

func (h plannedHeap) Len() int { return len(h) }
func (h plannedHeap) Less(i, j int) bool {
	if !h[i].due.Equal(h[j].due) {
		return h[i].due.Before(h[j].due)
	}
	if h[i].seq != h[j].seq {
		return h[i].seq < h[j].seq
	}
	return h[i].no < h[j].no
}
func (h plannedHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *plannedHeap) Push(x any)   { *h = append(*h, x.(planned)) }
func (h *plannedHeap) Pop() any {
	old := *h
	last := old[len(old)-1]
	old[len(old)-1] = planned{}
	*h = old[:len(old)-1]
	return last
}

// dispatcher lets events happen when they are due: publishes them and puts addresses on the suppression list.
type dispatcher struct {
	s    *Server
	mu   sync.Mutex
	heap plannedHeap
	busy int           // taken from the heap and not yet published
	wake chan struct{} // something earlier may be due
	stop chan struct{}
	done chan struct{}
}

func startDispatcher(s *Server) (*dispatcher, error) {
	d := &dispatcher{s: s, wake: make(chan struct{}, 1), stop: make(chan struct{}), done: make(chan struct{})}
	if err := d.load(); err != nil {
		return nil, err
	}
	go d.run()
	return d, nil
}

// plan puts the events of new messages on the list.
func (d *dispatcher) plan(sh *shared, records []*record) {
	now := time.Now()
	d.mu.Lock()
	for _, r := range records {
		for no, t := range d.s.steps(r) {
			heap.Push(&d.heap, planned{now.Add(t.after), r.seq, no, r, sh})
		}
	}
	d.mu.Unlock()
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

func (d *dispatcher) pending() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.heap) + d.busy
}

func (d *dispatcher) run() {
	defer close(d.done)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-d.stop:
			return
		case <-d.wake:
		case <-timer.C:
		}
		list, next := d.due(time.Now())
		d.happen(list)
		if next > 0 {
			timer.Reset(next)
		}
	}
}

// due takes what is due off the list, and says how long it is to the next; 0: nothing is planned.
func (d *dispatcher) due(now time.Time) (list []planned, next time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for len(d.heap) > 0 && !d.heap[0].due.After(now) {
		list = append(list, heap.Pop(&d.heap).(planned))
	}
	d.busy = len(list)
	if len(d.heap) > 0 {
		next = max(d.heap[0].due.Sub(now), time.Microsecond)
	}
	return list, next
}

// happen puts addresses on the suppression list before the event tells of it, then publishes.
func (d *dispatcher) happen(list []planned) {
	var add []suppression
	steps := make([]step, len(list))
	for i, p := range list {
		steps[i] = d.s.steps(p.r)[p.no]
		add = d.s.suppressionsOf(add, p, steps[i])
	}
	if len(add) > 0 {
		_ = d.s.suppressions.put(add...) // kept in memory by put only if stored; Close reports a disk that cannot be written
	}
	for i, p := range list {
		if d.s.o.Publish != nil && d.s.wants(p.sh.ConfigurationSet, steps[i].kind) {
			d.s.o.Publish(d.s.envelope(newMessage(p.r, p.sh), steps[i]))
		}
		d.mu.Lock()
		d.busy--
		d.mu.Unlock()
	}
}

// suppressionsOf appends the addresses that an event brings onto the suppression list.
func (s *Server) suppressionsOf(add []suppression, p planned, t step) []suppression {
	reason := ""
	switch t.outcome {
	case bounced, forwarded:
		reason = "BOUNCE"
	case complained, redacted:
		reason = "COMPLAINT"
	default:
		return add
	}
	at := p.r.when().Add(t.after)
	for _, r := range p.r.recipients {
		if r.outcome != t.outcome {
			continue
		}
		bare, _ := address(r.address)
		m := message{record: p.r}
		add = append(add, suppression{Address: bare, Reason: reason, Updated: at, MessageID: p.r.id(), FeedbackID: m.feedbackID(at)})
	}
	return add
}

// close stops and keeps what was not yet due.
func (d *dispatcher) close() error {
	close(d.stop)
	<-d.done
	d.mu.Lock()
	defer d.mu.Unlock()
	err := d.s.store.db.Update(func(tx *bolt.Tx) error {
		b := tx.Bucket(bucketPending)
		for _, p := range d.heap {
			if err := b.Put(append(key(p.seq), byte(p.no)), key(uint64(p.due.UnixMilli()))); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("keeping events for the next start: %w", err)
	}
	return nil
}

// load takes up what close kept. Events of messages that are gone are forgotten.
func (d *dispatcher) load() error {
	var found []planned
	err := d.s.store.db.Update(func(tx *bolt.Tx) error {
		b := tx.Bucket(bucketPending)
		err := b.ForEach(func(k, v []byte) error {
			due := time.UnixMilli(int64(binary.BigEndian.Uint64(v)))
			found = append(found, planned{due: due, seq: binary.BigEndian.Uint64(k), no: int(k[8])})
			return nil
		})
		if err != nil {
			return err
		}
		if err := tx.DeleteBucket(bucketPending); err != nil {
			return err
		}
		_, err = tx.CreateBucket(bucketPending)
		return err
	})
	if err != nil {
		return fmt.Errorf("reading events of the last run: %w", err)
	}
	for _, p := range found {
		if p.r, err = d.s.store.get(p.seq); err != nil {
			return err
		}
		if p.r == nil || p.no >= len(d.s.steps(p.r)) {
			continue
		}
		if p.sh, err = d.s.store.batch(p.r.batch); err != nil {
			return err
		}
		d.heap = append(d.heap, p)
	}
	heap.Init(&d.heap)
	return nil
}
