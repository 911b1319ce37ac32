package counting_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
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
		c, err := s.CreateCase(ctx, loop.New(nil, r, who, []string{"north", "so|uth"}[n%2], loop.Rules{Term: 48 * time.Hour}, r.Updated))
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
		sameBoards(t, s)
		if err := s.PutCaseFigures(t.Context(), loop.FiguresOf{Owner: "boris"}, want[loop.FiguresOf{Owner: "boris"}], loop.Figures{"nonsense": 3}, time.Time{}); err != nil {
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

// sameBoards compares the boards that are read by what is known of owners with those that are read from everybody.
func sameBoards(t *testing.T, s *store.Store) {
	t.Helper()
	desks, err := s.CaseDesks(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	var known, unknown []loop.Asked
	bounds := 0
	for owner, d := range desks {
		known, unknown = append(known, loop.Asked{Owner: owner, First: d.First}), append(unknown, loop.Asked{Owner: owner})
		bounds += len(d.First)
	}
	if bounds < 4 {
		t.Errorf("only %d bounds are known", bounds)
	}
	for _, fits := range []func(loop.Case) bool{nil, func(c loop.Case) bool { return c.Team == "north" }} {
		for _, state := range loop.States {
			for _, limit := range []int{1, 4, 100} {
				for after := ""; ; {
					want, to, err := s.Board(t.Context(), unknown, state, after, limit, fits)
					got, next, failed := s.Board(t.Context(), known, state, after, limit, fits)
					if err = errors.Join(err, failed); err != nil {
						t.Fatal(err)
					}
					if diff := cmp.Diff(want, got); diff != "" || next != to {
						t.Fatalf("%s, %d after %q, of everybody (-) and of those who come first (+), %q and %q:\n%s", state, limit, after, to, next, diff)
					}
					if after = next; next == "" {
						break
					}
				}
			}
		}
	}
}

// A year of an owner's cases: what weeks have moves on to their own items, wherever its writer dies, is at every moment what the cases come to, and a change
// is counted in little more than one write.
func TestFiguresMoveOn(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(7, 1))
	var mu sync.Mutex // reads of several partitions come at once
	var units float64
	var refuse, lose atomic.Int32 // how many writes go well until one is refused, or its reply lost
	fails := func(call dynamo.Call, left *atomic.Int32) error {
		if call.Operation == "PutItem" && left.Add(-1) == 0 {
			return &dynamo.APIError{Status: 400, Code: "ValidationException", Message: "out of order"} // which nothing tries again
		}
		return nil
	}
	s, _ := storetest.Open(t, dynamo.Options{
		Before: func(call dynamo.Call) error { return fails(call, &refuse) },
		After:  func(call dynamo.Call) error { return fails(call, &lose) },
		Meter: func(_ dynamo.Call, used dynamo.Consumed) {
			mu.Lock()
			defer mu.Unlock()
			units += used.WriteUnits
		},
	})
	now := time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
	c := &counting.CaseCounter{Store: s, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)}
	want, weeks, n, failed := map[loop.FiguresOf]loop.Figures{}, map[string]bool{"": true}, 0, 0
	change := func(before, after *loop.Case) {
		one := loop.CaseChange{Record: fmt.Sprint(n), Before: before, Now: after}
		for of, f := range one.Deltas(time.UTC) {
			if want[of] == nil {
				want[of] = loop.Figures{}
			}
			if want[of].Add(f, 1); len(want[of]) == 0 {
				delete(want, of)
			}
			weeks[of.Week] = true
		}
		[]*atomic.Int32{&refuse, &lose}[random.IntN(2)].Store(1 + int32(random.IntN(3)))
		for c.Count(t.Context(), []loop.CaseChange{one}) != nil {
			if failed++; failed%7 == 0 { // in the middle of it: what the board counts, the weeks count, too
				opened, counted := 0, 0
				for of, f := range kept(t, s, weeks) {
					f.Marks(func(m loop.Mark, k int) {
						if of.Week != "" && m.Of == "opened" && m.Cause == "" {
							opened += k
						}
					})
					for _, k := range f.States() {
						counted += k
					}
				}
				if opened != counted {
					t.Fatalf("%d cases are on the board, and %d were opened in weeks", counted, opened)
				}
			}
		}
		n++
		now = now.Add(time.Duration(random.IntN(4*60)) * time.Minute)
	}
	var open []loop.Case
	for n < 1200 {
		if len(open) == 0 || random.IntN(3) == 0 {
			one := loop.Case{
				Campaign: "spring22", Contact: "aaaaaaaaaaaaaaaa", Owner: "Anna", Team: "The North-West", Level: loop.LevelOwner, State: loop.Open, Opened: now,
				Deadline: now.Add(48 * time.Hour),
			}
			change(nil, &one)
			open = append(open, one)
			continue
		}
		i := random.IntN(len(open))
		was := open[i]
		is := was
		if is.State == loop.Open {
			is.State, is.Spoke = loop.Contacted, now
		} else {
			is.State, is.Ended, is.Outcome, is.Causes = loop.Resolved, now, loop.CustomerKept, []loop.Cause{[]loop.Cause{"price", "speed", "people"}[random.IntN(3)], "quality", "delivery"}
		}
		change(&was, &is)
		if open[i] = is; is.State == loop.Resolved {
			open = slices.Delete(open, i, i+1)
		}
		if n%50 == 0 {
			if diff := cmp.Diff(want, kept(t, s, weeks)); diff != "" {
				t.Fatalf("after %d changes, cases (-) and figures (+):\n%s", n, diff)
			}
		}
	}
	if failed < 100 {
		t.Errorf("only %d writes failed", failed)
	}
	t.Logf("%d changes in %d weeks, %d writes failed, %.2f write units each", n, len(weeks)-1, failed, units/float64(n))
	if most := 1.4; units/float64(n) > most {
		t.Errorf("%.2f write units a change, at most %.1f", units/float64(n), most)
	}
}

