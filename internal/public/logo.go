package public

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/theme"
	"onetap/internal/web"
)

// logo serves the company's logo to whoever reads its letters and pages. It never changes under its name.
func (p *pages) logo(w http.ResponseWriter, r *http.Request) {
	l, err := p.logos.get(r.Context(), r.PathValue("hash"), p.now(), p.store.Logo)
	if err != nil {
		web.Fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", l.Media)
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	w.Write(l.Bytes)
}

// What a process keeps of logos and how often it looks for one that it does not know: a logo of 100 KB costs a dozen read
// units, one that is not there costs one too, and anybody can ask for both.
const (
	maxLogos     = 20 // of at most 100 KB each
	logosUnknown = 1000
	unknownLife  = time.Minute
	maxLookups   = 30 // at once
	lookupEvery  = time.Second
)

// logos remembers the logos that this process has served. Names that lead nowhere are remembered apart, so that they push
// none of these out.
type logos struct {
	mu      sync.Mutex
	kept    map[string]theme.Logo
	order   []string // of kept, the oldest first
	unknown recent[string, struct{}]
	spent   int // look-ups, less those that time has given back
	since   time.Time
}

// get gives a logo, from look where this process does not know it.
func (l *logos) get(ctx context.Context, hash string, now time.Time, look func(context.Context, string) (theme.Logo, bool, error)) (theme.Logo, error) {
	none := apperr.New(apperr.Unknown, "no_such_page", "")
	if len(hash) != 20 || strings.Trim(hash, "0123456789abcdef") != "" { // as desk names them
		return theme.Logo{}, none
	}
	found, known, may := l.recall(hash, now)
	switch {
	case known && found.Hash == "":
		return found, none
	case known:
		return found, nil
	case !may:
		return found, apperr.New(apperr.TooMany, "logo_too_often", "")
	}
	found, ok, err := look(ctx, hash)
	switch {
	case err != nil:
		return found, err
	case !ok:
		l.unknown.put(hash, struct{}{}, now)
		return found, none
	}
	l.keep(found)
	return found, nil
}

// recall says what is known of a name, and where nothing is, whether it may be looked for.
func (l *logos) recall(hash string, now time.Time) (found theme.Logo, known, may bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if found, known = l.kept[hash]; known {
		return found, true, false
	}
	if _, known = l.unknown.get(hash, now); known {
		return found, true, false
	}
	if back := int(now.Sub(l.since) / lookupEvery); back > 0 {
		l.spent = max(0, l.spent-back)
		l.since = now
	}
	if l.spent >= maxLookups {
		return found, false, false
	}
	l.spent++
	return found, false, true
}

func (l *logos) keep(found theme.Logo) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, twice := l.kept[found.Hash]; twice {
		return
	}
	if l.kept == nil {
		l.kept = map[string]theme.Logo{}
	}
	if len(l.order) >= maxLogos {
		delete(l.kept, l.order[0])
		l.order = l.order[1:]
	}
	l.kept[found.Hash], l.order = found, append(l.order, found.Hash)
}
