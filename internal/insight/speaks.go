package insight

import (
	"context"
	"sync"

	"onetap/internal/insight/themes"
)

// Speaks says which of the company's themes a text speaks of. It keeps a finder until the dictionary changes: making one costs some milliseconds. The zero
// value is ready, and safe for concurrent use.
type Speaks struct {
	mu      sync.Mutex
	finder  *themes.Finder
	version int
}

// Of lists the themes of a text that are not hidden, in the order of the dictionary.
func (s *Speaks) Of(ctx context.Context, store ThemeStore, text string) (found []themes.Theme, err error) {
	d, version, err := Dictionary(ctx, store)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.finder == nil || s.version != version {
		s.finder, s.version = themes.NewFinder(d), version
	}
	for _, id := range s.finder.Find(text) {
		t, _ := d.Of(id)
		found = append(found, t)
	}
	return found, nil
}
