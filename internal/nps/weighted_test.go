package nps_test

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"onetap/internal/nps"
)

// With equal weights everything is as without, however large they are.
func TestEqualWeightsChangeNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var plain nps.Tally
		var w nps.Weighted
		weight := rapid.Float64Range(0.01, 1e9).Draw(t, "weight")
		for range rapid.IntRange(1, 40).Draw(t, "answers") {
			s := nps.Score(rapid.IntRange(0, 10).Draw(t, "score"))
			plain.Count(s, 1)
			w.Count(s.Group(), weight)
		}
		v, _ := plain.NPS()
		i, _ := plain.Interval()
		wv, ok := w.NPS()
		wi, okI := w.Interval()
		if !ok || !okI || math.Abs(v-wv) > 1e-6 || math.Abs(w.Effective()-float64(plain.Answers())) > 1e-6 || math.Abs(i.Low-wi.Low) > 1e-6 || math.Abs(i.High-wi.High) > 1e-6 {
			t.Fatalf("%v %v of %v, weighted %v %v of %v", v, i, plain.Answers(), wv, wi, w.Effective())
		}
	})
}

func TestOneThatOutweighsAll(t *testing.T) {
	t.Parallel()
	var w nps.Weighted
	for range 99 {
		w.Count(nps.Promoter, 1)
	}
	w.Count(nps.Detractor, 1e9)
	w.Count(nps.Promoter, 0)
	w.Count(nps.Promoter, -5)
	w.Count(nps.Promoter, math.NaN())
	v, _ := w.NPS()
	i, _ := w.Interval()
	if w.Answers != 100 || w.Effective() > 1.001 || v > -99 || i.Width() < 100 {
		t.Errorf("%+v: NPS %v in %v, of %v", w, v, i, w.Effective())
	}
	if _, ok := (nps.Weighted{}).Interval(); ok {
		t.Error("an interval of nobody")
	}
}

func TestLowerMedian(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		scores := rapid.SliceOfN(rapid.IntRange(0, 10), 1, 12).Draw(t, "scores")
		var tally nps.Tally
		for _, s := range scores {
			tally.Count(nps.Score(s), 1)
		}
		slices.Sort(scores)
		if got, ok := tally.LowerMedian(); !ok || int(got) != scores[(len(scores)-1)/2] {
			t.Fatalf("of %v %v", scores, got)
		}
	})
	if _, ok := (nps.Tally{}).LowerMedian(); ok {
		t.Error("a median of nobody")
	}
}

// Agresti and Caffo (2000) by hand: 8 of 10 against 5 of 10 is 9/12 − 6/12 ± 1.96·√((.75·.25 + .5·.5)/12).
func TestCompareShares(t *testing.T) {
	t.Parallel()
	got, ok := nps.CompareShares(nps.Share{Of: 10, Did: 5}, nps.Share{Of: 10, Did: 8})
	if !ok || !near(got.Difference, 30) || !near(got.Interval.Low, -12.4240) || !near(got.Interval.High, 62.4240) || got.Real {
		t.Errorf("%+v, %v", got, ok)
	}
	if got, _ := nps.CompareShares(nps.Share{Of: 1000, Did: 780}, nps.Share{Of: 1000, Did: 970}); !got.Real || !got.Interval.Contains(19) {
		t.Errorf("97 %% against 78 %%: %+v", got)
	}
	if _, ok := nps.CompareShares(nps.Share{}, nps.Share{Of: 1}); ok {
		t.Error("compared with nobody")
	}
}
