package survey

import (
	"testing"
	"time"
)

// Letters that are due outside the hours of sending wait for the next beginning of them on the campaign's clock, over the changes of
// clocks too.
func TestHoursOfSending(t *testing.T) {
	t.Parallel()
	for _, one := range []struct{ zone, hours, now, opens string }{
		{"Europe/Moscow", "9-20", "2026-11-30T06:00:00Z", "2026-11-30T06:00:00Z"},     // 9:00
		{"Europe/Moscow", "9-20", "2026-11-30T05:59:59Z", "2026-11-30T06:00:00Z"},     // 8:59:59
		{"Europe/Moscow", "9-20", "2026-11-30T16:59:59Z", "2026-11-30T16:59:59Z"},     // 19:59:59
		{"Europe/Moscow", "9-20", "2026-11-30T17:00:00Z", "2026-12-01T06:00:00Z"},     // 20:00
		{"Pacific/Pago_Pago", "9-20", "2026-12-01T02:00:00Z", "2026-12-01T02:00:00Z"}, // 15:00 of the day before
		{"Asia/Kamchatka", "9-20", "2026-11-30T20:00:00Z", "2026-11-30T21:00:00Z"},    // 8:00 of the next day
		{"Europe/Berlin", "9-20", "2026-03-28T20:00:00Z", "2026-03-29T07:00:00Z"},     // over the night that has an hour less
		{"Europe/Berlin", "9-20", "2026-10-24T20:00:00Z", "2026-10-25T08:00:00Z"},     // and the one that has an hour more
		{"Europe/Moscow", "0-24", "2026-11-30T21:00:00Z", "2026-11-30T21:00:00Z"},
		{"", "", "2026-11-30T03:00:00Z", "2026-11-30T03:00:00Z"},
	} {
		c := Campaign{Zone: one.zone}
		switch one.hours {
		case "9-20":
			c.Hours = Hours{9, 20}
		case "0-24":
			c.Hours = Hours{0, 24}
		}
		now, err := time.Parse(time.RFC3339, one.now)
		if err != nil {
			t.Fatal(err)
		}
		until, wait := c.Waits(now)
		if got := until.UTC().Format(time.RFC3339); got != one.opens || wait != (one.opens != one.now) {
			t.Errorf("%s in %q, %s: letters go out at %s, waiting %v; want %s", one.now, one.zone, one.hours, got, wait, one.opens)
		}
	}
	for _, h := range []Hours{{9, 9}, {20, 9}, {-1, 5}, {0, 25}} {
		if h.Check() == nil {
			t.Errorf("hours %v are taken", h)
		}
	}
}
