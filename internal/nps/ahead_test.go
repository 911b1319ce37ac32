package nps_test

import (
	"math"
	"testing"

	"onetap/internal/nps"
)

// Published: with 40 % promoters, 40 % passives, 20 % detractors and 500 answers the NPS of 20 is precise to ±6.6 (Market Strategies, "NPS
// Requires Much Larger Sample Sizes Than Alternatives", researchaccess.com). The adjusted method counts three answers
// more, and is that much narrower.
func TestMarginAheadAsPublished(t *testing.T) {
	t.Parallel()
	got, ok := nps.MarginAhead(groups(4, 4, 2), 500)
	if !ok || math.Abs(got-6.6) > 0.1 {
		t.Errorf("±%v, %v; published: 6.6", got, ok)
	}
}

// Lewis and Sauro, https://measuringu.com/nps-sig-test-sample-size/: for two groups of one size n = s²Z²/d² − 3. So many answers before and
// after tell just that difference.
func TestAnswersForAsPublished(t *testing.T) {
	t.Parallel()
	for _, points := range []float64{20, 10, 5, 2} {
		const p, d, z = 0.5, 0.25, 1.959963984540054
		variance := p + d - (p-d)*(p-d)
		each := 2*variance*z*z/(points/100*points/100) - 3
		n := int64(math.Round(each/4)) * 4 // of which a half and a quarter are whole
		got, ok := nps.AnswersFor(groups(n/2, n/4, n/4), points*1.001)
		if !ok || math.Abs(float64(got)-each) > 0.01*each+8 {
			t.Errorf("for ±%v: %d, %v; by the published formula %.0f", points, got, ok, each)
		}
	}
}

// Lewis and Sauro, https://measuringu.com/nps-ci-sample-size/: for a margin d of one NPS n = s²z²/d² − 3.
func TestAnswersForMarginAsPublished(t *testing.T) {
	t.Parallel()
	const s2, z = 0.6875, 1.959963984540054
	for _, points := range []float64{20, 10, 5, 2} {
		want := s2*z*z/(points/100*points/100) - 3
		if got, ok := nps.AnswersForMargin(nps.Supposed(), points); !ok || math.Abs(float64(got)-want) > 0.02*want+3 {
			t.Errorf("for ±%v: %d, %v; by the published formula %.0f", points, got, ok, want)
		}
	}
}

func TestAnswersForAgreesWithDetectableAndCompare(t *testing.T) {
	t.Parallel()
	before := groups(300, 200, 100)
	for _, points := range []float64{9, 10, 15} {
		n, ok := nps.AnswersFor(before, points)
		if !ok {
			t.Fatalf("no number for ±%v", points)
		}
		at, _ := nps.Detectable(before, n)
		less, _ := nps.Detectable(before, n-1)
		if at > points || less <= points {
			t.Errorf("for ±%v: %d tells %v, one fewer %v", points, n, at, less)
		}
	}
	// As many answers that differ by more are told as real, by less are not.
	few, _ := nps.Detectable(before, 600)
	for shift, want := range map[int64]bool{int64(math.Ceil(few/100*600/2)) + 4: true, int64(few/100*600/2) - 4: false} {
		after := groups(300-shift, 200, 100+shift)
		if c, ok := nps.Compare(before, after); !ok || c.Real != want {
			t.Errorf("a difference of %v is real: %v; detectable are %v", c.Difference, c.Real, few)
		}
	}
	if n, ok := nps.AnswersFor(groups(3, 2, 1), 5); ok {
		t.Errorf("six answers before, and %d tell five points", n)
	}
	for _, none := range []nps.Tally{{}, {Unverified: 4}} {
		if _, ok := nps.Detectable(none, 100); ok {
			t.Error("something is detectable against nobody")
		}
		if _, ok := nps.MarginAhead(none, 100); ok {
			t.Error("a margin like nobody's")
		}
	}
	if _, ok := nps.Detectable(before, 0); ok {
		t.Error("nobody tells something")
	}
}
