package ses

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestRateHoldsInEveryWindow lets random messages ask at random times: over no stretch of time are more recipients let
// through than the rate allows plus a second's burst and what the last message overdrew; and after enough rest something is.
func TestRateHoldsInEveryWindow(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rate := rapid.Float64Range(0.5, 500).Draw(t, "rate")
		l := &limiter{}
		now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
		l.set(rate, now)
		type grant struct {
			at time.Time
			n  int
		}
		var granted []grant
		for range rapid.IntRange(1, 200).Draw(t, "asks") {
			now = now.Add(time.Duration(rapid.IntRange(0, 300).Draw(t, "ms")) * time.Millisecond)
			n := rapid.IntRange(1, 50).Draw(t, "recipients")
			if l.spend(n, now) {
				granted = append(granted, grant{now, n})
			} else if l.tokens >= 1 {
				t.Fatalf("refused with %v left", l.tokens)
			}
		}
		for i := range granted {
			sum := 0
			for j := i; j < len(granted); j++ {
				allowed := l.burst() + rate*granted[j].at.Sub(granted[i].at).Seconds()
				if float64(sum) > allowed {
					t.Fatalf("%d recipients before the last message, %.1f allowed", sum, allowed)
				}
				sum += granted[j].n
			}
		}
		if rest := now.Add(time.Duration((60/rate + 1) * float64(time.Second))); !l.spend(1, rest) {
			t.Fatal("refused after a rest")
		}
	})
}

func TestRateKeepsWhatItPromises(t *testing.T) {
	t.Parallel()
	l := &limiter{}
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	l.set(200, now)
	sent := 0
	for range 10 * 1000 { // ten seconds, a message every millisecond
		if l.spend(1, now) {
			sent++
		}
		now = now.Add(time.Millisecond)
	}
	if sent < 2198 || sent > 2201 { // 200 at once and 200 a second
		t.Errorf("sent %d in 10 s at 200/s, want 2200", sent)
	}
	now = now.Add(-time.Minute) // a clock set back gives nothing and takes nothing
	if l.spend(100, now); l.spend(1, now) {
		t.Error("a clock set back filled the bucket")
	}
}

func TestQuotaRollsOver(t *testing.T) {
	t.Parallel()
	q := &quota{limit: 10, minutes: map[int64]int{}}
	now := time.Date(2026, 3, 1, 0, 0, 30, 0, time.UTC)
	for range 10 {
		if !q.spend(1, now) {
			t.Fatal("refused within the quota")
		}
		now = now.Add(2 * time.Hour)
	}
	// 20 hours have passed; the first ten minutes' worth falls out four hours later.
	if q.spend(1, now) {
		t.Error("let through over the quota")
	}
	if now = now.Add(4 * time.Hour); !q.spend(1, now) {
		t.Error("refused though the first is a day old")
	}
	if n, _ := q.sent(now); n != 10 {
		t.Errorf("sent = %d, want 10", n)
	}
}
