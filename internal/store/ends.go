package store

import (
	"context"
	"time"

	"onetap/internal/loop"
)

// ends are, by shelf, before which moment none of an owner's cases lies; of what is over, after which. A bound may be further out than need be, never
// nearer. Of a shelf that is not there nothing is known.
type ends map[loop.State]end

type end struct {
	At int64 `json:"a"` // milliseconds since 1970; below zero of what is over, so that the least is what comes first
	// Came is the least At of what came to the shelf within seenFor of each other, Last the minute of the latest: the index by owner may not show them yet.
	Came int64 `json:"c,omitempty"`
	Last int64 `json:"l,omitempty"`
}

// latestFirst reports whether the cases of a shelf are read from the end.
func latestFirst(shelf loop.State) bool {
	return shelf == loop.Resolved || shelf == loop.Unreachable || shelf == owed
}

// lies is where a case lies; ok is false of none.
func lies(c *loop.Case) (shelf loop.State, at int64, ok bool) {
	if c == nil {
		return "", 0, false
	}
	shelf, at = shelfOf(*c), c.Next().UnixMilli()
	if latestFirst(shelf) {
		at = -at
	}
	return shelf, at, true
}

// lower reports whether a change brings a case in front of the bound of its shelf.
func (e ends) lower(change loop.OwnerChange) bool {
	shelf, at, ok := lies(change.Is)
	bound, known := e[shelf]
	return ok && known && at < bound.At
}

func (e ends) times() map[loop.State]time.Time {
	all := map[loop.State]time.Time{}
	for shelf, one := range e {
		at := one.At
		if latestFirst(shelf) {
			at = -at
		}
		all[shelf] = time.UnixMilli(at).UTC()
	}
	return all
}

// follow moves the bounds of an owner's shelves with what came and went. Where the first has gone the index is asked, which may be behind: what
// came lately counts as being there. Cases that are nobody's lie in many partitions and have no bounds.
func (s *Store) follow(ctx context.Context, owner string, f *desk, were map[loop.State]int, changes []loop.OwnerChange, now time.Time) error {
	if owner == "" {
		return nil
	}
	ask := map[loop.State]bool{}
	for _, change := range changes {
		from, was, had := lies(change.Was)
		to, is, has := lies(change.Is)
		if had && has && from == to && was == is {
			continue
		}
		if bound, known := f.Ends[from]; had && (!known || was <= bound.At) {
			ask[from] = true
		}
		if !has {
			continue
		}
		bound, known := f.Ends[to]
		switch {
		case known:
			bound.At = min(bound.At, is)
		case were[stateOn(to)] == 0:
			bound.At = is
		default:
			ask[to] = true
		}
		minute := now.Unix() / 60
		if bound.Came == 0 || minute-bound.Last > int64(seenFor/time.Minute) {
			bound.Came = is
		}
		bound.Came, bound.Last = min(bound.Came, is), minute
		f.Ends[to] = bound
	}
	left := f.Board.States()
	for shelf := range f.Ends {
		if left[stateOn(shelf)] == 0 {
			delete(f.Ends, shelf)
			delete(ask, shelf)
		}
	}
	for shelf := range ask {
		bound, known := f.Ends[shelf]
		recent := known && bound.Last != 0 && now.Unix()/60-bound.Last <= int64(seenFor/time.Minute)
		cs, err := s.column(ctx, ownerPK(owner, 0), shelf, "", 1, !latestFirst(shelf))
		if err != nil {
			return err
		}
		if len(cs) == 0 && !recent {
			delete(f.Ends, shelf)
			continue
		}
		if len(cs) > 0 {
			_, bound.At, _ = lies(&cs[0])
		}
		if recent && (len(cs) == 0 || bound.Came < bound.At) {
			bound.At = bound.Came
		}
		f.Ends[shelf] = bound
	}
	return nil
}

// stateOn is the state of the cases on a shelf.
func stateOn(shelf loop.State) loop.State {
	if shelf == owed {
		return loop.Resolved
	}
	return shelf
}
