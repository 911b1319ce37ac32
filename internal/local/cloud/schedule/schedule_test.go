package schedule

import (
	"strings"
	"testing"
	"time"
)

func TestNext(t *testing.T) {
	t.Parallel()
	tests := []struct{ expression, zone, after, want string }{
		{"rate(1 minute)", "UTC", "2026-11-02T10:00:30Z", "2026-11-02T10:01:30Z"},
		{"rate(12 hours)", "UTC", "2026-11-02T10:00:00Z", "2026-11-02T22:00:00Z"},
		{"rate(2 days)", "UTC", "2026-11-02T10:00:00Z", "2026-11-04T10:00:00Z"},
		{"cron(0 3 * * ? *)", "UTC", "2026-11-02T02:59:59Z", "2026-11-02T03:00:00Z"},
		{"cron(0 3 * * ? *)", "UTC", "2026-11-02T03:00:00Z", "2026-11-03T03:00:00Z"},
		{"cron(0/15 * * * ? *)", "UTC", "2026-11-02T10:16:00Z", "2026-11-02T10:30:00Z"},
		{"cron(0 9 ? * MON-FRI *)", "UTC", "2026-11-06T10:00:00Z", "2026-11-09T09:00:00Z"},
		{"cron(30 8,20 ? * 1 *)", "UTC", "2026-11-02T10:00:00Z", "2026-11-08T08:30:00Z"},
		{"cron(0 0 29 FEB ? *)", "UTC", "2026-11-02T10:00:00Z", "2028-02-29T00:00:00Z"},
		{"cron(0 3 * * ? *)", "Europe/Moscow", "2026-11-02T10:00:00Z", "2026-11-03T00:00:00Z"},
		// 02:30 does not exist on the night of the change: the next day's is next.
		{"cron(30 2 * * ? *)", "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-30T00:30:00Z"},
		{"cron(0 0 1 1 ? 2020)", "UTC", "2026-11-02T10:00:00Z", "0001-01-01T00:00:00Z"},
	}
	for _, test := range tests {
		loc, err := time.LoadLocation(test.zone)
		if err != nil {
			t.Fatal(err)
		}
		s, err := Parse(test.expression, loc)
		if err != nil {
			t.Fatal(err)
		}
		after, _ := time.Parse(time.RFC3339, test.after)
		if got := s.Next(after).UTC().Format(time.RFC3339); got != test.want {
			t.Errorf("%s in %s after %s: %s, want %s", test.expression, test.zone, test.after, got, test.want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct{ expression, want string }{
		{"every minute", "neither rate"},
		{"at(2026-11-02T10:00:00)", "neither rate"},
		{"rate(0 minutes)", "above zero"},
		{"rate(1 minutes)", "plural"},
		{"rate(5 minute)", "plural"},
		{"rate(1 second)", "minute, hour or day"},
		{"cron(0 3 * * *)", "5 fields"},
		{"cron(0 3 * * * *)", "exactly one"},
		{"cron(0 3 ? * ? *)", "exactly one"},
		{"cron(60 3 * * ? *)", "minutes: 60 is not within 0…59"},
		{"cron(0 3 L * ? *)", `day of month: "L" is not understood`},
		{"cron(0 3 ? * 2#1 *)", `day of week: "2#1" is not understood`},
		{"cron(9-3 3 * * ? *)", "backwards"},
		{"cron(0/0 3 * * ? *)", "step"},
	}
	for _, test := range tests {
		if _, err := Parse(test.expression, time.UTC); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("Parse(%q): %v, want an error with %q", test.expression, err, test.want)
		}
	}
}
