package nps

import "math"

// Weighted is answers of which each has a weight of its own, such as what its account is worth. The zero Weighted is nobody's.
type Weighted struct {
	Promoters, Passives, Detractors float64 // sums of weights
	Squares                         float64 // sum of their squares
	Answers                         int     // that have a weight
}

// Count adds an answer; one whose weight is 0 or less has no part in it.
func (w *Weighted) Count(g Group, weight float64) {
	if !(weight > 0) || math.IsInf(weight, 1) {
		return
	}
	switch g {
	case Promoter:
		w.Promoters += weight
	case Passive:
		w.Passives += weight
	default:
		w.Detractors += weight
	}
	w.Squares += weight * weight
	w.Answers++
}

// Weight is the sum of the weights.
func (w Weighted) Weight() float64 { return w.Promoters + w.Passives + w.Detractors }

// NPS is the weighted share of promoters less that of detractors, −100..100; ok is false without answers.
func (w Weighted) NPS() (value float64, ok bool) {
	sum := w.Weight()
	if sum <= 0 {
		return 0, false
	}
	return 100 * (w.Promoters - w.Detractors) / sum, true
}

// Effective is how many answers of equal weight would tell as much: (Σw)²/Σw² (Kish 1965, Survey Sampling). It is between 1 and Answers.
func (w Weighted) Effective() float64 {
	if w.Squares <= 0 {
		return 0
	}
	return w.Weight() * w.Weight() / w.Squares
}

// Interval is the 95 % confidence interval of the weighted NPS: that of Tally.IntervalAt with the effective number of answers in the place
// of their number. One account that outweighs all others makes it as wide as one answer would.
func (w Weighted) Interval() (Interval, bool) {
	value, ok := w.NPS()
	if !ok {
		return Interval{}, false
	}
	sum, n := w.Weight(), w.Effective()+3
	p := (w.Promoters/sum*w.Effective() + 0.75) / n
	d := (w.Detractors/sum*w.Effective() + 0.75) / n
	variance := (p + d - (p-d)*(p-d)) / n
	return Around(100*(p-d), 100*Quantile(Level)*math.Sqrt(variance), value, 100), true
}

// LowerMedian is the score in the middle of a tally's scores, the lower of two; ok is false without answers. So an account half of whose
// people are detractors is a detractor.
func (t Tally) LowerMedian() (s Score, ok bool) {
	n := t.Answers()
	if n <= 0 {
		return 0, false
	}
	before := int64(0)
	for s, m := range t.Scores {
		if before += m; 2*before >= n {
			return Score(s), true
		}
	}
	return MaxScore, true
}

// Share is how many of a number did something, with the 95 % confidence interval of the share in percent (Wilson's, as ResponseRateInterval has it).
type Share struct{ Of, Did int64 }

// Percent is the share; ok is false of none.
func (s Share) Percent() (float64, bool) {
	if s.Of <= 0 {
		return 0, false
	}
	return 100 * float64(s.Did) / float64(s.Of), true
}

// Interval is that of the share.
func (s Share) Interval() (Interval, bool) {
	return Tally{Sent: s.Of, Responded: s.Did}.ResponseRateInterval()
}

// Shares says how two shares differ.
type Shares struct {
	Difference float64  `json:"difference"` // B − A, in percentage points
	Interval   Interval `json:"interval"`
	Real       bool     `json:"real"` // the interval leaves out 0
}

// CompareShares compares b with a at 95 %; ok is false where one of them is of none.
//
// Method: adjusted Wald difference, each sample with one made-up success and one made-up failure: Agresti and Caffo (2000), Simple and effective
// confidence intervals for proportions and differences of proportions, The American Statistician 54(4).
func CompareShares(a, b Share) (Shares, bool) {
	pa, okA := a.Percent()
	pb, okB := b.Percent()
	if !okA || !okB {
		return Shares{}, false
	}
	adjusted := func(s Share) (p, variance float64) {
		n := float64(s.Of) + 2
		p = (float64(s.Did) + 1) / n
		return p, p * (1 - p) / n
	}
	qa, va := adjusted(a)
	qb, vb := adjusted(b)
	out := Shares{Difference: pb - pa}
	out.Interval = Around(100*(qb-qa), 100*Quantile(Level)*math.Sqrt(va+vb), out.Difference, 100)
	out.Real = !out.Interval.Contains(0)
	return out, true
}
