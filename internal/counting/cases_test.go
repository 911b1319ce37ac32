package counting_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onetap/internal/counting"
	"onetap/internal/local/dynamo"
	"onetap/internal/loop"
	"onetap/internal/store"
	"onetap/internal/store/storetest"
	"onetap/internal/survey"
)

// worked fills a table with cases that people have worked on, and returns the stream's changes of them.
func worked(t *testing.T, s *store.Store, db *dynamo.DB, random *rand.Rand, at time.Time) (changes []loop.CaseChange) {
	t.Helper()
	ctx := context.Background()
	if err := s.CreateCampaign(ctx, survey.Campaign{ID: "spring22", Audience: survey.Customers, Created: at, Launched: at}); err != nil {
		t.Fatal(err)
	}
	owners := []string{"Anna", "boris", ""}
	for n := range 40 {
		id := survey.ContactID(fmt.Sprintf("a%caaaaaaaaaaaa%c%c", 'a'+n%16, 'a'+n/20, 'a'+n%20))
		who := loop.Responsible{Staff: survey.Staff{ID: owners[n%3]}, Level: loop.LevelOwner}
		r := survey.Response{Campaign: "spring22", Contact: id, Audience: survey.Customers, Score: n % 9, Verified: true, Updated: at.Add(time.Duration(n) * 7 * time.Hour), Version: 1}
		c, err := s.CreateCase(ctx, loop.New(nil, r, who, []string{"north", "so|uth"}[n%2], loop.Rules{Term: 48 * time.Hour}))
		if err != nil {
			t.Fatal(err)
		}
		for step := range random.IntN(6) {
			now := c.Opened.Add(time.Duration(20*step+1) * time.Hour)
			w := loop.Work{Note: "x"}
			switch random.IntN(6) {
			case 0:
				w.State = loop.Contacted
			case 1:
				w.State, w.Causes, w.Outcome = loop.Resolved, []loop.Cause{"price", "speed"}, loop.Recovered
			case 2:
				w.To = &survey.Staff{ID: owners[random.IntN(2)]}
			case 3:
				w.Promise, w.Promised = "a call", now.Add(time.Hour)
			case 4:
				w.Kept = []int{1}
			}
			next, notes, err := c.Do(w, "max", now)
			if err != nil {
				continue
			}
			if c, err = s.SaveCaseAnd(ctx, c, next, notes); err != nil {
				t.Fatal(err)
			}
		}
		if n%11 == 10 {
			if err := s.DropCase(ctx, c); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, record := range storetest.Records(t, db) {
		if c, ok, err := store.CaseChangeOf(record); err != nil {
			t.Fatal(err)
		} else if ok {
			changes = append(changes, c)
		}
	}
	return changes
}

// recounted is what the figures should be.
func recounted(t *testing.T, s *store.Store) map[loop.FiguresOf]loop.Figures {
	t.Helper()
	all, err := s.Cases(context.Background(), "spring22")
	if err != nil {
		t.Fatal(err)
	}
	sum := map[loop.FiguresOf]loop.Figures{}
	for _, c := range all {
		for of, f := range (loop.CaseChange{Now: &c}).Deltas(time.UTC) {
			if sum[of] == nil {
				sum[of] = loop.Figures{}
			}
			sum[of].Add(f, 1)
		}
	}
	return sum
}

func kept(t *testing.T, s *store.Store, weeks map[string]bool) map[loop.FiguresOf]loop.Figures {
	t.Helper()
	all := map[loop.FiguresOf]loop.Figures{}
	for week := range weeks {
		found, err := s.AllCaseFigures(context.Background(), week, true)
		if err != nil {
			t.Fatal(err)
		}
		for owner, f := range found {
			all[loop.FiguresOf{Owner: owner, Week: week}] = f
		}
	}
	return all
}

// Whatever the stream repeats and wherever it begins again, each case is counted once; and the night's recount finds nothing to mend, but
// mends what somebody has spoiled.
func TestCasesAreCountedOnce(t *testing.T) {
	t.Parallel()
	for seed := range uint64(5) {
		random := rand.New(rand.NewPCG(seed, 1))
		s, db := storetest.Open(t, dynamo.Options{})
		at := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
		changes := worked(t, s, db, random, at)
		now := at.AddDate(0, 1, 0)
		c := &counting.CaseCounter{Store: s, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)}
		for from := 0; from < len(changes); {
			to := min(len(changes), from+1+random.IntN(40))
			if failed := c.Count(t.Context(), changes[from:to]); failed != nil {
				t.Fatal(failed)
			}
			now = now.Add(20 * time.Second)
			if random.IntN(3) > 0 { // otherwise the batch comes again, from anywhere in it
				from = to
			} else {
				from += random.IntN(to - from)
			}
		}
		want := recounted(t, s)
		weeks := map[string]bool{"": true}
		for of := range want {
			weeks[of.Week] = true
		}
		if diff := cmp.Diff(want, kept(t, s, weeks)); diff != "" {
			t.Fatalf("seed %d: cases (-) and figures (+):\n%s", seed, diff)
		}
		if err := s.PutCaseFigures(t.Context(), loop.FiguresOf{Owner: "boris"}, want[loop.FiguresOf{Owner: "boris"}], loop.Figures{"nonsense": 3}); err != nil {
			t.Fatal(err)
		}
		r := &counting.Recounter{Store: s, Now: func() time.Time { return now }, Metrics: io.Discard, Log: slog.New(slog.DiscardHandler)}
		if err := r.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, kept(t, s, weeks)); diff != "" {
			t.Fatalf("seed %d: after the recount, cases (-) and figures (+):\n%s", seed, diff)
		}
	}
}
