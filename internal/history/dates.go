package history

import (
	"strconv"
	"strings"
	"time"

	"onetap/internal/celltext"
)

// Order is the order of day and month in dates with slashes.
type Order string

const (
	DayFirst   Order = "dmy" // 31/12/2024
	MonthFirst Order = "mdy" // 12/31/2024
)

// reading is a time as it was written.
type reading struct {
	at time.Time
	ok bool
	// written is the time by which the answer is known: at, or, of a time without a zone, what it says read as UTC. It is the same whatever clock
	// the company has when the list comes again.
	written time.Time
	// Of a date with slashes, a and b are its first two numbers; whichever is over 12 is the day. 0: its order is no question.
	a, b int
}

// named are dates with the names of months.
var named = []string{"Jan 2, 2006", "January 2, 2006", "2 Jan 2006", "2 January 2006", "02-Jan-2006", "Mon, 02 Jan 2006", "Mon Jan 02 2006", "Monday, January 2, 2006"}

// read reads a time as exports write it: ISO 8601, day.month.year, with slashes in the order given, seconds or milliseconds since 1970, English
// names of months. A time without a zone is on the clock.
func read(text string, order Order, clock *time.Location) (r reading) {
	text = celltext.Clean(text)
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && len(text) >= 9 && len(text) <= 13 {
		at := time.Unix(n, 0).UTC()
		if len(text) > 11 {
			at = time.UnixMilli(n).UTC()
		}
		return reading{at: at, ok: true, written: at}
	}
	day, hours := cutClock(text)
	date, ok := r.date(day, order)
	if !ok {
		return r
	}
	at, zoned, ok := clockOf(hours)
	if !ok {
		return r
	}
	r.written, r.ok = date.Add(at), true
	if r.at = r.written; !zoned {
		y, m, d := date.Date()
		r.at = time.Date(y, m, d, 0, 0, 0, int(at), clock)
	}
	return r
}

// cutClock parts day and time: at the first blank, T or comma behind which a time begins.
func cutClock(text string) (day, clock string) {
	colon := strings.IndexByte(text, ':')
	if colon < 0 {
		return text, ""
	}
	from := colon
	for from > 0 && text[from-1] >= '0' && text[from-1] <= '9' {
		from--
	}
	return strings.TrimRight(text[:from], " T,"), text[from:]
}

func (r *reading) date(day string, order Order) (time.Time, bool) {
	mark := strings.IndexAny(day, "-./")
	if mark < 0 || strings.ContainsAny(day, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") {
		for _, layout := range named {
			if t, err := time.Parse(layout, day); err == nil {
				return t, true
			}
		}
		return time.Time{}, false
	}
	parts := strings.Split(day, day[mark:mark+1])
	if len(parts) != 3 {
		return time.Time{}, false
	}
	var n [3]int
	for i, p := range parts {
		var err error
		if n[i], err = strconv.Atoi(p); err != nil || len(p) > 4 {
			return time.Time{}, false
		}
	}
	switch {
	case len(parts[0]) == 4:
		return dateOf(n[0], n[1], n[2])
	case len(parts[2]) == 2:
		n[2] += 2000
	case len(parts[2]) != 4:
		return time.Time{}, false
	}
	if day[mark] == '/' || day[mark] == '-' {
		r.a, r.b = n[0], n[1]
		if order == MonthFirst {
			return dateOf(n[2], n[0], n[1])
		}
	}
	return dateOf(n[2], n[1], n[0])
}

func dateOf(year, month, day int) (time.Time, bool) {
	t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	return t, t.Month() == time.Month(month) && t.Day() == day
}

// clockOf is how long after midnight of its date a time is: after UTC's midnight where it has a zone.
func clockOf(text string) (at time.Duration, zoned, ok bool) {
	if text == "" {
		return 0, false, true
	}
	end := strings.IndexFunc(text, func(r rune) bool { return (r < '0' || r > '9') && r != ':' && r != '.' })
	if end < 0 {
		end = len(text)
	}
	parts := strings.Split(text[:end], ":")
	if len(parts) < 2 || len(parts) > 3 {
		return 0, false, false
	}
	hour, err := strconv.Atoi(parts[0])
	minute, wrong := strconv.Atoi(parts[1])
	if err != nil || wrong != nil || minute > 59 {
		return 0, false, false
	}
	seconds := 0.0
	if len(parts) == 3 {
		if seconds, err = strconv.ParseFloat(parts[2], 64); err != nil || seconds >= 61 {
			return 0, false, false
		}
	}
	rest := strings.ToUpper(strings.TrimSpace(text[end:]))
	for _, half := range []string{"AM", "PM"} {
		if after, found := strings.CutPrefix(rest, half); found {
			if hour < 1 || hour > 12 {
				return 0, false, false
			}
			if hour %= 12; half == "PM" {
				hour += 12
			}
			rest = strings.TrimSpace(after)
		}
	}
	if hour > 23 {
		return 0, false, false
	}
	zone, ok := zoneOf(rest)
	at = time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute + time.Duration(seconds*1000)*time.Millisecond
	return at - zone, rest != "", ok
}

// zoneOf reads "Z", "UTC", "GMT+3", "+03:00", "-0700"; "" is none, 0.
func zoneOf(text string) (time.Duration, bool) {
	text = strings.TrimPrefix(strings.TrimPrefix(text, "UTC"), "GMT")
	text = strings.TrimSpace(text)
	if text == "" || text == "Z" {
		return 0, true
	}
	sign := time.Duration(1)
	if strings.HasPrefix(text, "-") || strings.HasPrefix(text, "−") {
		sign = -1
	}
	digits := strings.ReplaceAll(strings.TrimLeft(text, "+-−"), ":", "")
	if len(digits) == len(text) || len(digits) == 0 || len(digits) > 4 {
		return 0, false
	}
	n, err := strconv.Atoi(digits)
	if err != nil {
		return 0, false
	}
	if len(digits) <= 2 {
		n *= 100
	}
	return sign * (time.Duration(n/100)*time.Hour + time.Duration(n%100)*time.Minute), n/100 <= 14
}
