package cloud

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"
)

// positions remembers on disk how far each mapping has come in each shard. A laptop that is killed forgets the last
// moments of it, and the batches since are delivered again: at least once, as on AWS.
type positions struct {
	path string

	mu    sync.Mutex
	at    map[string]string // mapping/shard → sequence number of the last record that is done
	dirty bool
	last  time.Time
}

// saveEvery is how often positions are written while they change.
const saveEvery = 200 * time.Millisecond

func openPositions(path string) (*positions, error) {
	p := &positions{path: path, at: map[string]string{}}
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return p, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &p.at)
	}
	if err != nil {
		return nil, fmt.Errorf("positions in streams: %s: %w", path, err)
	}
	return p, nil
}

func (p *positions) get(key string) (string, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s, ok := p.at[key]
	return s, ok
}

func (p *positions) set(key, sequence string) {
	p.mu.Lock()
	p.at[key] = sequence
	p.dirty = true
	due := time.Since(p.last) >= saveEvery
	p.mu.Unlock()
	if due {
		p.save() // an error shows at the end, when Close saves once more
	}
}

func (p *positions) save() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.dirty {
		return nil
	}
	if err := writeFile(p.path, p.at); err != nil {
		return fmt.Errorf("positions in streams: %w", err)
	}
	p.dirty, p.last = false, time.Now()
	return nil
}
