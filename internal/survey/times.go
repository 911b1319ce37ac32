package survey

import (
	"strconv"
	"sync"
	"time"

	"onetap/internal/apperr"
)

// firstYear and lastYear bound every time that a person or a program may set: 0001 and 9999 are mistakes of programs.
const firstYear, lastYear = 2000, 2100

// CheckTime refuses a time that nobody means, with the problem time_range at where.
func CheckTime(t time.Time, where string) error {
	if y := t.UTC().Year(); y < firstYear || y > lastYear {
		return apperr.New(apperr.Invalid, "time_range", where, "From", strconv.Itoa(firstYear), "To", strconv.Itoa(lastYear))
	}
	return nil
}

// LocalFormat is how a browser writes a time without its zone (datetime-local).
const LocalFormat = "2006-01-02T15:04"

// LocalTime reads what a clock on the wall of a zone shows, with or without seconds. A time that comes twice, when clocks
// are put back, is the first of the two. Problems: time_unreadable; time_skipped for one that no clock shows, because it is put
// forward over it; time_range.
func LocalTime(text string, zone *time.Location, where string) (time.Time, error) {
	layout := LocalFormat
	if len(text) > len(LocalFormat) {
		layout += ":05"
	}
	shown, err := time.Parse(layout, text)
	if err != nil {
		return time.Time{}, apperr.New(apperr.Invalid, "time_unreadable", where)
	}
	if err := CheckTime(shown, where); err != nil {
		return time.Time{}, err
	}
	// The zone's offset is one of those in force a day before and a day after: no zone changes twice in two days.
	var found time.Time
	for _, around := range []time.Duration{-24 * time.Hour, 24 * time.Hour} {
		_, offset := shown.Add(around).In(zone).Zone()
		t := shown.Add(-time.Duration(offset) * time.Second)
		if t.In(zone).Format(layout) == text && (found.IsZero() || t.Before(found)) {
			found = t
		}
	}
	if found.IsZero() {
		return found, apperr.New(apperr.Invalid, "time_skipped", where, "Clock", shown.Format("15:04"), "Zone", zone.String())
	}
	return found, nil
}

var zones sync.Map // by name; finding one in the list of all takes longer than counting an answer

// ZoneOf is a time zone by its IANA name, such as "Europe/Moscow"; nil for "", and where this machine knows none of that name.
func ZoneOf(name string) *time.Location {
	if name == "" || name == "Local" {
		return nil
	}
	if zone, ok := zones.Load(name); ok {
		return zone.(*time.Location)
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil
	}
	zones.Store(name, zone)
	return zone
}
