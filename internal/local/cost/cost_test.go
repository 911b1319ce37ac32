package cost

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
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

// dollars are what such quantities cost for Scale invitations, the letters' price at SES not included: the system's and
// the alerts'.
func dollars(of map[string]float64) (system, alerts float64) {
	prices := map[string]float64{Requests: lambdaRequest, WriteUnits: writeUnit, ReadUnits: readUnit, LogBytes: logByte, HTTPRequests: httpRequest, Messages: message}
	for name, n := range of {
		for what, price := range prices {
			_, line, _ := strings.Cut(name, ": ")
			function, _, _ := strings.Cut(line, " ")
			switch {
			case !strings.HasSuffix(name, " "+what) || line != gateway+" "+what && line != function+" "+what:
			case function == "Notify" || function == "Clock":
				alerts += n * price * Scale
			case what != Messages:
				system += n * price * Scale
			}
		}
	}
	return system, alerts
}

// TestBill runs a small campaign whose answers come one by one, and fails when a change makes it dearer by over 5 %.
// A change that is worth its price is taken over with: go test ./internal/local/cost -update
func TestBill(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the whole laptop")
	}
	t.Parallel()
	r, err := Run(t.Context(), Config{Template: localtest.Template(t), Functions: localtest.Functions(t), Data: t.TempDir(),
		Sizes: Sizes{Contacts: 500, OneByOne: 40}})
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
	system, alerts := dollars(got)
	wantSystem, wantAlerts := dollars(want)
	t.Logf("without Lambda's time, a million invitations cost $%.2f and their alerts $%.2f; the reference is $%.2f and $%.2f", system, alerts, wantSystem, wantAlerts)
	const bound = 1.05
	if system > bound*wantSystem || alerts > bound*wantAlerts {
		t.Errorf("a change made it dearer by over 5 %%:\n%s", differences(want, got))
	}
	if system < wantSystem/bound || alerts < wantAlerts/bound {
		t.Logf("a change made it cheaper; keep that with -update:\n%s", differences(want, got))
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
