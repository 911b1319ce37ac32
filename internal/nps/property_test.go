package nps_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"onetap/internal/nps"
)

var tallies = rapid.Custom(func(t *rapid.T) (y nps.Tally) {
	top := rapid.SampledFrom([]int64{1, 3, 50, 100_000}).Draw(t, "top")
	for s := range y.Scores {
		y.Scores[s] = rapid.Int64Range(0, top).Draw(t, "score")
	}
	y.Sent = rapid.Int64Range(0, 1_000_000).Draw(t, "sent")
	y.Responded = y.Answers()
	y.Comments = rapid.Int64Range(0, y.Responded).Draw(t, "comments")
	y.Unverified = rapid.Int64Range(0, top).Draw(t, "unverified")
	return y
})

var answered = tallies.Filter(func(t nps.Tally) bool { return t.Answers() > 0 })

var levels = rapid.Float64Range(0.001, 0.9999)

func mirror(t nps.Tally) nps.Tally { return groups(t.Detractors(), t.Passives(), t.Promoters()) }

func times(t nps.Tally, k int64) (sum nps.Tally) {
	for range k {
		sum.Add(t)
	}
	return sum
}

func TestTalliesAddUp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := tallies.Draw(t, "a"), tallies.Draw(t, "b"), tallies.Draw(t, "c")
		if a.Plus(b) != b.Plus(a) {
			t.Fatal("a + b ≠ b + a")
		}
		if a.Plus(b).Plus(c) != a.Plus(b.Plus(c)) {
			t.Fatal("(a + b) + c ≠ a + (b + c)")
		}
		if a.Plus(b).Minus(b) != a {
			t.Fatal("a + b − b ≠ a")
		}
		if !a.Minus(a).IsZero() {
			t.Fatal("a − a ≠ 0")
		}
		if a.Plus(b).Answers() != a.Answers()+b.Answers() || a.Promoters()+a.Passives()+a.Detractors() != a.Answers() {
			t.Fatal("answers do not add up")
		}
	})
}

func TestIntervalProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, level := answered.Draw(t, "a"), levels.Draw(t, "level")
		v, _ := a.NPS()
		i, ok := a.IntervalAt(level)
		if !ok || !i.Contains(v) || i.Low < -100 || i.High > 100 {
			t.Fatalf("NPS %v in %v", v, i)
		}
		m := mirror(a)
		mv, _ := m.NPS()
		if mi, _ := m.IntervalAt(level); math.Abs(mv+v) > 1e-9 || math.Abs(mi.Low+i.High) > 1e-9 || math.Abs(mi.High+i.Low) > 1e-9 {
			t.Fatalf("%v of NPS %v, mirrored %v of %v", i, v, mi, mv)
		}
		k := rapid.Int64Range(2, 20).Draw(t, "k")
		if more, _ := times(a, k).IntervalAt(level); more.Width() > i.Width()+1e-9 {
			t.Fatalf("%v with %d answers, %v with %d times as many", i, a.Answers(), more, k)
		}
		if wider, _ := a.IntervalAt(level + (1-level)/2); wider.Low > i.Low+1e-9 || wider.High < i.High-1e-9 {
			t.Fatalf("%v at %v is not inside %v at a higher level", i, level, wider)
		}
		if a.Sent > 0 {
			rate, _ := a.ResponseRate()
			if r, ok := a.ResponseRateIntervalAt(level); !ok || !r.Contains(rate) || r.Low < 0 || r.High > 100 {
				t.Fatalf("response rate %v in %v", rate, r)
			}
		}
	})
}

func TestCompareProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b, level := answered.Draw(t, "a"), answered.Draw(t, "b"), levels.Draw(t, "level")
		ab, _ := nps.CompareAt(a, b, level)
		ba, _ := nps.CompareAt(b, a, level)
		if ab.Difference != -ba.Difference || ab.Real != ba.Real || ab.P != ba.P || math.Abs(ab.Interval.Low+ba.Interval.High) > 1e-9 {
			t.Fatalf("%+v one way, %+v the other", ab, ba)
		}
		if !ab.Interval.Contains(ab.Difference) || ab.Interval.Low < -200 || ab.Interval.High > 200 {
			t.Fatalf("difference outside its interval: %+v", ab)
		}
		if ab.Real && ab.P > 1-level+1e-9 {
			t.Fatalf("real at level %v: %+v", level, ab)
		}
		if same, _ := nps.CompareAt(a, a, level); same.Real {
			t.Fatalf("differs from itself: %+v", same)
		}
	})
}

// The interval must hold the true NPS about as often as it says, whatever the truth. The coverage is exact, not
// simulated: every outcome of n answers counts with its probability. Where nobody is passive, ten answers can give only
// eleven NPS, 20 apart, and one more or less outside the interval is a leap: that corner is the formula's own.
func TestCoverage(t *testing.T) {
	t.Parallel()
	shares := []float64{0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 0.9}
	worst, sum, points := 1.0, 0.0, 0
	for _, n := range []int{10, 11, 12, 15, 20, 30, 60, 150} {
		for _, p := range shares {
			for _, d := range shares {
				if p+d > 1+1e-9 {
					continue
				}
				got, want := coverage(n, p, d), 0.93
				if p+d > 1-1e-9 {
					want = 0.88
				}
				if got < want {
					t.Errorf("n %d, promoters %v, detractors %v: coverage %.4f", n, p, d, got)
				}
				worst, sum, points = min(worst, got), sum+got, points+1
			}
		}
	}
	t.Logf("coverage over %d truths: mean %.4f, worst %.4f", points, sum/float64(points), worst)
	if mean := sum / float64(points); mean < 0.945 || mean > 0.965 {
		t.Errorf("mean coverage %.4f", mean)
	}
}

// coverage returns how often the 95 % interval of n answers holds the true NPS.
func coverage(n int, p, d float64) (held float64) {
	logFactorial := func(k int) float64 { v, _ := math.Lgamma(float64(k) + 1); return v }
	power := func(share float64, k int) float64 { // logarithm of share^k, 0^0 = 1
		if k == 0 {
			return 0
		}
		return float64(k) * math.Log(max(share, 0))
	}
	for a := 0; a <= n; a++ {
		for b := 0; a+b <= n; b++ {
			c := n - a - b
			if i, _ := groups(int64(a), int64(c), int64(b)).Interval(); i.Contains(100 * (p - d)) {
				held += math.Exp(logFactorial(n) - logFactorial(a) - logFactorial(b) - logFactorial(c) +
					power(p, a) + power(d, b) + power(1-p-d, c))
			}
		}
	}
	return held
}
