package nps

import "math"

// maxAsked bounds what AnswersFor looks for: nobody asks more people than this.
const maxAsked = 100_000_000

// Supposed is what is supposed of the shares where nobody has answered yet: half promoters, a quarter passives, a quarter detractors. Their
// variance is 0.69; Lewis and Sauro, https://measuringu.com/nps-ci-sample-size/, give about as much for the scores that they have met.
func Supposed() (t Tally) {
	t.Count(10, 2)
	t.Count(8, 1)
	t.Count(3, 1)
	return t
}

// MarginAhead is how far, in points to either side, the NPS of n answers yet to come may be off at 95 %, if they fall into the groups as
// those of like do: half the adjusted-Wald interval that IntervalAt makes of such answers. ok is false where like has no answers, or n is
// none.
func MarginAhead(like Tally, n int64) (points float64, ok bool) {
	if like.Answers() <= 0 || n <= 0 {
		return 0, false
	}
	return 100 * Quantile(Level) * math.Sqrt(like.ahead(n).variance), true
}

// Detectable is the smallest change in points against before that chance will not explain at 95 %, when n answers have come: CompareAt tells a
// larger one as real. The new answers are supposed to vary as those before do. ok is false where there are no answers before, or n is
// none.
//
// Method: adjusted Wald as in CompareAt; Lewis and Sauro, https://measuringu.com/nps-significance-test/ and
// https://measuringu.com/nps-sig-test-sample-size/ (there for groups of equal size: n = s²Z²/d² − 3, where s² is the sum of both variances).
func Detectable(before Tally, n int64) (points float64, ok bool) {
	if before.Answers() <= 0 || n <= 0 {
		return 0, false
	}
	return 100 * Quantile(Level) * math.Sqrt(before.adjusted().variance+before.ahead(n).variance), true
}

// AnswersFor is the smallest number of answers with which Detectable tells a change of so many points. ok is false where no number does:
// before, which is a sample itself, is too few answers for it.
func AnswersFor(before Tally, points float64) (n int64, ok bool) {
	return fewest(points, func(n int64) (float64, bool) { return Detectable(before, n) })
}

// AnswersForMargin is the smallest number of answers with which MarginAhead is so many points. ok is false where like has no answers.
func AnswersForMargin(like Tally, points float64) (n int64, ok bool) {
	return fewest(points, func(n int64) (float64, bool) { return MarginAhead(like, n) })
}

// fewest is the smallest number at which a figure that falls with it is so small.
func fewest(points float64, of func(n int64) (float64, bool)) (n int64, ok bool) {
	if d, ok := of(maxAsked); !ok || d > points {
		return 0, false
	}
	low, high := int64(0), int64(maxAsked)
	for high-low > 1 {
		middle := low + (high-low)/2
		if d, _ := of(middle); d <= points {
			high = middle
		} else {
			low = middle
		}
	}
	return high, true
}

// ahead is the estimate that n answers with the shares of t will give.
func (t Tally) ahead(n int64) estimate {
	all, some := float64(t.Answers()), float64(n)
	p := (some*float64(t.Promoters())/all + 0.75) / (some + 3)
	d := (some*float64(t.Detractors())/all + 0.75) / (some + 3)
	return estimate{value: p - d, variance: (p + d - (p-d)*(p-d)) / (some + 3)}
}
