package survey

import (
	"testing"
	"time"
)

func TestReadZone(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"": "", "  ": "",
		"Europe/Moscow": "Europe/Moscow", "europe/moscow": "Europe/Moscow", "AMERICA/NEW_YORK": "America/New_York", "America/Argentina/Buenos_Aires": "America/Argentina/Buenos_Aires",
		"UTC": "UTC+00:00", "gmt": "UTC+00:00", "UTC+3": "UTC+03:00", "UTC +3": "UTC+03:00", "GMT-5": "UTC-05:00", "UTC−5": "UTC-05:00", "+03:00": "UTC+03:00", "3": "UTC+03:00",
		"+0530": "UTC+05:30", "UTC+5:45": "UTC+05:45", "-3:30": "UTC-03:30", "UTC+12": "UTC+12:00", "-11": "UTC-11:00", "UTC+14": "UTC+14:00",
		"МСК": "UTC+03:00", "мск+2": "UTC+05:00", "МСК-1": "UTC+02:00", "MSK+9": "UTC+12:00", "МСК +2": "UTC+05:00", "UTC+03:00": "UTC+03:00",
	} {
		if got, known := ReadZone(text); !known || got != want {
			t.Errorf("%q is %q, %v; want %q", text, got, known, want)
		}
		if want != "" && ZoneAt(want) == nil {
			t.Errorf("%q is no zone", want)
		}
	}
	for _, text := range []string{"Moscow", "UTC+15", "-13", "UTC3", "+3:20", "Europe/Nowhere", "../../etc/passwd", "/etc/localtime", "Local", "EST", "MSK+12", "МСК+Москва", "1e3", "+", "UTC+", "003"} {
		if got, known := ReadZone(text); known {
			t.Errorf("%q is %q", text, got)
		}
	}
	for _, name := range []string{"", "UTC", "UTC+3", "UTC+99:00", "UTC*03:00", "UTC+03:0x", "Nowhere"} {
		if zone := ZoneAt(name); zone != nil {
			t.Errorf("%q is %v", name, zone)
		}
	}
	noon := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	for name, want := range map[string]string{"UTC-03:30": "08:30", "UTC+12:00": "00:00", "UTC-11:00": "01:00", "Europe/Berlin": "14:00"} {
		if got := noon.In(ZoneAt(name)).Format("15:04"); got != want {
			t.Errorf("noon is %s at %s, want %s", got, name, want)
		}
	}
}
