package survey

import (
	"testing"
	"time"

	"onetap/internal/apperr"
)

func TestLocalTime(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ zone, text, want, code string }{
		{"Europe/Moscow", "2026-11-30T18:00", "2026-11-30T15:00:00Z", ""},
		{"Europe/Moscow", "2026-11-30T18:00:30", "2026-11-30T15:00:30Z", ""},
		{"UTC", "2026-03-29T02:30", "2026-03-29T02:30:00Z", ""},
		{"Europe/Berlin", "2026-03-29T01:59", "2026-03-29T00:59:00Z", ""},
		{"Europe/Berlin", "2026-03-29T02:00", "", "time_skipped"},
		{"Europe/Berlin", "2026-03-29T02:30", "", "time_skipped"},
		{"Europe/Berlin", "2026-03-29T03:00", "2026-03-29T01:00:00Z", ""},
		{"Europe/Berlin", "2026-10-25T02:30", "2026-10-25T00:30:00Z", ""}, // the first of two
		{"America/New_York", "2026-03-08T02:30", "", "time_skipped"},
		{"America/New_York", "2026-11-01T01:30", "2026-11-01T05:30:00Z", ""},
		{"Australia/Lord_Howe", "2026-10-04T02:15", "", "time_skipped"}, // half an hour
		{"Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04T14:45:00Z", ""},
		{"Pacific/Apia", "2011-12-30T12:00", "", "time_skipped"}, // a day that Samoa left out
		{"Africa/Cairo", "2026-04-24T00:30", "", "time_skipped"},
		{"Asia/Kathmandu", "2026-01-01T00:00", "2025-12-31T18:15:00Z", ""},
		{"UTC", "0001-01-01T00:00", "", "time_range"},
		{"UTC", "1970-01-01T00:00", "", "time_range"},
		{"UTC", "9999-12-31T23:59", "", "time_range"},
		{"UTC", "tomorrow", "", "time_unreadable"},
		{"UTC", "2026-02-30T10:00", "", "time_unreadable"},
		{"UTC", "2026-11-30 18:00", "", "time_unreadable"},
		{"UTC", "12026-11-30T18:00", "", "time_unreadable"},
	} {
		zone, err := time.LoadLocation(test.zone)
		if err != nil {
			t.Fatal(err)
		}
		got, err := LocalTime(test.text, zone, "closes_at")
		code := ""
		if p := apperr.As(err); p != nil {
			code = p.Code
		}
		text := ""
		if err == nil {
			text = got.UTC().Format(time.RFC3339)
		}
		if text != test.want || code != test.code {
			t.Errorf("%s in %s: %q %q, want %q %q", test.text, test.zone, text, code, test.want, test.code)
		}
	}
}

// A campaign is closed from its closing date on, whoever has or has not written that down.
func TestClosedByTheClock(t *testing.T) {
	t.Parallel()
	closes := time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	for state, want := range map[CampaignState]CampaignState{
		Draft: Draft, Scheduled: Closed, Planning: Closed, Sending: Closed,
		Paused: Closed, Open: Closed, Cancelled: Cancelled, Closed: Closed,
	} {
		c := Campaign{State: state, ClosesAt: closes}
		if got := c.At(closes.Add(-time.Nanosecond)).State; got != state {
			t.Errorf("%s before its closing is %s", state, got)
		}
		for _, now := range []time.Time{closes, closes.Add(time.Second), closes.AddDate(1, 0, 0)} {
			if got := c.At(now).State; got != want {
				t.Errorf("%s at %s is %s, want %s", state, now, got, want)
			}
		}
		c.ClosesAt = time.Time{}
		if got := c.At(closes).State; got != state {
			t.Errorf("%s without a closing date is %s", state, got)
		}
	}
}
