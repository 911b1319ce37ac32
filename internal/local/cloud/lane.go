package cloud

import (
	"context"
	"encoding/json"
	"time"
)

// lane delivers the records of its keys in order, one batch at a time.
type lane struct {
	shard *shard
	queue []*item // guarded by shard.mu
	wake  chan struct{}
}

func (l *lane) nudge() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

func (l *lane) run() {
	c := l.shard.m.fn.cloud
	for {
		select {
		case <-l.wake:
		case <-c.quit:
			return
		}
		for batch := l.next(); len(batch) > 0 && !c.closed(); batch = l.next() {
			began := time.Now()
			l.deliver(batch)
			l.gather(began.Add(c.cfg.Minute / polls))
		}
	}
}

// polls is how many batches a lane delivers in a minute at most while there are few records: one each 50 ms. Lambda asks
// a shard four times a second, so that records which come one by one are no invocation each. Full batches do not wait.
const polls = 1200

// gather lets records come together until the given time or until there is a full batch.
func (l *lane) gather(until time.Time) {
	wait := time.NewTimer(time.Until(until))
	defer wait.Stop()
	for l.queued() < l.shard.m.BatchSize {
		select {
		case <-l.wake:
		case <-wait.C:
			return
		case <-l.shard.m.fn.cloud.quit:
			return
		}
	}
}

// next takes a batch from the queue: as many records as there are up to the batch size and Lambda's 6 MB. With a window
// it waits for more, that long at most.
func (l *lane) next() []*item {
	m, c := l.shard.m, l.shard.m.fn.cloud
	if m.Window > 0 {
		window := time.NewTimer(m.Window)
		defer window.Stop()
		for n := l.queued(); n > 0 && n < m.BatchSize; n = l.queued() {
			select {
			case <-l.wake:
				continue
			case <-window.C:
			case <-c.quit:
				return nil
			}
			break
		}
	}
	l.shard.mu.Lock()
	defer l.shard.mu.Unlock()
	n, bytes := 0, 0
	for n < len(l.queue) && n < m.BatchSize {
		if bytes += l.queue[n].size; n > 0 && bytes > maxPayload-1024 {
			break
		}
		n++
	}
	batch := l.queue[:n:n]
	if l.queue = l.queue[n:]; len(l.queue) == 0 {
		l.queue = nil
	}
	return batch
}

func (l *lane) queued() int {
	l.shard.mu.Lock()
	defer l.shard.mu.Unlock()
	return len(l.queue)
}

// deliver gives a batch to the function until all of it is done or given up: retries, partial failures and bisecting as
// Lambda does it. Splitting a batch costs none of its retries.
func (l *lane) deliver(batch []*item) {
	m, c := l.shard.m, l.shard.m.fn.cloud
	for attempt := 1; ; attempt++ {
		if batch = l.expire(batch, attempt-1); len(batch) == 0 || c.closed() {
			return
		}
		fault := BatchFault{}
		if c.cfg.Faults.Batch != nil {
			fault = c.cfg.Faults.Batch(Batch{Function: m.fn.ID, Event: m.Event, Records: recordsOf(batch), Attempt: attempt})
		}
		if fault.Split > 0 && fault.Split < len(batch) {
			l.deliver(batch[:fault.Split])
			batch, attempt = batch[fault.Split:], 0
			continue
		}
		done, o := l.invoke(batch, fault)
		if c.closed() && done < len(batch) {
			return // the next start delivers it again
		}
		l.shard.done(batch[:done])
		batch = batch[done:]
		switch {
		case len(batch) == 0:
			return
		case done > 0:
			attempt = 0 // what is left is a batch of its own
		case m.Bisect && len(batch) > 1:
			half := (len(batch) + 1) / 2
			l.deliver(batch[:half])
			batch, attempt = batch[half:], 0
		case m.Retries >= 0 && attempt > m.Retries:
			l.giveUp(batch, "RetryAttemptsExhausted", attempt, o)
			return
		default:
			l.pause(attempt)
		}
	}
}

// pause waits before a retry: 100 ms, doubling up to five seconds, shorter where the laptop's minute is.
func (l *lane) pause(attempt int) {
	c := l.shard.m.fn.cloud
	wait := min(100*time.Millisecond<<min(attempt-1, 10), 5*time.Second)
	wait = max(time.Duration(float64(wait)*float64(c.cfg.Minute)/float64(time.Minute)), time.Millisecond)
	select {
	case <-time.After(wait):
	case <-c.quit:
	}
}

