package cost

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"onetap/internal/local/localtest"
)

var update = flag.Bool("update", false, "write testdata/bill.json anew")

const reference = "testdata/bill.json"

// counted are the quantities of each invitation that do not depend on the clock.
func counted(r Result) map[string]float64 {
	all := map[string]float64{}
	for _, phase := range Worst {
		for _, l := range r.Lines(phase) {
			if l.Dollars > 0 && l.What != GBSeconds {
				all[phase+": "+strings.TrimSuffix(l.Of, "Function")+" "+l.What] = l.Quantity / Scale
			}
		}
	}
	return all
}

// folded are write units that depend on how many batches of a mailing recompute finds in the stream at once, of which a busy
// machine brings more together or fewer: one line, with a bound of its own.
const folded = Sending + ": Recompute " + WriteUnits

// sums are what such quantities come to by what AWS counts: dollars for Scale invitations, the letters' price at SES not
// included; and "all but alerts" and "alerts", the two sums of the bill. A sum of its own for each is what lets a change
// be seen that is small beside the scanners' requests.
func sums(of map[string]float64) map[string]float64 {
	prices := map[string]float64{Requests: lambdaRequest, WriteUnits: writeUnit, ReadUnits: readUnit, LogBytes: logByte, HTTPRequests: httpRequest, Messages: message, Published: published}
	all := map[string]float64{}
	for name, n := range of {
		if name == folded {
			all[folded] = n * writeUnit * Scale
			continue
		}
		_, line, _ := strings.Cut(name, ": ")
		for what, price := range prices {
			who, ok := strings.CutSuffix(line, " "+what)
			if !ok || strings.Contains(who, " ") && who != gateway {
				continue
			}
			dollars := n * price * Scale
			switch {
			case who == "Notify" || who == "Clock":
				all["alerts"] += dollars
				all["alerts' "+what] += dollars
			case what != Messages:
				all["all but alerts"] += dollars
				all[what] += dollars
			}
		}
	}
	return all
}

// TestBill runs a small campaign whose answers come one by one, and fails when a change makes it, or a kind of what AWS
// counts, dearer by over 5 %. Only what is counted is compared: Lambda's GB-seconds depend on what else the machine does,
// and make cost prints them.
// A change that is worth its price is taken over with: go test ./internal/local/cost -update
func TestBill(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the whole laptop")
	}
	t.Parallel()
	r, err := Run(t.Context(), Config{
		Template: localtest.Template(t), Functions: localtest.Functions(t), Data: t.TempDir(),
		Sizes: Sizes{Contacts: 500, OneByOne: 40},
	})
	if err != nil {
		t.Fatal(err)
	}
	got := counted(r)
	if *update {
		b, err := json.MarshalIndent(got, "", "\t")
		if err == nil {
			err = os.WriteFile(reference, append(b, '\n'), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(reference)
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]float64
	if err := json.Unmarshal(b, &want); err != nil {
		t.Fatal(err)
	}
	gotSums, wantSums := sums(got), sums(want)
	for _, name := range slices.Sorted(maps.Keys(gotSums)) {
		is, was := gotSums[name], wantSums[name]
		t.Logf("%-33s $%6.3f for a million invitations, the reference is $%6.3f", name, is, was)
		const cent = 0.01 // less is nothing
		bound := 1.05
		if name == folded {
			bound = 1.5
		}
		if is > bound*was && is > was+cent {
			t.Errorf("%s: a change made it dearer by over %.0f %%, $%.3f instead of $%.3f:\n%s", name, 100*(bound-1), is, was, differences(want, got))
		}
		if is < was/bound && is < was-cent {
			t.Logf("%s: a change made it cheaper; keep that with -update", name)
		}
	}
}

// differences lists what differs by over 2 %.
func differences(want, got map[string]float64) string {
	var b strings.Builder
	for name, n := range got {
		if was := want[name]; n > 1.02*was || n < was/1.02 {
			fmt.Fprintf(&b, "  %s: %.4f of each invitation, was %.4f\n", name, n, was)
		}
	}
	for name, was := range want {
		if _, still := got[name]; !still {
			fmt.Fprintf(&b, "  %s: none, was %.4f\n", name, was)
		}
	}
	return b.String()
}
