package survey

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// A plan cuts batches by clock: zones of one clock are one, those of the campaign's own are none, a zone that is not known waits by the campaign's; without hours, and of
// employees, there are no zones.
func TestClocksOfAPlan(t *testing.T) {
	t.Parallel()
	c := Campaign{Audience: Customers, Zone: "Europe/Moscow", Hours: Hours{From: 9, Until: 20}}
	w := NewMailing("aaaaaaaa", 0, noon)
	for _, tt := range []struct{ zone, want string }{
		{"", ""},
		{"Europe/Moscow", ""},
		{"Europe/Simferopol", ""},
		{"UTC+03:00", ""},
		{"Asia/Vladivostok", "Asia/Vladivostok"},
		{"UTC+10:00", "Asia/Vladivostok"},
		{"Australia/Sydney", "Australia/Sydney"}, // of the same clock in winter alone
		{"Europe/Berlin", "Europe/Berlin"},
		{"Europe/Paris", "Europe/Berlin"},
		{"Mars/Base", ""},
	} {
		got := w.ZoneFor(c, tt.zone)
		if got != tt.want {
			t.Errorf("%q waits by %q, want %q", tt.zone, got, tt.want)
		}
		w.Invite(ContactID(tt.zone), "ru", got)
	}
	for name, other := range map[string]Campaign{
		"no hours":  {Audience: Customers, Zone: "Europe/Moscow"},
		"employees": {Audience: Employees, Zone: "Europe/Moscow", Hours: c.Hours},
	} {
		if got := w.ZoneFor(other, "Asia/Tokyo"); got != "" {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// Whoever is invited is in exactly one batch, of their language and clock, whose name has its zone and number; names of a zone lie together.
func TestBatchesOfClocks(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := NewMailing("aaaaaaaa", 0, noon)
		var all []Batch
		want := map[ContactID]string{}
		for i := range rapid.IntRange(0, 500).Draw(t, "people") {
			zone := rapid.SampledFrom([]string{"", "Asia/Tokyo", "Europe/Berlin"}).Draw(t, "zone")
			language := rapid.SampledFrom([]string{"ru", "en"}).Draw(t, "language")
			id := ContactID(fmt.Sprintf("%016d", i))
			want[id] = language + zone
			if b, full := w.Invite(id, language, zone); full {
				all = append(all, b)
			}
		}
		all = append(all, w.Rest()...)
		planned := map[string]int{}
		for n, b := range all {
			if BatchNumber(b.Name) != n || BatchNumber(b.Rest()) != n || BatchNumber(b.Name+" ") != n || BatchPlace(BatchTag(b.Rest())) != n {
				t.Fatalf("batch %d is called %q", n, b.Name)
			}
			zone := ""
			if k := BatchZone(b.Rest()); k > 0 {
				zone = w.Zones[k-1].Name
			}
			if zone != b.Zone || b.Name < ZonePrefix(BatchZone(b.Name)) || b.Name >= ZonePrefix(BatchZone(b.Name)+1) {
				t.Fatalf("%q is of %q", b.Name, b.Zone)
			}
			for _, id := range b.Contacts {
				if want[id] != b.Language+b.Zone {
					t.Fatalf("%s is in a batch of %s%s, want %s", id, b.Language, b.Zone, want[id])
				}
				delete(want, id)
				planned[b.Zone]++
			}
		}
		for _, z := range w.Zones {
			if z.People != planned[z.Name] {
				t.Fatalf("%q has %d, counted %d", z.Name, planned[z.Name], z.People)
			}
		}
		if len(want) > 0 {
			t.Fatalf("%d are in no batch", len(want))
		}
	})
}

// Letters go out between nine and twenty of the people's own day, at both changes of daylight-saving time and on both sides of the date line.
func TestClocksOpen(t *testing.T) {
	t.Parallel()
	for _, own := range []string{"", "Europe/Moscow", "Pacific/Auckland", "Pacific/Pago_Pago"} {
		c := Campaign{Audience: Customers, Zone: own, Hours: Hours{From: 9, Until: 20}}
		w := NewMailing("aaaaaaaa", 0, noon)
		for _, zone := range []string{"Pacific/Auckland", "Pacific/Pago_Pago", "Europe/Berlin", "America/New_York", "Asia/Kamchatka", "UTC-11:00", "UTC+05:45"} {
			w.Invite(ContactID(zone), "en", w.ZoneFor(c, zone))
		}
		for _, day := range []time.Time{date(2026, 3, 7), date(2026, 3, 28), date(2026, 10, 24), date(2026, 10, 31), date(2026, 4, 4), date(2026, 9, 26)} {
			for h := range 72 {
				now := day.Add(time.Duration(h)*time.Hour + 17*time.Minute)
				for _, k := range w.Clocks(c, now) {
					hour := now.In(k.Local).Hour()
					if open := hour >= 9 && hour < 20; k.Open(now) != open {
						t.Fatalf("%s at %v: open %v", k.Zone, now.In(k.Local), k.Open(now))
					}
					if opens := k.Opens.In(k.Local); !k.Open(now) && (opens.Hour() != 9 || opens.Minute() != 0 || opens.Sub(now) > 14*time.Hour+time.Hour) {
						t.Fatalf("%s at %v opens at %v", k.Zone, now.In(k.Local), opens)
					}
				}
			}
		}
	}
}