// expire gives up the records at the front that are older than the mapping allows.
func (l *lane) expire(batch []*item, invoked int) []*item {
	m, now := l.shard.m, l.shard.m.fn.cloud.now()
	n := 0
	for m.MaxAge > 0 && n < len(batch) && now.Sub(batch[n].Created) > m.MaxAge {
		n++
	}
	if n > 0 {
		l.giveUp(batch[:n], "RecordAgeExceeded", invoked, outcome{})
	}
	return batch[n:]
}

// invoke calls the function with the batch, and says how many records from the front are done.
func (l *lane) invoke(batch []*item, fault BatchFault) (done int, o outcome) {
	m, c := l.shard.m, l.shard.m.fn.cloud
	if fault.Delay > 0 {
		select {
		case <-time.After(fault.Delay):
		case <-c.quit:
		}
	}
	if fault.Fail {
		return 0, errFault("fail")
	}
	records := recordsOf(batch)
	if fault.Shuffle != 0 {
		records = shuffle(records, fault.Shuffle)
	}
	payload := m.event(records)
	for range 1 + fault.Repeat {
		c.meter.count(func(r *Report) *int64 { return &r.Batches }, 1)
		r := m.fn.invoke(context.Background(), payload)
		switch {
		case r.err != nil:
			return 0, failure("Laptop", r.err.Error())
		case r.failed:
			return 0, r.outcome
		case fault.Lose:
			return 0, errFault("lose the answer to")
		}
		if done = m.firstFailure(records, r.payload); done < len(records) {
			if fault.Shuffle != 0 {
				done = 0 // the front of the mixed batch is not the front of the stream
			}
			return done, r.outcome
		}
	}
	return len(batch), outcome{}
}

func recordsOf(batch []*item) []Record {
	list := make([]Record, len(batch))
	for i, it := range batch {
		list[i] = it.Record
	}
	return list
}

// event makes the event that a function gets.
func (m *mapping) event(records []Record) []byte {
	region := m.fn.cloud.cfg.Template.Region
	b := []byte(`{"Records":[`)
	for i, r := range records {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendRecord(b, r, region, m.arn)
	}
	return append(b, `]}`...)
}

// firstFailure reads batchItemFailures: the index of the first record that the function could not do, len(records) when
// it did all. An answer that names something else than records of the batch fails the whole batch, as on Lambda.
func (m *mapping) firstFailure(records []Record, answer []byte) int {
	if !m.Partial {
		return len(records)
	}
	var out struct {
		BatchItemFailures []struct{ ItemIdentifier *string }
	}
	if string(answer) == "" || json.Unmarshal(answer, &out) != nil {
		// An answer in another shape is a success, unless it is an object whose failures cannot be read.
		var object map[string]json.RawMessage
		if json.Unmarshal(answer, &object) == nil && object["batchItemFailures"] != nil {
			return 0
		}
		return len(records)
	}
	first := len(records)
	for _, f := range out.BatchItemFailures {
		found := false
		for i, r := range records {
			if f.ItemIdentifier != nil && r.SequenceNumber == *f.ItemIdentifier {
				first, found = min(first, i), true
				break
			}
		}
		if !found {
			return 0
		}
	}
	return first
}

// giveUp sends the position of a batch to the on-failure queue, in Lambda's shape, and goes on behind it.
func (l *lane) giveUp(batch []*item, condition string, invoked int, o outcome) {
	m, c := l.shard.m, l.shard.m.fn.cloud
	defer l.shard.done(batch)
	queue := c.queues[m.OnFailure]
	if queue == nil {
		return
	}
	first, last := batch[0], batch[len(batch)-1]
	record := map[string]any{
		"version": "1.0", "timestamp": stamp(c.now()),
		"requestContext": map[string]any{
			"requestId": newID(), "functionArn": m.fn.ARN, "condition": condition, "approximateInvokeCount": invoked,
		},
		"DDBStreamBatchInfo": map[string]any{
			"shardId": l.shard.id, "startSequenceNumber": first.SequenceNumber, "endSequenceNumber": last.SequenceNumber,
			"approximateArrivalOfFirstRecord": stamp(first.Created), "approximateArrivalOfLastRecord": stamp(last.Created),
			"batchSize": len(batch), "streamArn": m.arn,
		},
	}
	if o.payload != nil {
		response := map[string]any{"statusCode": 200, "executedVersion": "$LATEST"}
		if o.failed {
			response["functionError"] = "Unhandled"
		}
		record["responseContext"] = response
	}
	c.deadLetter(queue, record)
}
