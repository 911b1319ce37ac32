package calendar

import (
	"strconv"
	"sync"
)

// Countries are those whose public holidays are known, by ISO 3166.
var Countries = []string{"ru", "at", "be", "bg", "ch", "cz", "de", "dk", "es", "fr", "gb", "ie", "it", "lt", "lv", "nl", "no", "pl", "ro", "se", "ua", "us"}

// moving are the countries whose government moves days each year.
var moving = []string{"ru"}

// know lists the public holidays of a country in a year; Know sets it.
var know func(country string, year int) map[Date]bool

// Know has calendars know holidays; package holidays calls it once, before anything else.
func Know(holidays func(country string, year int) map[Date]bool) { know = holidays }

// years has the holidays of a country and year that were asked for.
var years sync.Map

// holiday reports whether a day is a public holiday of a country, or is free because one fell on a weekend.
func holiday(country string, d Date) bool {
	return country != "" && holidaysOf(country, d.Year)[d]
}

func holidaysOf(country string, year int) map[Date]bool {
	key := country + strconv.Itoa(year)
	if known, ok := years.Load(key); ok {
		return known.(map[Date]bool)
	}
	if know == nil {
		panic("calendar: whoever counts working time imports calendar/holidays")
	}
	days := know(country, year)
	years.Store(key, days)
	return days
}
