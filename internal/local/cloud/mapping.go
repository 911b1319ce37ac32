package cloud

import (
	"fmt"
	"hash/fnv"
	"sync"
	"time"

	"onetap/internal/local/cloud/template"
)

// readAhead is how many wanted records a shard holds at most beyond what its function has done.
const readAhead = 4000

// mapping is one event source mapping: it reads a table's stream and gives batches of it to a function.
type mapping struct {
	template.Stream
	name   string // function.event
	fn     *function
	table  string
	arn    string // the stream's
	shards []*shard
}

// shard reads one shard and spreads its records over lanes, by key. Each lane delivers one batch at a time; with a
// parallelisation factor of 1 there is one lane.
type shard struct {
	m        *mapping
	id       string
	position string // last record read
	lanes    []*lane

	mu      sync.Mutex
	room    *sync.Cond
	waiting <-chan struct{} // not nil while all was read: closed at the next write
	pending []*item         // read and not yet done, in the order of the stream
}

// item is a record on its way.
type item struct {
	Record
	before string // sequence number of the record before it in the shard
	size   int    // bytes of the record in an event, about
	done   bool   // guarded by shard.mu
}

func (c *Cloud) newMapping(f *function, s template.Stream) (*mapping, error) {
	t := c.cfg.Template.Table(s.Table)
	if t == nil || !t.Stream {
		return nil, fmt.Errorf("%s.%s: table %s has no stream", f.ID, s.Event, s.Table)
	}
	m := &mapping{Stream: s, name: f.ID + "." + s.Event, fn: f, table: t.Name, arn: c.cfg.StreamARN(t.Name)}
	ids, err := c.cfg.Streams.StreamShards(t.Name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", m.name, err)
	}
	for _, id := range ids {
		sh := &shard{m: m, id: id}
		sh.room = sync.NewCond(&sh.mu)
		for range s.Parallel {
			l := &lane{shard: sh}
			l.wake = make(chan struct{}, 1)
			sh.lanes = append(sh.lanes, l)
		}
		if err := sh.begin(); err != nil {
			return nil, err
		}
		m.shards = append(m.shards, sh)
	}
	return m, nil
}

func (s *shard) key() string { return s.m.name + "/" + s.id }

// begin finds where the last run stopped; at the first start, the end of the stream for LATEST and its beginning
// otherwise.
func (s *shard) begin() error {
	c := s.m.fn.cloud
	if at, ok := c.positions.get(s.key()); ok {
		s.position = at
		return nil
	}
	for s.m.Latest {
		records, err := c.cfg.Streams.ReadStream(s.m.table, s.id, s.position, 1000)
		if err != nil {
			return fmt.Errorf("%s: %w", s.m.name, err)
		}
		if len(records) == 0 {
			break
		}
		s.position = records[len(records)-1].SequenceNumber
	}
	c.positions.set(s.key(), s.position)
	return nil
}

func (m *mapping) start() {
	for _, s := range m.shards {
		m.fn.cloud.work(s.read)
		m.fn.cloud.work(func() { // frees a reader that waits for room
			<-m.fn.cloud.quit
			s.mu.Lock()
			s.room.Broadcast()
			s.mu.Unlock()
		})
		for _, l := range s.lanes {
			m.fn.cloud.work(l.run)
		}
	}
}

// idle says that all that is in the stream is done.
func (m *mapping) idle() bool {
	for _, s := range m.shards {
		s.mu.Lock()
		waiting, pending := s.waiting, len(s.pending)
		s.mu.Unlock()
		if waiting == nil || pending > 0 {
			return false
		}
		select {
		case <-waiting:
			return false // written to, and the reader has not woken up yet
		default:
		}
	}
	return true
}

// read follows the shard until the cloud is closed.
func (s *shard) read() {
	c := s.m.fn.cloud
	for !c.closed() {
		changed := c.cfg.Streams.StreamChanged(s.m.table) // before the read, so that no write slips between
		records, err := c.cfg.Streams.ReadStream(s.m.table, s.id, s.position, 1000)
		if err != nil {
			c.logs.line(s.m.fn, "", "laptop", []byte("read stream: "+err.Error()))
			select {
			case <-time.After(100 * time.Millisecond):
			case <-c.quit:
			}
			continue
		}
		if len(records) > 0 {
			s.take(records)
			continue
		}
		s.mu.Lock()
		s.waiting = changed
		s.mu.Unlock()
		select {
		case <-changed:
		case <-c.quit:
			return
		}
		s.mu.Lock()
		s.waiting = nil
		s.mu.Unlock()
	}
}

// take filters records and gives the wanted ones to their lanes. It waits while too many are under way.
func (s *shard) take(records []Record) {
	touched := map[*lane]bool{}
	for _, r := range records {
		before := s.position
		s.position = r.SequenceNumber
		if !matches(s.m.Filters, r) {
			continue
		}
		it := &item{Record: r, before: before, size: len(r.Keys) + len(r.NewImage) + len(r.OldImage) + 600}
		l := s.lane(r)
		s.mu.Lock()
		for len(s.pending) >= readAhead && !s.m.fn.cloud.closed() {
			for t := range touched {
				t.nudge()
			}
			s.room.Wait()
		}
		s.pending = append(s.pending, it)
		l.queue = append(l.queue, it)
		s.mu.Unlock()
		touched[l] = true
	}
	s.mu.Lock()
	if len(s.pending) == 0 {
		s.m.fn.cloud.positions.set(s.key(), s.position)
	}
	s.mu.Unlock()
	for l := range touched {
		l.nudge()
	}
}

// lane gives the lane of a record: the same one for all records of an item.
func (s *shard) lane(r Record) *lane {
	if len(s.lanes) == 1 {
		return s.lanes[0]
	}
	h := fnv.New32a()
	h.Write(r.Keys)
	return s.lanes[h.Sum32()%uint32(len(s.lanes))]
}

// done marks items as done and moves the position over all that are done from the front.
func (s *shard) done(items []*item) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, it := range items {
		it.done = true
	}
	n := 0
	for n < len(s.pending) && s.pending[n].done {
		n++
	}
	if n == 0 {
		return
	}
	last := s.pending[n-1].SequenceNumber
	clear(s.pending[:n])
	if s.pending = s.pending[n:]; len(s.pending) > 0 {
		last = s.pending[0].before
	} else {
		s.pending = nil
	}
	s.m.fn.cloud.positions.set(s.key(), last)
	s.room.Broadcast()
}
