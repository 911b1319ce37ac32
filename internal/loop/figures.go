package loop

import (
	"fmt"
	"maps"
	"net/url"
	"strings"
	"time"
)

// Figures are how many there are of each of some things. A figure that is not there is 0.
type Figures map[string]int

// Add adds others, n times.
func (f Figures) Add(others Figures, n int) {
	for k, v := range others {
		if f[k] += v * n; f[k] == 0 {
			delete(f, k)
		}
	}
}

// Equal reports whether two are the same.
func (f Figures) Equal(o Figures) bool { return maps.Equal(f, o) }

// Cell is what a case is counted under on a board. A case that is over is counted once without a cause, and once more under each of its causes.
type Cell struct {
	State State
	Kind  Kind
	Level Level
	Team  string
	Cause Cause // "": whatever they are
}

func (c Cell) key() string {
	return strings.Join([]string{string(c.State), string(c.Kind), string(c.Level), url.QueryEscape(c.Team), string(c.Cause)}, "|")
}

func cellOf(key string) (c Cell, ok bool) {
	p := strings.Split(key, "|")
	if len(p) != 5 {
		return c, false
	}
	team, err := url.QueryUnescape(p[3])
	return Cell{State(p[0]), Kind(p[1]), Level(p[2]), team, Cause(p[4])}, err == nil
}

// Figures are what a case adds to its owner's board.
func (c Case) Figures() Figures {
	cell := Cell{State: c.State, Kind: c.Is(), Level: c.Level, Team: c.Team}
	f := Figures{cell.key(): 1}
	for _, cell.Cause = range c.Causes {
		f[cell.key()]++
	}
	return f
}

// Cells calls each for every cell of a board's figures.
func (f Figures) Cells(each func(Cell, int)) {
	for k, n := range f {
		if c, ok := cellOf(k); ok {
			each(c, n)
		}
	}
}

// Figures of a week, of the cases that were opened in it.
const (
	WeekOpened  = "opened"
	WeekSpoken  = "spoken"  // somebody spoke to the respondent
	WeekInTime  = "in_time" // … by the deadline
	WeekMinutes = "minutes" // until the first conversation, of all of WeekSpoken
	WeekEnded   = "ended"
	WeekMade    = "promised"
	WeekKept    = "promises_kept"
	WeekBroken  = "promises_broken"
)

// WeekFigures are what a case adds to the week, by a clock, in which it was opened: each figure by kind, level and team, as
// "<figure>|<kind>|<level>|<team>", outcomes as "outcome.kept", causes as "cause.price".
func (c Case) WeekFigures(clock *time.Location) (week string, f Figures) {
	year, n := c.Opened.In(clock).ISOWeek()
	by := "|" + strings.Join([]string{string(c.Is()), string(c.Level), url.QueryEscape(c.Team)}, "|")
	f = Figures{WeekOpened + by: 1}
	if !c.Spoke.IsZero() {
		f[WeekSpoken+by] = 1
		f.Add(Figures{WeekMinutes + by: int(max(0, c.Spoke.Sub(c.Opened)) / time.Minute)}, 1)
		if !c.Spoke.After(c.Deadline) {
			f[WeekInTime+by] = 1
		}
	}
	if c.Over() {
		f[WeekEnded+by] = 1
		if c.Outcome != "" {
			f["outcome."+string(c.Outcome)+by] = 1
		}
	}
	for _, cause := range c.Causes {
		f["cause."+string(cause)+by]++
	}
	for _, p := range c.Promises {
		f[WeekMade+by]++
		switch p.Done {
		case Kept:
			f[WeekKept+by]++
		case Broken:
			f[WeekBroken+by]++
		}
	}
	return fmt.Sprintf("%04d-W%02d", year, n), f
}

// FiguresOf names an owner's figures: those of the board, or of a week.
type FiguresOf struct {
	Owner string // staff id in small letters; "": nobody's
	Week  string // "": of the board
}

// CaseChange is what a record of the stream says happened to a case.
type CaseChange struct {
	Record      string // names the record
	Before, Now *Case  // nil: there was none, there is none
}

// Deltas are what a change adds to whose figures.
func (c CaseChange) Deltas(clock *time.Location) map[FiguresOf]Figures {
	all := map[FiguresOf]Figures{}
	add := func(of *Case, n int) {
		if of == nil {
			return
		}
		owner := strings.ToLower(of.Owner)
		week, figures := of.WeekFigures(clock)
		for whose, f := range map[FiguresOf]Figures{{owner, ""}: of.Figures(), {owner, week}: figures} {
			if all[whose] == nil {
				all[whose] = Figures{}
			}
			all[whose].Add(f, n)
		}
	}
	add(c.Before, -1)
	add(c.Now, 1)
	for whose, f := range all {
		if len(f) == 0 {
			delete(all, whose)
		}
	}
	return all
}
