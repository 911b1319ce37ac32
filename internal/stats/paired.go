package stats

import (
	"math"

	"onetap/internal/nps"
)

// Paired compares two NPS of the same people, whose scores stand in the same order in before and after: A is that before, B that after. The
// interval is of 95 %. ok is false where nobody answered twice, or where the lists are not equally long.
//
// People who answer twice are not two samples: who was a promoter mostly stays one, so the variance is that of each one's own difference between
// −1, 0 and 1 (detractor, passive, promoter), d: with n people mean(d) ± z·√(var(d)/n), var(d) = mean(d²) − mean(d)²; for two groups only that is
// the interval of McNemar's comparison (Agresti 2002, Categorical Data Analysis, 2nd ed., section 10.1.1). As in nps.Tally.IntervalAt three
// made-up pairs are added, each half as often a promoter or detractor as anything else and before and after independent (mean 0, mean square 1),
// so that a handful of people who all stayed as they were prove nothing.
func Paired(before, after []nps.Score) (nps.Comparison, bool) {
	if len(before) == 0 || len(before) != len(after) {
		return nps.Comparison{}, false
	}
	var a, b nps.Tally
	var sum, squares float64
	for i := range before {
		if !before[i].Valid() || !after[i].Valid() {
			return nps.Comparison{}, false
		}
		a.Count(before[i], 1)
		b.Count(after[i], 1)
		d := side(after[i].Group()) - side(before[i].Group())
		sum += d
		squares += d * d
	}
	return pairs(a, b, sum, squares)
}

// pairs is Paired of what was summed already.
func pairs(a, b nps.Tally, sum, squares float64) (nps.Comparison, bool) {
	va, ok := a.NPS()
	vb, okB := b.NPS()
	if !ok || !okB {
		return nps.Comparison{}, false
	}
	n := float64(a.Answers()) + made
	middle := sum / n
	se := math.Sqrt(((squares+made)/n - middle*middle) / n)
	c := nps.Comparison{A: va, B: vb, Difference: vb - va, P: math.Erfc(math.Abs(middle) / se / math.Sqrt2)}
	c.Interval = nps.Around(100*middle, 100*nps.Quantile(nps.Level)*se, c.Difference, 200)
	c.Real = !c.Interval.Contains(0)
	return c, true
}

// made is how many made-up answers, or pairs of them, steady an estimate.
const made = 3

// side is what a group counts for in the NPS.
func side(g nps.Group) float64 {
	switch g {
	case nps.Promoter:
		return 1
	case nps.Detractor:
		return -1
	}
	return 0
}
