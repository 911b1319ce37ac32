package store

import (
	"bytes"
	"compress/flate"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"onetap/internal/loop"
)

// desk is an owner's item of figures: two texts, for a board needs the first alone.
type desk struct {
	onBoard
	moving
	version int64
}

type onBoard struct {
	Board loop.Figures `json:"b,omitempty"`
	Ends  ends         `json:"e,omitempty"`
}

type moving struct {
	Weeks map[string]loop.Figures `json:"w,omitempty"` // what is not in the weeks' own items
	Going map[string]loop.Figures `json:"g,omitempty"` // on its way there, by Move
	Move  int64                   `json:"m,omitempty"`
	Seen  seen                    `json:"s,omitempty"`

	Recounted recounted `json:"r,omitempty"`
}

// known is what a board needs of it.
func (f onBoard) known() loop.Desk { return loop.Desk{Figures: f.Board, First: f.Ends.times()} }

// of is what the item has of a week whose own item has taken in everything up to a move.
func (f moving) of(week string, move int64) loop.Figures {
	all := loop.Figures{}
	all.Add(f.Weeks[week], 1)
	if move < f.Move {
		all.Add(f.Going[week], 1)
	}
	return all
}

func (f *desk) add(change loop.OwnerChange) {
	for week, delta := range change.Figures {
		if f.Recounted.has(week, change.Made) {
			continue
		}
		if week == "" {
			f.Board.Add(delta, 1)
			continue
		}
		if f.Weeks[week] == nil {
			f.Weeks[week] = loop.Figures{}
		}
		if f.Weeks[week].Add(delta, 1); len(f.Weeks[week]) == 0 {
			delete(f.Weeks, week)
		}
	}
}

const (
	mostKept  = 900  // bytes of an owner's item, without its key, from which on weeks' figures move on
	leastGone = 1000 // … of weeks' figures, as text, that are worth it
)

// pack writes the two texts; what makes them too large moves on.
func (f *desk) pack() (board, weeks []byte) {
	board, weeks = deflate(marshal(f.onBoard)), deflate(marshal(f.moving))
	if len(board)+len(weeks) > mostKept && len(f.Going) == 0 && len(marshal(f.Weeks)) > leastGone {
		f.Going, f.Weeks = f.Weeks, nil
		f.Move++
		weeks = deflate(marshal(f.moving))
	}
	return board, weeks
}

func (s *Store) deskOf(ctx context.Context, owner string) (desk, error) {
	it, err := s.get(ctx, figuresKey(loop.FiguresOf{Owner: owner}))
	if err != nil {
		return desk{}, err
	}
	return deskFrom(it)
}

// boardFrom reads of an owner's item what a board needs.
func boardFrom(it item) (f onBoard, err error) {
	if packed := binary(it, "board"); packed != nil {
		err = inflated(packed, &f)
	} else {
		err = fromJSON(it, "figures", &f.Board) // as versions before wrote them, with weeks apart
	}
	if f.Board == nil {
		f.Board = loop.Figures{}
	}
	if f.Ends == nil {
		f.Ends = ends{}
	}
	return f, err
}

func deskFrom(it item) (f desk, err error) {
	if f.onBoard, err = boardFrom(it); err != nil {
		return f, err
	}
	if packed := binary(it, "weeks"); packed != nil {
		err = inflated(packed, &f.moving)
	} else {
		err = fromJSON(it, "seen", &f.Seen)
	}
	f.version = number64(it, "version")
	if f.Weeks == nil {
		f.Weeks = map[string]loop.Figures{}
	}
	if f.Seen == nil {
		f.Seen = seen{}
	}
	return f, err
}

func (s *Store) writeDesk(ctx context.Context, owner string, f desk) error {
	it := figuresKey(loop.FiguresOf{Owner: owner}).item()
	board, weeks := f.pack()
	it["board"], it["weeks"], it["version"] = bin(board), bin(weeks), num(f.version+1)
	if f.version == 0 {
		return s.put(ctx, it, "attribute_not_exists(pk)", nil)
	}
	return s.put(ctx, it, "version = :was", item{":was": num(f.version)})
}

// storedWeek is a week's own item of an owner's figures.
type storedWeek struct {
	figures loop.Figures
	move    int64 // the latest that is in it
	version int64
}

func (s *Store) weekOf(ctx context.Context, of loop.FiguresOf) (storedWeek, error) {
	it, err := s.get(ctx, figuresKey(of))
	if err != nil {
		return storedWeek{}, err
	}
	return weekFrom(it)
}

