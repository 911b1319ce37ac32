package nps_test

import (
	"math"
	"testing"

	"onetap/internal/nps"
)

// groups makes a tally of so many promoters, passives and detractors.
func groups(promoters, passives, detractors int64) (t nps.Tally) {
	t.Count(10, promoters)
	t.Count(7, passives)
	t.Count(3, detractors)
	return t
}

func near(a, b float64) bool { return math.Abs(a-b) < 0.0005 }

func TestParseScore(t *testing.T) {
	t.Parallel()
	for s := nps.Score(0); s <= nps.MaxScore; s++ {
		if got, err := nps.ParseScore(s.String()); err != nil || got != s {
			t.Errorf("ParseScore(%q) = %v, %v", s.String(), got, err)
		}
	}
	for _, text := range []string{"", "11", "-1", "+1", "01", "00", "1.0", " 1", "1 ", "ten", "１", "٣", "1e1", "100000000000000000000000"} {
		if got, err := nps.ParseScore(text); err == nil {
			t.Errorf("ParseScore(%q) = %v, want an error", text, got)
		}
	}
}

func TestGroups(t *testing.T) {
	t.Parallel()
	want := []nps.Group{"detractor", "detractor", "detractor", "detractor", "detractor", "detractor", "detractor", "passive", "passive", "promoter", "promoter"}
	for s, g := range want {
		if got := nps.Score(s).Group(); got != g {
			t.Errorf("group of %d is %s, want %s", s, got, g)
		}
	}
	for _, s := range []nps.Score{-1, 11} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("score %d has a group", s)
				}
			}()
			s.Group()
		}()
	}
}

func TestFigures(t *testing.T) {
	t.Parallel()
	var all nps.Tally
	for s := range all.Scores {
		all.Count(nps.Score(s), int64(s+1)) // 1 zero, 2 ones … 11 tens
	}
	if d, n, p, a := all.Detractors(), all.Passives(), all.Promoters(), all.Answers(); d != 28 || n != 17 || p != 21 || a != 66 {
		t.Errorf("detractors, passives, promoters, answers = %d %d %d %d, want 28 17 21 66", d, n, p, a)
	}
	for i, g := range nps.Groups {
		if got := all.In(g); got != []int64{28, 17, 21}[i] {
			t.Errorf("in %s: %d", g, got)
		}
	}
	if v, ok := all.NPS(); !ok || !near(v, 100*(21.0-28)/66) {
		t.Errorf("NPS = %v, %v", v, ok)
	}
	if v, ok := all.Mean(); !ok || !near(v, 440.0/66) {
		t.Errorf("mean = %v, %v", v, ok)
	}
	var none nps.Tally
	none.Unverified = 5
	if _, ok := none.NPS(); ok {
		t.Error("an NPS of nobody")
	}
	if _, ok := none.Mean(); ok {
		t.Error("a mean of nobody")
	}
	if _, ok := none.Interval(); ok {
		t.Error("an interval of nobody")
	}
	if _, ok := none.ResponseRate(); ok {
		t.Error("a response rate of nobody")
	}
	if _, ok := none.ResponseRateInterval(); ok {
		t.Error("an interval of the response rate of nobody")
	}
	if _, ok := nps.Compare(none, all); ok {
		t.Error("nobody compared with somebody")
	}
	if _, ok := nps.Compare(all, none); ok {
		t.Error("somebody compared with nobody")
	}
}

