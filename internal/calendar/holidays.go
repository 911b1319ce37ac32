package calendar

import (
	"strconv"
	"sync"
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
)

// Countries are those whose public holidays are known, by ISO 3166.
var Countries = []string{"ru", "at", "be", "bg", "ch", "cz", "de", "dk", "es", "fr", "gb", "ie", "it", "lt", "lv", "nl", "no", "pl", "ro", "se", "ua", "us"}

// moving are the countries whose government moves days each year.
var moving = []string{"ru"}

var publicHolidays = map[string][]*cal.Holiday{
	"at": at.Holidays, "be": be.Holidays, "bg": bg.Holidays, "ch": ch.Holidays, "cz": cz.Holidays, "de": de.Holidays, "dk": dk.Holidays,
	"es": es.Holidays, "fr": fr.Holidays, "gb": gb.Holidays, "ie": ie.Holidays, "it": it.Holidays, "lt": lt.Holidays, "lv": lv.Holidays,
	"nl": nl.Holidays, "no": no.Holidays, "pl": pl.Holidays, "ro": ro.Holidays, "ru": ru.Holidays, "se": se.Holidays, "ua": ua.Holidays,
	"us": us.Holidays,
}

// holiday reports whether a day is a public holiday of a country, or is free because one fell on a weekend.
func holiday(country string, d Date) bool {
	return country != "" && holidaysOf(country, d.Year)[d]
}

// years has the holidays of a country and year that were asked for.
var years sync.Map

func holidaysOf(country string, year int) map[Date]bool {
	key := country + strconv.Itoa(year)
	if known, ok := years.Load(key); ok {
		return known.(map[Date]bool)
	}
	days := map[Date]bool{}
	for _, h := range publicHolidays[country] {
		for y := year - 1; y <= year+1; y++ { // what was moved may come from the year before, and go into the next one
			actual, observed := h.Calc(y)
			for _, t := range []time.Time{actual, observed} {
				if !t.IsZero() {
					days[On(t)] = true
				}
			}
		}
	}
	if country == "ru" {
		// Labour Code of the Russian Federation, article 112: 1–6 and 8 January, and Christmas. They move by decree alone.
		for day := 1; day <= 31; day++ {
			delete(days, Date{year, time.January, day})
			if day <= 8 {
				days[Date{year, time.January, day}] = true
			}
		}
	}
	years.Store(key, days)
	return days
}
