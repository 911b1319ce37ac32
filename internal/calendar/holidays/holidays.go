// Package holidays has calendars know the public holidays of countries: what imports it does. Functions that count no working time do
// without, and stay small.
package holidays

import (
	"time"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/at"
	"github.com/rickar/cal/v2/be"
	"github.com/rickar/cal/v2/bg"
	"github.com/rickar/cal/v2/ch"
	"github.com/rickar/cal/v2/cz"
	"github.com/rickar/cal/v2/de"
	"github.com/rickar/cal/v2/dk"
	"github.com/rickar/cal/v2/es"
	"github.com/rickar/cal/v2/fr"
	"github.com/rickar/cal/v2/gb"
	"github.com/rickar/cal/v2/ie"
	"github.com/rickar/cal/v2/it"
	"github.com/rickar/cal/v2/lt"
	"github.com/rickar/cal/v2/lv"
	"github.com/rickar/cal/v2/nl"
	"github.com/rickar/cal/v2/no"
	"github.com/rickar/cal/v2/pl"
	"github.com/rickar/cal/v2/ro"
	"github.com/rickar/cal/v2/ru"
	"github.com/rickar/cal/v2/se"
	"github.com/rickar/cal/v2/ua"
	"github.com/rickar/cal/v2/us"

	"onetap/internal/calendar"
)

func init() { calendar.Know(of) }

var publicHolidays = map[string][]*cal.Holiday{
	"at": at.Holidays, "be": be.Holidays, "bg": bg.Holidays, "ch": ch.Holidays, "cz": cz.Holidays, "de": de.Holidays, "dk": dk.Holidays,
	"es": es.Holidays, "fr": fr.Holidays, "gb": gb.Holidays, "ie": ie.Holidays, "it": it.Holidays, "lt": lt.Holidays, "lv": lv.Holidays,
	"nl": nl.Holidays, "no": no.Holidays, "pl": pl.Holidays, "ro": ro.Holidays, "ru": ru.Holidays, "se": se.Holidays, "ua": ua.Holidays,
	"us": us.Holidays,
}

// of lists the public holidays of a country in a year, and the days that are free because one fell on a weekend.
func of(country string, year int) map[calendar.Date]bool {
	days := map[calendar.Date]bool{}
	for _, h := range publicHolidays[country] {
		for y := year - 1; y <= year+1; y++ { // what was moved may come from the year before, and go into the next one
			actual, observed := h.Calc(y)
			for _, t := range []time.Time{actual, observed} {
				if !t.IsZero() {
					days[calendar.On(t)] = true
				}
			}
		}
	}
	if country == "ru" {
		// Labour Code of the Russian Federation, article 112: 1–6 and 8 January, and Christmas. They move by decree alone.
		for day := 1; day <= 31; day++ {
			delete(days, calendar.Date{Year: year, Month: time.January, Day: day})
			if day <= 8 {
				days[calendar.Date{Year: year, Month: time.January, Day: day}] = true
			}
		}
	}
	return days
}