// opens is a table in which a case is opened, and counted, just after a campaign's cases were read.
type opens struct {
	*store.Store
	once sync.Once
	open func()
}

func (o *opens) Cases(ctx context.Context, c survey.CampaignID) ([]loop.Case, error) {
	all, err := o.Store.Cases(ctx, c)
	o.once.Do(o.open)
	return all, err
}

// A case that is opened while the recount reads stays counted, on the board and in its week: what the recount has not seen it takes for nobody's mistake.
func TestRecountLeavesWhatItHasNotSeen(t *testing.T) {
	t.Parallel()
	s, db := storetest.Open(t, dynamo.Options{})
	at := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	changes := worked(t, s, db, rand.New(rand.NewPCG(3, 1)), at)
	now := at.AddDate(0, 1, 0)
	log := slog.New(slog.DiscardHandler)
	c := &counting.CaseCounter{Store: s, Now: func() time.Time { return now }, Log: log}
	if failed := c.Count(t.Context(), changes); failed != nil {
		t.Fatal(failed)
	}
	late := loop.Case{Campaign: "spring22", Contact: "zzzzzzzzzzzzzzzz", Owner: "boris", Team: "north", Level: loop.LevelOwner, State: loop.Open, Opened: at.Add(72 * time.Hour), Deadline: at.Add(120 * time.Hour)}
	one := loop.CaseChange{Record: "late", Now: &late}
	want := recounted(t, s)
	for of, f := range one.Deltas(time.UTC) {
		if want[of] == nil {
			want[of] = loop.Figures{}
		}
		want[of].Add(f, 1)
	}
	opened := false
	during := &opens{Store: s, open: func() {
		opened = true
		if failed := c.Count(t.Context(), []loop.CaseChange{one}); failed != nil {
			t.Error(failed)
		}
	}}
	r := &counting.Recounter{Store: during, Now: func() time.Time { return now }, Metrics: io.Discard, Log: log}
	if err := r.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	weeks := map[string]bool{}
	for of := range want {
		weeks[of.Week] = true
	}
	if diff := cmp.Diff(want, kept(t, s, weeks)); diff != "" || !opened {
		t.Errorf("cases (-) and figures (+):\n%s", diff)
	}
}

// The night's recount runs ahead of a stream that hangs: what comes after it and was made before it is in the figures and adds nothing; what was made
// after it is counted.
func TestRecountAheadOfTheStream(t *testing.T) {
	t.Parallel()
	s, db := storetest.Open(t, dynamo.Options{})
	at := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	changes := worked(t, s, db, rand.New(rand.NewPCG(5, 1)), at)
	night := at.AddDate(0, 1, 0)
	now := night
	log := slog.New(slog.DiscardHandler)
	c := &counting.CaseCounter{Store: s, Now: func() time.Time { return now }, Log: log}
	half := len(changes) / 2
	for i := range changes {
		changes[i].Made = night.Add(-time.Hour)
	}
	if failed := c.Count(t.Context(), changes[:half]); failed != nil {
		t.Fatal(failed)
	}
	r := &counting.Recounter{Store: s, Now: func() time.Time { return now }, Metrics: io.Discard, Log: log}
	if err := r.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	now = night.Add(5 * time.Hour)
	late := loop.Case{Campaign: "spring22", Contact: "zzzzzzzzzzzzzzzz", Owner: "boris", Team: "north", Level: loop.LevelOwner, State: loop.Open, Opened: at.Add(72 * time.Hour), Deadline: at.Add(120 * time.Hour)}
	after := loop.CaseChange{Record: "after", Made: night.Add(time.Minute), Now: &late}
	if failed := c.Count(t.Context(), append(changes, after)); failed != nil {
		t.Fatal(failed)
	}
	want, weeks := recounted(t, s), map[string]bool{"": true}
	for of, f := range after.Deltas(time.UTC) {
		if want[of] == nil {
			want[of] = loop.Figures{}
		}
		want[of].Add(f, 1)
	}
	for of := range want {
		weeks[of.Week] = true
	}
	if diff := cmp.Diff(want, kept(t, s, weeks)); diff != "" {
		t.Errorf("cases (-) and figures (+):\n%s", diff)
	}
}
