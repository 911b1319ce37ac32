package followup

import (
	"context"
	"strings"
	"sync"
	"time"

	"onetap/internal/loop"
)

// latestRead is how many of an owner's cases are looked at for a letter that has just gone to them.
const latestRead = 8

// pace is what a round knows of letters that owners get: the first of several goes at once, the others wait and go together.
//
// It is a comfort, and nothing rests on it: a case stays due until its letter is recorded. Two functions that hear of two answers at
// the same moment may each send theirs, for the list of an owner's cases can be behind by a moment.
type pace struct {
	mu sync.Mutex
	of map[string]*ownersPace // by owner in lower case
}

type ownersPace struct {
	mu     sync.Mutex
	read   bool
	latest []loop.Case // of the owner, as they were stored when this round asked first
	last   loop.Case   // the one whose letter this round claimed last
}

func (p *pace) owner(id string) *ownersPace {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.of == nil {
		p.of = map[string]*ownersPace{}
	}
	id = strings.ToLower(id)
	if p.of[id] == nil {
		p.of[id] = &ownersPace{}
	}
	return p.of[id]
}

// turn claims the letter of a case that can go now, or holds it because others of its owner were written about just now.
func (r *Round) turn(ctx context.Context, c loop.Case, claim string) (after loop.Case, changed bool) {
	now := r.Now()
	if !c.Claimable(now) {
		return c, false
	}
	o := r.pace.owner(c.Owner)
	o.mu.Lock()
	defer o.mu.Unlock()
	if until := r.waits(ctx, o, c, now); !until.IsZero() {
		return c.Hold(until), true
	}
	c, err := r.replan(ctx, c)
	if err != nil {
		r.Log.Warn("the times of a case that opens again are not known; the clock tries again", "case", c.ID(), "error", err)
		return c, false
	}
	c = c.Claim(claim, now)
	o.last = c
	return c, true
}

// waits says until when a case's letter waits; zero: it goes now, also where nobody can say.
func (r *Round) waits(ctx context.Context, o *ownersPace, c loop.Case, now time.Time) time.Time {
	if r.Together <= 0 || c.Alert.Held || c.Alert.Tries > 0 {
		return time.Time{}
	}
	if o.last.Campaign != "" {
		if until := c.WaitsFor([]loop.Case{o.last}, r.Together, now); !until.IsZero() {
			return until
		}
	}
	if !o.read {
		latest, err := r.Store.Latest(ctx, c.Owner, latestRead)
		if err != nil {
			r.Log.Warn("an owner's latest letters are not known; this one goes at once", "case", c.ID(), "error", err)
			return time.Time{}
		}
		o.latest, o.read = latest, true
	}
	return c.WaitsFor(o.latest, r.Together, now)
}
