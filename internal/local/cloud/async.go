package cloud

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// maxAsyncPayload is Lambda's limit for an asynchronous event.
const maxAsyncPayload = 1 << 20

// asyncEvent is an event that waits for its function.
type asyncEvent struct {
	ID       string          `json:"id"`
	Function string          `json:"function"`
	Payload  json.RawMessage `json:"payload"`
	Accepted time.Time       `json:"accepted"`
	Attempts int             `json:"attempts"`
}

// asyncQueue holds the asynchronous events of one function. A failed one is tried again after one minute and after two
// more, as often as the template says, and then goes to the on-failure queue.
type asyncQueue struct {
	f *function

	mu      sync.Mutex
	ready   []*asyncEvent
	pending map[*asyncEvent]bool // every event that is not settled: ready, running, or waiting for its retry
	wake    chan struct{}        // holds a token while ready may have something
}

func newAsyncQueue(f *function) *asyncQueue {
	return &asyncQueue{f: f, pending: map[*asyncEvent]bool{}, wake: make(chan struct{}, 1)}
}

// start takes as many events at a time as the function may have processes.
func (q *asyncQueue) start() {
	for range cap(q.f.slots) {
		q.f.cloud.work(q.loop)
	}
}

func (q *asyncQueue) loop() {
	for {
		e := q.next()
		if e == nil {
			select {
			case <-q.wake:
				continue
			case <-q.f.cloud.quit:
				return
			}
		}
		select {
		case <-q.f.cloud.quit:
			return
		default:
			q.attempt(e)
		}
	}
}

// enqueue accepts an event and returns its id.
func (q *asyncQueue) enqueue(payload []byte) string {
	e := &asyncEvent{ID: newID(), Function: q.f.ID, Payload: payload, Accepted: q.f.cloud.now()}
	id := e.ID
	if repeat := q.f.cloud.cfg.Faults.Event; repeat != nil {
		for range repeat(q.f.ID) {
			again := *e
			q.add(&again)
		}
	}
	q.add(e)
	return id
}

func (q *asyncQueue) add(e *asyncEvent) {
	q.mu.Lock()
	q.pending[e] = true
	q.ready = append(q.ready, e)
	q.mu.Unlock()
	q.nudge()
}

func (q *asyncQueue) nudge() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

func (q *asyncQueue) next() *asyncEvent {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.ready) == 0 {
		return nil
	}
	e := q.ready[0]
	q.ready[0] = nil
	q.ready = q.ready[1:]
	if len(q.ready) > 0 {
		q.nudge() // another loop may take the next
	}
	return e
}

func (q *asyncQueue) waiting() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.pending)
}

func (q *asyncQueue) settle(e *asyncEvent) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.pending, e)
}

func (q *asyncQueue) attempt(e *asyncEvent) {
	if q.f.cloud.now().Sub(e.Accepted) > q.f.Async.MaxAge {
		q.fail(e, "EventAgeExceeded", outcome{})
		return
	}
	e.Attempts++
	r := q.f.invoke(context.Background(), e.Payload)
	switch {
	case errors.Is(r.err, errClosed):
		e.Attempts-- // it did not run; it is saved as it was
	case r.err != nil:
		q.failed(e, failure("Laptop", r.err.Error()))
	case r.failed && q.f.cloud.closed():
		// Killed by the laptop's end: it stays, and the next start counts this attempt.
	case r.failed:
		q.failed(e, r.outcome)
	default:
		q.settle(e)
	}
}

func (q *asyncQueue) failed(e *asyncEvent, o outcome) {
	if e.Attempts > q.f.Async.Retries {
		q.fail(e, "RetriesExhausted", o)
		return
	}
	// Lambda waits one minute before the first retry and two before the second.
	wait := time.NewTimer(time.Duration(e.Attempts) * q.f.cloud.cfg.Minute)
	q.f.cloud.work(func() {
		defer wait.Stop()
		select {
		case <-wait.C:
			q.mu.Lock()
			q.ready = append(q.ready, e)
			q.mu.Unlock()
			q.nudge()
		case <-q.f.cloud.quit:
		}
	})
}

// fail ends an event: to the on-failure queue, in the shape of Lambda's invocation records, or away.
func (q *asyncQueue) fail(e *asyncEvent, condition string, o outcome) {
	defer q.settle(e)
	queue := q.f.cloud.queues[q.f.Async.OnFailure]
	if queue == nil {
		return
	}
	record := map[string]any{
		"version": "1.0", "timestamp": stamp(q.f.cloud.now()),
		"requestContext": map[string]any{
			"requestId": e.ID, "functionArn": q.f.ARN + ":$LATEST", "condition": condition, "approximateInvokeCount": e.Attempts,
		},
		"requestPayload": e.Payload,
	}
	if o.payload != nil {
		record["responseContext"] = map[string]any{"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"}
		record["responsePayload"] = json.RawMessage(o.payload)
		if !json.Valid(o.payload) {
			record["responsePayload"] = string(o.payload)
		}
	}
	q.f.cloud.deadLetter(queue, record)
}

func (c *Cloud) deadLetter(queue *Queue, record any) {
	body, err := json.Marshal(record)
	var m Message
	if err == nil {
		m, err = queue.Send(body)
	}
	if err != nil {
		c.notice("a dead letter is lost, because the disk refuses it: %v", err)
		return
	}
	c.meter.count(func(r *Report) *int64 { return &r.DeadLetter }, 1)
	c.notice("something failed all its retries and waits in %s/_local/queues/%s as %s", c.cfg.Endpoint, queue.ID, m.ID)
}

// notice tells the person before the laptop what the logs alone would hide.
func (c *Cloud) notice(format string, args ...any) {
	if c.cfg.Notices != nil {
		fmt.Fprintf(c.cfg.Notices, format+"\n", args...)
	}
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

func (c *Cloud) waitingFile() string { return filepath.Join(c.cfg.Data, "waiting.json") }

// saveWaiting keeps the asynchronous events that were not settled, for the next start.
func (c *Cloud) saveWaiting() error {
	list := []*asyncEvent{}
	for _, f := range c.cfg.Template.Functions {
		q := c.functions[f.ID].async
		q.mu.Lock()
		for e := range q.pending {
			list = append(list, e)
		}
		q.mu.Unlock()
	}
	if err := writeFile(c.waitingFile(), list); err != nil {
		return fmt.Errorf("keep waiting events: %w", err)
	}
	return nil
}

func (c *Cloud) loadWaiting() error {
	data, err := os.ReadFile(c.waitingFile())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("waiting events: %w", err)
	}
	var list []*asyncEvent
	if err := json.Unmarshal(data, &list); err != nil {
		return fmt.Errorf("waiting events: %s: %w", c.waitingFile(), err)
	}
	for _, e := range list {
		f := c.functions[e.Function]
		if f == nil {
			continue // the template has no such function any more
		}
		if e.Attempts > f.Async.Retries {
			f.async.fail(e, "RetriesExhausted", outcome{})
			continue
		}
		f.async.add(e)
	}
	// Taken over: a laptop that is killed now must not run them a second time at its next start.
	if err := os.Remove(c.waitingFile()); err != nil {
		return fmt.Errorf("waiting events: %w", err)
	}
	return nil
}
