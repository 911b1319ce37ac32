package history_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"onetap/internal/console/consoletest"
	"onetap/internal/local/dynamo"
)

// Times without a zone, and months, weeks and days of all of them, are on the company's clock, at both ends of the day; an answer comes in once,
// whatever clock is set when its list comes again.
func TestOnTheCompanysClock(t *testing.T) {
	t.Parallel()
	const lines = "date,score,email\n" +
		"2025-03-31 23:30,10,without@example.com\n" + // on the clock: March everywhere
		"2025-03-31T11:30:00Z,9,zoned@example.com\n" + // in Auckland the next day, in Pago Pago the same
		"2025-04-01T05:00:00Z,0,late@example.com\n" // in Pago Pago still March
	for zone, want := range map[string]string{
		"":                  "March 2025: 2, April 2025: 1",
		"Pacific/Auckland":  "March 2025: 1, April 2025: 2",
		"Pacific/Pago_Pago": "March 2025: 3",
		"Europe/Berlin":     "March 2025: 2, April 2025: 1", // the clocks were changed on 30 March
	} {
		t.Run(strings.ReplaceAll("zone "+zone, "/", " "), func(t *testing.T) {
			t.Parallel()
			w := consoletest.New(t, dynamo.Options{})
			set(t, w, zone)
			w.Must("POST", "/api/v1/history?audience=customers&into=month", csv, []byte(lines))
			var months []string
			for _, c := range campaigns(t, w) {
				if c.Zone != zone {
					t.Errorf("%s is on the clock of %q", c.Name, c.Zone)
				}
				months = append([]string{fmt.Sprintf("%s: %d", c.Name, len(answers(t, w, c.ID)))}, months...)
			}
			if got := strings.Join(months, ", "); got != want {
				t.Errorf("%s, want %s", got, want)
			}
			got := count(t, w)
			if d := cmp.Diff(recounted(t, w), got); d != "" {
				t.Errorf("figures (-recount +stream):\n%s", d)
			}
			set(t, w, "Asia/Tokyo")
			if again := w.Must("POST", "/api/v1/history?audience=customers&into=month", csv, []byte(lines)); again["new"] != 0.0 || again["unchanged"] != 3.0 {
				t.Errorf("once more, on another clock: %v", again)
			}
		})
	}
}

func set(t *testing.T, w *consoletest.World, zone string) {
	t.Helper()
	settings, err := w.Store.Settings(context.Background())
	if err == nil {
		settings.Zone = zone
		_, err = w.Store.PutSettings(context.Background(), settings)
	}
	if err != nil {
		t.Fatal(err)
	}
}
