// Package calendar counts working time: what is two working days from now, and how much of them has passed.
//
// It does no I/O. Hours of a day are local, so a working day is as long on the day of a change of clocks as on any other.
package calendar

import (
	"fmt"
	"time"
)

// Date is a day, wherever it is.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// On is the day of a moment, in its location.
func On(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

// At is an hour of the day in a zone: 24 is the beginning of the next one.
func (d Date) At(hour int, zone *time.Location) time.Time {
	return time.Date(d.Year, d.Month, d.Day, hour, 0, 0, 0, zone)
}

// Next is the day n days after d.
func (d Date) Next(n int) Date { return On(time.Date(d.Year, d.Month, d.Day+n, 12, 0, 0, 0, time.UTC)) }

// Before reports whether d is earlier than other.
func (d Date) Before(other Date) bool { return d.At(0, time.UTC).Before(other.At(0, time.UTC)) }

// String writes a day as ISO 8601 does.
func (d Date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day) }

// MarshalText writes what UnmarshalText reads.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads a day that String wrote.
func (d *Date) UnmarshalText(b []byte) error {
	t, err := time.Parse(time.DateOnly, string(b))
	*d = On(t)
	return err
}

// Hours are when people work on a day: from a full hour until another of the same day. The zero value is not at all.
type Hours struct {
	From  int `json:"from"`  // 0 to 23
	Until int `json:"until"` // 1 to 24, after From
}

// IsZero reports whether nobody works.
func (h Hours) IsZero() bool { return h == Hours{} }

// maxDays bounds how far ahead a working day is looked for. Check of a Company sees to it that there is one in every week but for
// holidays and the company's own days.
const maxDays = 4000

// Calendar is when somebody works. The zero value is around the clock, in UTC.
type Calendar struct {
	zone    *time.Location
	company *Company
	country string
	own     map[Date]bool // the company's own days; nil where they do not hold
}

func (c Calendar) location() *time.Location {
	if c.zone == nil {
		return time.UTC
	}
	return c.zone
}

// Hours are when people work on a day; ok is false of a day off.
func (c Calendar) Hours(d Date) (h Hours, ok bool) {
	if c.company == nil {
		return Hours{0, 24}, true
	}
	weekday := d.At(12, time.UTC).Weekday()
	h = c.company.Week[weekday]
	if works, own := c.own[d]; own {
		if works && h.IsZero() { // a Saturday that was made a working day
			h = c.company.usual()
		}
		return h, works
	}
	return h, !h.IsZero() && !holiday(c.country, d)
}

// work is the working time of a day, from until.
func (c Calendar) work(d Date) (from, until time.Time, ok bool) {
	h, ok := c.Hours(d)
	return d.At(h.From, c.location()), d.At(h.Until, c.location()), ok
}

// each calls for the working times from a moment on, the first one cut to begin there, until it returns false.
func (c Calendar) each(at time.Time, see func(from, until time.Time) bool) {
	at = at.In(c.location())
	for n := range maxDays {
		from, until, ok := c.work(On(at).Next(n))
		if !ok || !until.After(at) {
			continue
		}
		if from.Before(at) {
			from = at
		}
		if !see(from, until) {
			return
		}
	}
}

// Add is when so much working time has passed after a moment. What ends with a working day ends there, and not when the next begins.
func (c Calendar) Add(at time.Time, work time.Duration) time.Time {
	end := at
	c.each(at, func(from, until time.Time) bool {
		if length := until.Sub(from); work > length {
			work -= length
			return true
		}
		end = from.Add(work)
		return false
	})
	return end
}

// AddDays is the same hour so many working days later: from Friday 16:00 two days are until Tuesday 16:00. Out of working time the count
// begins with the next: from a Saturday they are until the end of Tuesday.
func (c Calendar) AddDays(at time.Time, days int) time.Time {
	if c.company == nil {
		at = at.In(c.location())
		return time.Date(at.Year(), at.Month(), at.Day()+days, at.Hour(), at.Minute(), at.Second(), at.Nanosecond(), c.location())
	}
	end, seen := at, 0
	var clock time.Duration // since the day's beginning, by the wall
	var whole bool          // from the beginning of a working day to the end of another
	c.each(at, func(from, until time.Time) bool {
		begins, _, _ := c.work(On(from))
		if seen == 0 {
			clock, whole = wall(from), from.Equal(begins)
		}
		switch {
		case whole && seen == days-1:
			end = until
			return false
		case seen == days:
			d := On(from)
			end = time.Date(d.Year, d.Month, d.Day, 0, 0, 0, int(clock), c.location())
			if end.Before(begins) {
				end = begins
			} else if end.After(until) {
				end = until
			}
			return false
		}
		seen++
		return true
	})
	return end
}

// wall is how far a clock on the wall has gone since midnight.
func wall(t time.Time) time.Duration {
	h, m, s := t.Clock()
	return time.Duration(h)*time.Hour + time.Duration(m)*time.Minute + time.Duration(s)*time.Second + time.Duration(t.Nanosecond())
}

// Between is the working time from one moment until another; 0 where that is not later.
func (c Calendar) Between(from, until time.Time) (work time.Duration) {
	c.each(from, func(begins, ends time.Time) bool {
		if ends.After(until) {
			ends = until
		}
		if ends.After(begins) {
			work += ends.Sub(begins)
		}
		return ends.Before(until)
	})
	return work
}

// Half is when half of the working time between two moments has passed.
func (c Calendar) Half(from, until time.Time) time.Time {
	return c.Add(from, c.Between(from, until)/2)
}

// Morning is when an hour of a working day begins next, after a moment.
func (c Calendar) Morning(after time.Time, hour int) time.Time {
	day := On(after.In(c.location()))
	for n := range maxDays {
		d := day.Next(n)
		if _, ok := c.Hours(d); !ok {
			continue
		}
		if at := d.At(hour, c.location()); at.After(after) {
			return at
		}
	}
	return after.Add(24 * time.Hour)
}
