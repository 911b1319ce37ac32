package org

import (
	"slices"
	"time"

	"onetap/internal/console/shell"
	"onetap/internal/lang"
)

// zones are the time zones that are offered: for each clock of the inhabited world one that most people know. One that is set or
// that the reader's browser has stands among them in any case.
var zones = []string{
	"Pacific/Honolulu", "America/Anchorage", "America/Los_Angeles", "America/Denver", "America/Chicago", "America/New_York", "America/Halifax",
	"America/Sao_Paulo", "Atlantic/Azores", "UTC", "Europe/London", "Europe/Lisbon", "Europe/Berlin", "Europe/Paris", "Europe/Madrid", "Europe/Rome", "Europe/Warsaw",
	"Africa/Lagos", "Europe/Kaliningrad", "Europe/Athens", "Europe/Helsinki", "Europe/Kyiv", "Africa/Johannesburg", "Europe/Istanbul", "Europe/Minsk", "Europe/Moscow",
	"Asia/Tehran", "Europe/Samara", "Asia/Dubai", "Asia/Tbilisi", "Asia/Yerevan", "Asia/Baku", "Asia/Kabul", "Asia/Yekaterinburg", "Asia/Tashkent", "Asia/Almaty",
	"Asia/Kolkata", "Asia/Kathmandu", "Asia/Bishkek", "Asia/Omsk", "Asia/Novosibirsk", "Asia/Krasnoyarsk", "Asia/Bangkok", "Asia/Irkutsk", "Asia/Shanghai", "Asia/Singapore",
	"Asia/Yakutsk", "Asia/Tokyo", "Australia/Sydney", "Asia/Vladivostok", "Asia/Magadan", "Asia/Kamchatka", "Pacific/Auckland",
}

// zoneOptions lists the time zones in the order of their clocks, with the distance from UTC that they have now. The one that is set
// is chosen; where none is, the reader's, which is what saving the form sets.
func zoneOptions(set string, reader *time.Location, now time.Time) []shell.Option {
	chosen := set
	if chosen == "" {
		chosen = reader.String()
	}
	type offered struct {
		name   string
		offset int
	}
	var all []offered
	for _, name := range append([]string{chosen}, zones...) {
		zone, err := time.LoadLocation(name)
		if err != nil || slices.ContainsFunc(all, func(o offered) bool { return o.name == name }) {
			continue
		}
		_, offset := now.In(zone).Zone()
		all = append(all, offered{name, offset})
	}
	slices.SortStableFunc(all, func(a, b offered) int { return a.offset - b.offset })
	options := make([]shell.Option, len(all))
	for i, o := range all {
		zone, _ := time.LoadLocation(o.name)
		options[i] = shell.Option{Value: o.name, Label: o.name + " (" + lang.Offset(now.In(zone)) + ")", On: o.name == chosen}
	}
	return options
}
