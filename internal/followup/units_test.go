package followup_test

import (
	"log/slog"
	"testing"
	"time"

	"onetap/internal/counting"
	"onetap/internal/followup"
	"onetap/internal/loop"
	"onetap/internal/store"
	"onetap/internal/store/storetest"
)

// What a case writes over its life, its answer left out: with its letter, and apart from that what counting it takes, each record of the stream
// by itself, which is the dearest: the cases of an owner that come together are counted in one write.
func TestWhatACaseWrites(t *testing.T) {
	t.Parallel()
	b, cases, who, _ := company(t)
	seen := len(storetest.Records(t, b.DB))
	counter := &counting.CaseCounter{Store: b.Store, Now: b.Now, Log: slog.New(slog.DiscardHandler)}
	count := func() {
		records := storetest.Records(t, b.DB)
		for _, r := range records[seen:] {
			if c, ok, err := store.CaseChangeOf(r); err != nil {
				t.Fatal(err)
			} else if ok && counter.Count(t.Context(), []loop.CaseChange{c}) != nil {
				t.Fatal("not counted")
			}
		}
		seen = len(records)
	}
	life := func(n int, words string, work ...followup.Work) (alone, counted float64) {
		id := b.Contact(n, nil)
		before, now := b.Says(spring, id, 3, words)
		b.Units()
		if err := b.Alerts.Begin(t.Context()).Answer(t.Context(), before, now); err != nil {
			t.Fatal(err)
		}
		b.Pass(10 * time.Minute)
		b.Due()
		if got := b.Case(spring, id); got.Alert.Letters != 1 || !got.Alert.Due.IsZero() {
			t.Fatalf("no letter: %+v", got.Alert)
		}
		for _, w := range work {
			b.Pass(3 * time.Hour)
			if _, err := cases.Do(t.Context(), who["anna"], b.Case(spring, id).ID(), w); err != nil {
				t.Fatal(err)
			}
		}
		alone = b.Units()
		count()
		return alone, b.Units()
	}
	count()
	b.Pass(time.Hour)
	for n, tt := range []struct {
		name  string
		words string
		work  []followup.Work
		most  float64 // with counting it
	}{
		{"untouched, without words", "", nil, 12},
		{"untouched, with words", "slow", nil, 12},
		{"taken, spoken to, resolved", "slow", []followup.Work{
			{State: loop.Acknowledged},
			{State: loop.Contacted},
			{State: loop.Resolved, Causes: []loop.Cause{"price", "speed"}, Outcome: loop.CustomerKept},
		}, 24},
		{"spoken to, resolved", "", []followup.Work{{State: loop.Contacted}, {State: loop.Resolved, Causes: []loop.Cause{"price"}, Outcome: loop.Lost}}, 20},
	} {
		alone, counted := life(n+10, tt.words, tt.work...)
		t.Logf("%s: %.0f write units, and %.0f to count it alone", tt.name, alone, counted)
		if alone+counted > tt.most {
			t.Errorf("%s: %.0f write units, and %.0f to count it; at most %.0f together", tt.name, alone, counted, tt.most)
		}
		b.Pass(time.Hour)
	}
}