func weekFrom(it item) (storedWeek, error) {
	w := storedWeek{loop.Figures{}, number64(it, "move"), number64(it, "version")}
	return w, fromJSON(it, "figures", &w.figures)
}

func (s *Store) writeWeek(ctx context.Context, of loop.FiguresOf, w storedWeek) error {
	it := figuresKey(of).item()
	it["figures"], it["move"], it["version"] = asJSON(w.figures), num(w.move), num(w.version+1)
	if w.version == 0 {
		return s.put(ctx, it, "attribute_not_exists(pk)", nil)
	}
	return s.put(ctx, it, "version = :was", item{":was": num(w.version)})
}

// recounted is, of the board ("") and of weeks that a recount has put right, up to when (Unix seconds) what the stream tells is in their figures.
type recounted map[string]int64

// has reports whether a record is in the figures because a recount has seen what it tells of.
func (r recounted) has(week string, made time.Time) bool {
	until, ok := r[week]
	return ok && !made.IsZero() && made.Unix() < until
}

// forget drops what no record can be older than: the stream keeps them for a day.
func (r recounted) forget(now time.Time) {
	maps.DeleteFunc(r, func(_ string, until int64) bool { return until < now.Add(-25*time.Hour).Unix() })
}

// seenFor is how long it is remembered which records are in figures, and maxSeen of how many at most: a batch comes again within minutes, mostly. leastSeen
// of the latest are remembered however long ago they were counted, so that of most owners a batch may come again at any time. The night's recount sees to
// what is left.
const seenFor, maxSeen, leastSeen = 15 * time.Minute, 1500, 10

// seen is when which records were counted, by their minute.
type seen map[int64][]string

func recordName(record string) string {
	sum := sha256.Sum256([]byte(record))
	return base64.RawURLEncoding.EncodeToString(sum[:6])
}

func (s seen) add(name string, now time.Time) {
	minute := now.Unix() / 60
	s[minute] = append(s[minute], name)
}

func (s seen) has(name string) bool {
	for _, names := range s {
		if slices.Contains(names, name) {
			return true
		}
	}
	return false
}

// forget drops what is too old, and the oldest of too many.
func (s seen) forget(now time.Time) {
	for {
		oldest, all := int64(0), 0
		for minute, names := range s {
			all += len(names)
			if oldest == 0 || minute < oldest {
				oldest = minute
			}
		}
		if all-len(s[oldest]) < leastSeen || oldest > now.Add(-seenFor).Unix()/60 && all <= maxSeen {
			return
		}
		delete(s, oldest)
	}
}

// MarshalJSON writes minutes as text, each with its records in one.
func (s seen) MarshalJSON() ([]byte, error) {
	all := map[string]string{}
	for minute, names := range s {
		all[strconv.FormatInt(minute, 36)] = strings.Join(names, "")
	}
	return json.Marshal(all)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (s *seen) UnmarshalJSON(b []byte) error {
	var all map[string]string
	if err := json.Unmarshal(b, &all); err != nil {
		return err
	}
	*s = seen{}
	for text, names := range all {
		minute, err := strconv.ParseInt(text, 36, 64)
		if err != nil {
			return err
		}
		for ; len(names) >= 8; names = names[8:] {
			(*s)[minute] = append((*s)[minute], names[:8])
		}
	}
	return nil
}

var deflaters = sync.Pool{New: func() any {
	w, err := flate.NewWriter(nil, flate.DefaultCompression)
	if err != nil {
		panic(err) // the level is one there is
	}
	return w
}}

func deflate(b []byte) []byte {
	w := deflaters.Get().(*flate.Writer)
	defer deflaters.Put(w)
	var out bytes.Buffer
	w.Reset(&out)
	_, _ = w.Write(b) // a buffer takes everything
	_ = w.Close()
	return out.Bytes()
}

var inflaters = sync.Pool{New: func() any { return flate.NewReader(bytes.NewReader(nil)) }}

// inflated reads what deflate made of a value's JSON.
func inflated(b []byte, v any) error {
	r := inflaters.Get().(io.ReadCloser)
	defer inflaters.Put(r)
	err := r.(flate.Resetter).Reset(bytes.NewReader(b), nil)
	if err == nil {
		b, err = io.ReadAll(r)
	}
	if err == nil {
		err = json.Unmarshal(b, v)
	}
	if err != nil {
		return fmt.Errorf("stored figures do not parse: %w", err)
	}
	return nil
}
