package cost

import (
	"strings"
	"testing"

	"onetap/internal/local/localtest"
)

// What is billed besides a campaign of customers is measured by running it: what must be written is written, and no more than a few units of each. The bill shows a
// line of each.
func TestBesides(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the whole laptop")
	}
	t.Parallel()
	r := &run{cfg: Config{Template: localtest.Template(t), Functions: localtest.Functions(t), Data: t.TempDir(), Sizes: Sizes{Besides: 120}, Out: t.Output()}}
	if err := r.besides(t.Context()); err != nil {
		t.Fatal(err)
	}
	for name, most := range map[string]float64{Bringing: 12, Handing: 7, Replying: 13, Agreeing: 9, Silencing: 8, Indexing: 2, Resealing: 4, Erasing: 130, Minting: 4, Casting: 7, Opening: 14} {
		units := 0.0
		for _, l := range r.result.Lines(name) {
			if l.What == WriteUnits {
				units += l.Quantity / thousand
			}
		}
		t.Logf("%s: %.2f write units of each", name, units)
		if units == 0 || units > most {
			t.Errorf("%s: %.2f write units of each, at most %.0f are expected", name, units, most)
		}
	}
	var b strings.Builder
	if err := r.result.printBesides(&b); err != nil || strings.Count(b.String(), "\n") != 4+len(besides) {
		t.Errorf("%v\n%s", err, b.String())
	}
	t.Log(b.String())
}
