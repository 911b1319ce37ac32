package followup_test

import (
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"onetap/internal/authz"
	"onetap/internal/counting"
	"onetap/internal/followup"
	"onetap/internal/followup/followuptest"
	"onetap/internal/loop"
	"onetap/internal/survey"
)

// BenchmarkBoard is the board of everybody with 10,000 open cases of 100 owners.
func BenchmarkBoard(b *testing.B) {
	const owners, each = 100, 100
	bench := followuptest.Open(b)
	bench.Campaign(spring, "Spring")
	var staff []survey.Staff
	var changes []loop.CaseChange
	for o := range owners {
		id := fmt.Sprintf("owner%03d", o)
		staff = append(staff, survey.Staff{ID: id, Email: id + "@example.com", Name: id, Role: survey.RoleOwner, Team: fmt.Sprint("team", o%10)})
		for n := range each {
			r := survey.Response{
				Campaign: spring, Contact: followuptest.ContactID(o*each + n), Audience: survey.Customers, Score: n % 7, Verified: true, Version: 1,
				Why: "We have been waiting for three weeks, and then the wrong invoice came.", Updated: bench.Now().Add(time.Duration(n*owners+o) * time.Second),
			}
			if err := bench.Store.SaveResponse(b.Context(), r, 0); err != nil {
				b.Fatal(err)
			}
			c, err := bench.Store.CreateCase(b.Context(), loop.New(nil, r, loop.Responsible{Staff: survey.Staff{ID: id}, Level: loop.LevelOwner}, staff[o].Team, loop.Rules{Term: 48 * time.Hour}, r.Updated))
			if err != nil {
				b.Fatal(err)
			}
			changes = append(changes, loop.CaseChange{Record: fmt.Sprint(len(changes)), Now: &c})
		}
	}
	counter := &counting.CaseCounter{Store: bench.Store, Now: bench.Now, Log: slog.New(slog.DiscardHandler)}
	for some := range slices.Chunk(changes, 1000) {
		if counter.Count(b.Context(), some) != nil {
			b.Fatal("not counted")
		}
	}
	cases := &followup.Cases{Store: bench.Store, Now: bench.Now}
	who := authz.Who{Staff: survey.Staff{ID: "eva", Role: survey.RoleExecutive}}
	for name, q := range map[string]followup.BoardQuery{
		"all": {Owner: followup.AllOwners}, "team": {Owner: followup.AllOwners, Only: followup.Only{Team: "team3"}}, "owner": {Owner: "owner042"},
	} {
		b.Run(name, func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				begun := time.Now()
				got, err := cases.Board(b.Context(), who, staff, q)
				if err != nil || got.Columns[0].Count != map[string]int{"all": 10000, "team": 1000, "owner": 100}[name] || len(got.Words) != followup.ColumnShown {
					b.Fatalf("%d, %d words: %v", got.Columns[0].Count, len(got.Words), err)
				}
				took = append(took, time.Since(begun))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
		})
	}
}
