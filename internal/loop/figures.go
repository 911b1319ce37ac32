package loop

import (
	"fmt"
	"maps"
	"net/url"
	"strconv"
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

// Figures are what a case adds to its owner's board: a Cell, and the days on which something falls due of it.
func (c Case) Figures(clock *time.Location) Figures {
	cell := Cell{State: c.State, Kind: c.Is(), Level: c.Level, Team: c.Team}
	f := Figures{cell.key(): 1}
	for _, cell.Cause = range c.Causes {
		f[cell.key()]++
	}
	mark := Mark{Kind: c.Is(), Level: c.Level, Team: c.Team}
	if c.Waits() {
		mark.Of = dueOn + c.Deadline.In(clock).Format(time.DateOnly)
		f[mark.key()]++
	}
	for _, p := range c.Promises {
		if p.Done == "" {
			mark.Of = owedOn + p.By.In(clock).Format(time.DateOnly)
			f[mark.key()]++
		}
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

// States counts a board's cases by their state.
func (f Figures) States() map[State]int {
	all := map[State]int{}
	f.Cells(func(c Cell, n int) {
		if c.Cause == "" {
			all[c.State] += n
		}
	})
	return all
}

// Mark is what a case is counted under besides its state: what of it, and the same four by which everything is looked at.
type Mark struct {
	Of    string
	Kind  Kind
	Level Level
	Team  string
	Cause Cause // "": whatever they are
}

func (m Mark) key() string {
	parts := []string{m.Of, string(m.Kind), string(m.Level), url.QueryEscape(m.Team)}
	if m.Cause != "" {
		parts = append(parts, "", string(m.Cause)) // a Cell has five
	}
	return strings.Join(parts, "|")
}

func markOf(key string) (m Mark, ok bool) {
	p := strings.Split(key, "|")
	if len(p) != 4 && len(p) != 6 {
		return m, false
	}
	team, err := url.QueryUnescape(p[3])
	m = Mark{Of: p[0], Kind: Kind(p[1]), Level: Level(p[2]), Team: team}
	if len(p) == 6 {
		m.Cause = Cause(p[5])
	}
	return m, err == nil
}

// Marks calls each for everything that is no cell.
func (f Figures) Marks(each func(Mark, int)) {
	for k, n := range f {
		if m, ok := markOf(k); ok {
			each(m, n)
		}
	}
}

// What marks are of: in a week's figures, of the cases that were opened in it.
const (
	dueOn  = "due."  // and the day of the deadline, of cases whose respondent nobody has spoken to; also of the board
	owedOn = "owed." // and the day by which something was promised, of which nobody has said whether it was done; of the board alone

	ofOpened  = "opened"
	ofSpoken  = "within."  // somebody spoke to the respondent; and in how many hours (spans)
	ofInTime  = "in_time"  // … by the deadline
	ofMinutes = "minutes"  // until the first conversation, of all ofSpoken
	ofEnded   = "ended"    // resolved or given up
	ofGivenUp = "given_up" // … of them those that were not reached
	ofOutcome = "outcome." // and which
	ofMade    = "promised"
	ofKept    = "promises_kept"
	ofBroken  = "promises_broken"
)

// WeekFigures are what a case adds to the week, by a clock, in which it was opened: once, and once more under each of its causes.
func (c Case) WeekFigures(clock *time.Location) (week string, f Figures) {
	f = Figures{}
	all := Mark{Kind: c.Is(), Level: c.Level, Team: c.Team}
	for _, all.Cause = range append([]Cause{""}, c.Causes...) {
		add := func(of string, n int) {
			m := all
			m.Of = of
			if k := m.key(); n != 0 {
				f[k] += n
			}
		}
		add(ofOpened, 1)
		if !c.Spoke.IsZero() {
			took := max(0, c.Spoke.Sub(c.Opened))
			add(ofSpoken+strconv.Itoa(span(took)), 1)
			add(ofMinutes, int(took/time.Minute))
			if !c.Spoke.After(c.Deadline) {
				add(ofInTime, 1)
			}
		} else if c.Waits() {
			add(dueOn+c.Deadline.In(clock).Format(time.DateOnly), 1)
		}
		if c.Over() {
			add(ofEnded, 1)
			if c.State == Unreachable {
				add(ofGivenUp, 1)
			}
			if c.Outcome != "" {
				add(ofOutcome+string(c.Outcome), 1)
			}
		}
		for _, p := range c.Promises {
			add(ofMade, 1)
			switch p.Done {
			case Kept:
				add(ofKept, 1)
			case Broken:
				add(ofBroken, 1)
			}
		}
	}
	return WeekOf(c.Opened, clock), f
}

// WeekOf is the ISO week of a moment on a clock, "2026-W49".
func WeekOf(t time.Time, clock *time.Location) string {
	year, n := t.In(clock).ISOWeek()
	return fmt.Sprintf("%04d-W%02d", year, n)
}

// FiguresOf names an owner's figures: those of the board, or of a week.
type FiguresOf struct {
	Owner string // staff id in small letters; "": nobody's
	Week  string // "": of the board
}

// CaseChange is what a record of the stream says happened to a case.
type CaseChange struct {
	Record      string    // names the record
	Made        time.Time // when the table made it, to the second; zero: not known
	Before, Now *Case     // nil: there was none, there is none
}

// Deltas are what a change adds to whose figures.
func (c CaseChange) Deltas(clock *time.Location) map[FiguresOf]Figures {
	all := map[FiguresOf]Figures{}
	for owner, one := range c.ByOwner(clock) {
		for week, f := range one.Figures {
			all[FiguresOf{owner, week}] = f
		}
	}
	return all
}

// OwnerChange is what a change does to one owner's figures.
type OwnerChange struct {
	Record  string
	Made    time.Time
	Figures map[string]Figures // what it adds: by week, "" to the board
	Was, Is *Case              // the owner's case before and after it; nil: there was none, there is none
}

// ByOwner is what a change does to whose figures, by owner in small letters: where a case is counted, or where it lies.
func (c CaseChange) ByOwner(clock *time.Location) map[string]OwnerChange {
	all := map[string]OwnerChange{}
	add := func(of *Case, n int) {
		if of == nil {
			return
		}
		owner := strings.ToLower(of.Owner)
		one, ok := all[owner]
		if !ok {
			one = OwnerChange{Record: c.Record, Made: c.Made, Figures: map[string]Figures{}}
		}
		if n < 0 {
			one.Was = of
		} else {
			one.Is = of
		}
		week, figures := of.WeekFigures(clock)
		for whose, f := range map[string]Figures{"": of.Figures(clock), week: figures} {
			if one.Figures[whose] == nil {
				one.Figures[whose] = Figures{}
			}
			one.Figures[whose].Add(f, n)
		}
		all[owner] = one
	}
	add(c.Before, -1)
	add(c.Now, 1)
	for owner, one := range all {
		maps.DeleteFunc(one.Figures, func(_ string, f Figures) bool { return len(f) == 0 })
		if stays := one.Was != nil && one.Is != nil && one.Was.Next().Equal(one.Is.Next()); stays && len(one.Figures) == 0 {
			delete(all, owner)
		}
	}
	return all
}

// Desk is what is known of an owner's cases without reading them. It may be behind by some seconds.
type Desk struct {
	Figures Figures
	// First is before which moment none of the owner's cases lies among those of a shelf (of what is over: after which); of a shelf that is not
	// there nothing is known.
	First map[State]time.Time
}

// Asked is an owner whose cases are asked for, and what is known of them: First as in Desk.
type Asked struct {
	Owner string // "": nobody's
	First map[State]time.Time
}
