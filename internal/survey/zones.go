package survey

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Letters wait for the hours of the day in which surveys are sent, on the clock by which their people live where that is known. So a plan cuts batches by clock: those of one
// clock have one prefix in their names and a cursor of their own, and the sender takes the batches of the clocks whose hours are open. Who lives by the campaign's own
// clock, or by one that is not known, is in the batches without a prefix, which is all there are where no hours are set, and of an anonymous audience: a time of
// sending that goes by a person's zone would be told by its answers.

// MailingZone is what a mailing has of one clock besides the campaign's own.
type MailingZone struct {
	Name   string `json:"zone"`             // for ZoneAt: the first of those with this clock that the plan met
	People int    `json:"people"`           // planned
	Past   int    `json:"past,omitempty"`   // of them in batches before Cursor
	Cursor string `json:"cursor,omitempty"` // as Mailing.Cursor
}

// maxMailingZones is how many clocks a mailing has besides the campaign's at most: the world has some forty. Who would need another waits by the campaign's.
const maxMailingZones = 98

// sameClock reports whether two zones have the same time of day all year long from a time on.
func sameClock(a, b *time.Location, from time.Time) bool {
	for n := range 26 { // a fortnight each
		at := from.AddDate(0, 0, 14*n)
		_, x := at.In(a).Zone()
		if _, y := at.In(b).Zone(); x != y {
			return false
		}
	}
	return true
}

// ZoneFor is the zone by which a mailing cuts batches for somebody of a campaign who lives by a zone: one that it has already where that has the same clock, "" for the
// campaign's own.
func (w Mailing) ZoneFor(c Campaign, zone string) string {
	if zone == "" || c.Hours.IsZero() || c.Audience.Anonymous() {
		return ""
	}
	clock := ZoneAt(zone)
	if clock == nil || sameClock(clock, c.Clock(), w.Started) {
		return ""
	}
	for _, z := range w.Zones {
		if z.Name == zone || sameClock(clock, ZoneAt(z.Name), w.Started) {
			return z.Name
		}
	}
	if len(w.Zones) >= maxMailingZones {
		return ""
	}
	return zone
}

// zone is the number of a zone among a mailing's, which has it from now on; 0 for "", the campaign's own.
func (w *Mailing) zone(name string) int {
	if name == "" {
		return 0
	}
	n := slices.IndexFunc(w.Zones, func(z MailingZone) bool { return z.Name == name })
	if n < 0 {
		n = len(w.Zones)
		w.Zones = append(slices.Clone(w.Zones), MailingZone{Name: name})
	}
	return n + 1
}

// carryKey is under what people are kept who do not fill a batch yet, and carried what that says.
func carryKey(language, zone string) string {
	if zone == "" {
		return language
	}
	return language + "@" + zone
}

func carried(key string) (language, zone string) {
	language, zone, _ = strings.Cut(key, "@")
	return language, zone
}

// ZonePrefix begins the names of the batches of a mailing's n-th zone; they sort behind those of the zones before it.
func ZonePrefix(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("z%02d-", n)
}

// BatchZone is the number of the zone that a batch is of by its name, 0 the campaign's own.
func BatchZone(name string) int {
	if rest, ok := strings.CutPrefix(name, "z"); ok {
		number, _, _ := strings.Cut(rest, "-")
		n, _ := strconv.Atoi(number)
		return n
	}
	return 0
}

// BatchNumber is where a batch stands in its mailing's plan by its name; -1 for what is no name.
func BatchNumber(name string) int {
	if strings.HasPrefix(name, "z") {
		_, name, _ = strings.Cut(name, "-")
	}
	number, _, _ := strings.Cut(strings.TrimSuffix(name, " "), ".")
	n, err := strconv.Atoi(number)
	if err != nil || n < 0 {
		return -1
	}
	return n
}

// MailingClock is how far a mailing is with the people of one clock.
type MailingClock struct {
	Number  int
	Zone    string // "": the campaign's own
	Cursor  string // where its batches go on
	Waiting int    // people behind the cursor; -1 of the campaign's own, where it is not kept
	Local   *time.Location
	Opens   time.Time // when its letters may go out: not behind now, where they may
}

// Open reports whether its letters may go out at now.
func (k MailingClock) Open(now time.Time) bool { return !k.Opens.After(now) }

// Clocks are those of a mailing, the campaign's own first.
func (w Mailing) Clocks(c Campaign, now time.Time) []MailingClock {
	all := []MailingClock{{Cursor: w.Cursor, Waiting: -1, Local: c.Clock(), Opens: c.Hours.Opens(now.In(c.Clock()))}}
	for n, z := range w.Zones {
		clock := ZoneAt(z.Name)
		if clock == nil { // this machine does not know it any more
			clock = c.Clock()
		}
		all = append(all, MailingClock{n + 1, z.Name, cmp.Or(z.Cursor, ZonePrefix(n+1)), max(0, z.People-z.Past), clock, c.Hours.Opens(now.In(clock))})
	}
	return all
}

// Moved is the mailing with the cursor of one of its clocks moved on, past so many people.
func (w Mailing) Moved(number int, cursor string, past int) Mailing {
	if number == 0 {
		w.Cursor = cursor
		return w
	}
	w.Zones = slices.Clone(w.Zones)
	w.Zones[number-1].Cursor = cursor
	w.Zones[number-1].Past += past
	return w
}

// Over reports whether nothing of a clock's batches is left.
func (k MailingClock) Over() bool { return k.Waiting == 0 }

// Began reports whether some of its batches are decided.
func (w Mailing) Began() bool {
	return w.Cursor != "" || slices.ContainsFunc(w.Zones, func(z MailingZone) bool { return z.Cursor != "" })
}
