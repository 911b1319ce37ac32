package survey

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// fixedZone is how the zone of somebody is kept of whom only the distance from UTC is known: "UTC+05:00".
const fixedZone = "UTC%s%02d:%02d"

// hoursFrom reads a distance: "+3", "3", "+03:00", "-0330", "+5:30".
var hoursFrom = regexp.MustCompile(`^([+-]?)(\d{1,2})(?::?(00|15|30|45))?$`)

// moscow is the hour that "МСК+2" counts from, on which Russia's zones have stood since 2014, without daylight-saving time.
const moscow = 3 * 60

// ReadZone reads a time zone as lists write it: an IANA name ("Europe/Moscow", in any case of letters), a distance from UTC ("UTC+3", "GMT-5",
// "+05:30", "3") or from Moscow ("МСК+2", "MSK"). It returns how it is kept, which ZoneAt reads; known is false of anything else. An empty
// text is no zone, and known.
func ReadZone(text string) (name string, known bool) {
	text = strings.Join(strings.Fields(strings.NewReplacer("−", "-", "–", "-").Replace(text)), "")
	if text == "" {
		return "", true
	}
	if strings.Contains(text, "/") {
		for _, spelled := range []string{text, titled(text)} {
			if ZoneOf(spelled) != nil {
				return spelled, true
			}
		}
		return "", false
	}
	rest, from := strings.ToUpper(text), 0
	for start, minutes := range map[string]int{"UTC": 0, "GMT": 0, "МСК": moscow, "MSK": moscow} {
		after, ok := strings.CutPrefix(rest, start)
		if !ok {
			continue
		}
		if after == "" {
			after = "+0"
		} else if after[0] != '+' && after[0] != '-' {
			return "", false
		}
		rest, from = after, minutes
		break
	}
	return fixed(rest, from)
}

// fixed reads a distance in hours and minutes from another, in minutes from UTC.
func fixed(text string, from int) (string, bool) {
	m := hoursFrom.FindStringSubmatch(text)
	if m == nil {
		return "", false
	}
	hours, _ := strconv.Atoi(m[2])
	minutes, _ := strconv.Atoi("0" + m[3])
	minutes += 60 * hours
	if m[1] == "-" {
		minutes = -minutes
	}
	if minutes += from; minutes < -12*60 || minutes > 14*60 { // between Baker Island and Kiribati
		return "", false
	}
	sign := "+"
	if minutes < 0 {
		sign, minutes = "-", -minutes
	}
	return fmt.Sprintf(fixedZone, sign, minutes/60, minutes%60), true
}

// titled spells an IANA name as the list of them does: "america/new_york" is "America/New_York".
func titled(name string) string {
	start := true
	return strings.Map(func(r rune) rune {
		upper := start
		start = r == '/' || r == '_' || r == '-'
		if upper {
			return []rune(strings.ToUpper(string(r)))[0]
		}
		return []rune(strings.ToLower(string(r)))[0]
	}, name)
}

// ZoneAt is the zone of a contact by what ReadZone has made of it; nil for "", and where this machine does not know it.
func ZoneAt(name string) *time.Location {
	distance, ok := strings.CutPrefix(name, "UTC")
	if !ok {
		return ZoneOf(name)
	}
	if zone, ok := zones.Load(name); ok {
		return zone.(*time.Location)
	}
	if spelled, ok := fixed(distance, 0); !ok || spelled != name {
		return nil
	}
	hours, _ := strconv.Atoi(distance[1:3])
	minutes, _ := strconv.Atoi(distance[4:])
	seconds := (hours*60 + minutes) * 60
	if distance[0] == '-' {
		seconds = -seconds
	}
	zone := time.FixedZone(name, seconds)
	zones.Store(name, zone)
	return zone
}