// The numbers were worked out apart from this package, in exact fractions: e.g. for 5, 3, 2 the adjusted shares are
// p = 23/52 and d = 11/52, the middle 3/13, the variance (34/52 − 9/169)/13.
func TestIntervalAt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		tally     nps.Tally
		level     float64
		low, high float64
	}{
		{groups(5, 3, 2), 0.90, -12.2776, 58.4315},
		{groups(5, 3, 2), 0.95, -19.0506, 65.2045},
		{groups(5, 3, 2), 0.99, -32.2880, 78.4419},
		{groups(50, 30, 20), 0.90, 16.4748, 41.7776},
		{groups(50, 30, 20), 0.95, 14.0511, 44.2013},
		{groups(50, 30, 20), 0.99, 9.3142, 48.9382},
		{groups(500, 300, 200), 0.95, 25.0770, 34.7435},
		{groups(36, 24, 40), 0.95, -20.6185, 12.8515},
		{groups(0, 10, 0), 0.95, -18.4650, 18.4650}, // everybody the same, and yet not certain
		{groups(10, 0, 0), 0.95, 47.5036, 100},      // clamped
		{groups(0, 0, 10), 0.95, -100, -47.5036},    // clamped
		{groups(1, 0, 0), 0.95, -48.4986, 100},      // 98.4986 by the formula, widened to the NPS
		{groups(1, 0, 0), 0.99, -71.5936, 100},      // clamped
		{groups(10, 0, 0), 0.0001, 76.9212, 100},    // widened
		{groups(5, 3, 2), 1 - 1e-9, -100, 100},      // wants all there is
	} {
		got, ok := c.tally.IntervalAt(c.level)
		if !ok || !near(got.Low, c.low) || !near(got.High, c.high) {
			t.Errorf("%v at %v: %v, %v; want %v to %v", c.tally.Scores, c.level, got, ok, c.low, c.high)
		}
	}
	for _, level := range []float64{0, 1, -0.95, 95, math.NaN()} {
		if got, ok := groups(5, 3, 2).IntervalAt(level); ok {
			t.Errorf("at level %v: %v", level, got)
		}
	}
}

// Newcombe (1998), Table I, method 3.
func TestResponseRateInterval(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		responded, sent int64
		low, high       float64
	}{
		{81, 263, 0.2553, 0.3662},
		{15, 148, 0.0624, 0.1605},
		{0, 20, 0, 0.1611},
		{1, 29, 0.0061, 0.1718},
		{20, 20, 0.8389, 1}, // the mirror of none of twenty
		{25, 20, 0.8389, 1}, // more answers than invitations: telephone, QR code
	} {
		tally := nps.Tally{Responded: c.responded, Sent: c.sent}
		got, ok := tally.ResponseRateInterval()
		if !ok || math.Abs(got.Low/100-c.low) > 0.00005 || math.Abs(got.High/100-c.high) > 0.00005 {
			t.Errorf("%d of %d: %v, %v; want %v to %v", c.responded, c.sent, got, ok, c.low, c.high)
		}
		if rate, ok := tally.ResponseRate(); !ok || !got.Contains(rate) {
			t.Errorf("%d of %d: rate %v outside %v", c.responded, c.sent, rate, got)
		}
	}
	if _, ok := (nps.Tally{Sent: 5}).ResponseRateIntervalAt(1); ok {
		t.Error("an interval at level 1")
	}
}

// Worked out apart from this package, in exact fractions up to the square root.
func TestCompare(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b                     nps.Tally
		difference, low, high, p float64
		real                     bool
	}{
		{groups(50, 30, 20), groups(60, 28, 12), 18, -2.8319, 37.7834, 0.091672, false},
		{groups(500, 300, 200), groups(600, 280, 120), 18, 11.4547, 24.4377, 6.0119e-08, true},
		{groups(5, 3, 2), groups(9, 1, 0), 60, -6.2403, 98.5480, 0.084253, false},
		{groups(5, 3, 2), groups(5, 3, 2), 0, -59.5773, 59.5773, 1, false},
		{groups(0, 0, 1000), groups(1000, 0, 0), 200, 198.8161, 200, 0, true},
	} {
		got, ok := nps.Compare(c.a, c.b)
		if !ok || !near(got.Difference, c.difference) || !near(got.Interval.Low, c.low) || !near(got.Interval.High, c.high) ||
			math.Abs(got.P-c.p) > 1e-6 || got.Real != c.real {
			t.Errorf("%v with %v: %+v, %v; want %+v", c.b.Scores, c.a.Scores, got, ok, c)
		}
	}
}
