package calendar

import (
	"slices"
	"time"

	"onetap/internal/apperr"
)

// Company is when a company works. The zero value is a company that has not said: its time is counted around the clock.
type Company struct {
	Week    [7]Hours `json:"week"`              // by time.Weekday
	Country string   `json:"country,omitempty"` // whose public holidays are free: one of Countries; "": none
	Days    []Day    `json:"days,omitempty"`    // its own and moved days, in order; they go before holidays and the week
	// Until is the last day of which moved days are known. Russia's government moves some each year, and tells a few months before.
	Until Date `json:"until,omitzero"`
}

// Day is one that is otherwise than the week and the country have it.
type Day struct {
	Date  Date `json:"date"`
	Works bool `json:"works,omitempty"`
}

// MaxOwnDays is how many days of its own a company's calendar holds: ten years of some thirty.
const MaxOwnDays = 500

// IsZero reports whether nothing is said.
func (c Company) IsZero() bool { return c.Week == [7]Hours{} && c.Country == "" && len(c.Days) == 0 }

// Usual is Monday to Friday, 9 to 18.
func Usual() Company {
	var c Company
	for d := time.Monday; d <= time.Friday; d++ {
		c.Week[d] = Hours{9, 18}
	}
	return c
}

// usual are the hours of a working day that the week has none for: those of the first one that it has.
func (c *Company) usual() Hours {
	for n := range c.Week {
		if h := c.Week[(int(time.Monday)+n)%7]; !h.IsZero() {
			return h
		}
	}
	return Hours{9, 18}
}

// Check tells what keeps a calendar from being used. Problems: calendar_hours, calendar_no_work, calendar_country, calendar_days_many.
func (c Company) Check() error {
	for day, h := range c.Week {
		if !h.IsZero() && (h.From < 0 || h.From >= h.Until || h.Until > 24) {
			return apperr.New(apperr.Invalid, "calendar_hours", "week", "Day", day)
		}
	}
	switch {
	case c.Week == [7]Hours{}:
		return apperr.New(apperr.Invalid, "calendar_no_work", "week")
	case c.Country != "" && !slices.Contains(Countries, c.Country):
		return apperr.New(apperr.Invalid, "calendar_country", "country")
	case len(c.Days) > MaxOwnDays:
		return apperr.New(apperr.TooLarge, "calendar_days_many", "days", "Limit", MaxOwnDays)
	}
	return nil
}

// In is the calendar of those who work in a zone (nil: UTC) and in a country, "" being the company's. The company's own days are its
// country's: elsewhere only the public holidays there are free.
func (c Company) In(zone *time.Location, country string) Calendar {
	cal := Calendar{zone: zone}
	if c.IsZero() {
		return cal
	}
	cal.company, cal.country = &c, country
	if country == "" || country == c.Country {
		cal.country, cal.own = c.Country, map[Date]bool{}
		for _, d := range c.Days {
			cal.own[d.Date] = d.Works
		}
	}
	return cal
}

// warns is how long before the moved days end somebody is told.
const warns = 31

// Ends reports whether the moved days that are known end within a month, or have ended; it is about countries that move days, and
// about companies that have named any.
func (c Company) Ends(now time.Time) bool {
	return c.moves() && !On(now).Before(c.Until.Next(-warns))
}

// moves reports whether somebody has to fill in moved days each year.
func (c Company) moves() bool { return slices.Contains(moving, c.Country) || c.Until != Date{} }
