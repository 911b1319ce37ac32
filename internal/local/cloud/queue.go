package cloud

import (
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"onetap/internal/local/cloud/template"
)

// Message is one message of a queue.
type Message struct {
	ID       string          `json:"id"`
	Sent     time.Time       `json:"sent"`
	Received int             `json:"received"` // how often ReceiveMessage gave it out
	Body     json.RawMessage `json:"body"`     // JSON as Lambda sends it; other text as a JSON string
}

// Text is the body as a receiver sees it.
func (m Message) Text() string {
	var s string
	if json.Unmarshal(m.Body, &s) == nil {
		return s
	}
	return string(m.Body)
}

// Queue is a queue of the template: one file a message in a folder, so that it can be read with any tool.
type Queue struct {
	*template.Queue
	folder string
	now    func() time.Time

	mu     sync.Mutex
	hidden map[string]hidden // by message id: given out and not yet deleted
	last   string            // the id given last, so that ids grow
}

type hidden struct {
	handle string
	until  time.Time
}

func openQueue(folder string, q *template.Queue, now func() time.Time) (*Queue, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("queue %s: %w", q.Name, err)
	}
	return &Queue{Queue: q, folder: folder, now: now, hidden: map[string]hidden{}}, nil
}

// Send adds a message.
func (q *Queue) Send(body []byte) (Message, error) {
	raw := json.RawMessage(body)
	if !json.Valid(body) || len(body) > 0 && body[0] == '"' {
		raw, _ = json.Marshal(string(body))
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	sent := q.now().UTC()
	id := sent.Format("20060102T150405.000000")
	for n := 1; id <= q.last; n++ { // two in the same microsecond
		id = fmt.Sprintf("%s-%06d", sent.Format("20060102T150405.000000"), n)
		if n == 1000 {
			id = q.last + "x"
		}
	}
	q.last = id
	m := Message{ID: id, Sent: sent, Body: raw}
	return m, q.save(m)
}

func (q *Queue) save(m Message) error {
	if err := writeFile(q.file(m.ID), m); err != nil {
		return fmt.Errorf("queue %s: %w", q.Name, err)
	}
	return nil
}

func (q *Queue) file(id string) string { return filepath.Join(q.folder, id+".json") }

// Messages lists what is in the queue, the oldest first. What is older than the retention period is gone.
func (q *Queue) Messages() ([]Message, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.list()
}

func (q *Queue) list() ([]Message, error) {
	entries, err := os.ReadDir(q.folder)
	if err != nil {
		return nil, fmt.Errorf("queue %s: %w", q.Name, err)
	}
	var list []Message
	for _, e := range entries {
		id, ok := strings.CutSuffix(e.Name(), ".json")
		if !ok {
			continue
		}
		m, err := q.read(id)
		if err != nil {
			return nil, err
		}
		if q.now().Sub(m.Sent) > q.Retention {
			os.Remove(q.file(id))
			continue
		}
		list = append(list, m)
	}
	slices.SortFunc(list, func(a, b Message) int { return strings.Compare(a.ID, b.ID) })
	return list, nil
}

// Message finds a message by its id; fs.ErrNotExist where there is none.
func (q *Queue) Message(id string) (Message, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.read(id)
}

func (q *Queue) read(id string) (Message, error) {
	var m Message
	if strings.ContainsAny(id, `/\`) {
		return m, fs.ErrNotExist
	}
	data, err := os.ReadFile(q.file(id))
	if err != nil {
		return m, fmt.Errorf("queue %s: %w", q.Name, err)
	}
	if err := json.Unmarshal(data, &m); err != nil {
		return m, fmt.Errorf("queue %s: message %s: %w", q.Name, id, err)
	}
	return m, nil
}

// Delete removes a message; one that is gone already is no error.
func (q *Queue) Delete(id string) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.hidden, id)
	if err := os.Remove(q.file(id)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("queue %s: %w", q.Name, err)
	}
	return nil
}

// Received is a message given out, with what deletes it.
type Received struct {
	Message
	Handle string
}

// Receive gives out up to max messages and hides them for the given time.
func (q *Queue) Receive(max int, visibility time.Duration) ([]Received, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	list, err := q.list()
	if err != nil {
		return nil, err
	}
	var out []Received
	for _, m := range list {
		if len(out) == max {
			break
		}
		if h, ok := q.hidden[m.ID]; ok && q.now().Before(h.until) {
			continue
		}
		m.Received++
		if err := q.save(m); err != nil {
			return nil, err
		}
		handle := m.ID + "#" + newID()
		q.hidden[m.ID] = hidden{handle, q.now().Add(visibility)}
		out = append(out, Received{m, handle})
	}
	return out, nil
}

// Hide changes how long from now on a message that was given out is hidden.
func (q *Queue) Hide(id string, visibility time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if h, ok := q.hidden[id]; ok {
		h.until = q.now().Add(visibility)
		q.hidden[id] = h
	}
}

// counts gives the visible and the hidden messages.
func (q *Queue) counts() (visible, invisible int, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	list, err := q.list()
	for _, m := range list {
		if h, ok := q.hidden[m.ID]; ok && q.now().Before(h.until) {
			invisible++
		} else {
			visible++
		}
	}
	return visible, invisible, err
}

func md5Hex(s string) string {
	sum := md5.Sum([]byte(s))
	return hex.EncodeToString(sum[:])
}
