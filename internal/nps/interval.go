package nps

import "math"

// Level is the confidence level of every figure unless another is asked for.
const Level = 0.95

// Interval is a confidence interval on the scale of its figure.
type Interval struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// Contains reports whether v lies in the interval, ends included.
func (i Interval) Contains(v float64) bool { return i.Low <= v && v <= i.High }

// Width returns High − Low.
func (i Interval) Width() float64 { return i.High - i.Low }

// Interval returns the 95 % confidence interval of the NPS; see IntervalAt.
func (t Tally) Interval() (Interval, bool) { return t.IntervalAt(Level) }

// IntervalAt returns the adjusted-Wald confidence interval of the NPS at a level between 0 and 1 (0.9, 0.95, 0.99 …),
// within −100..100. There is none without answers, or at another level.
//
// Method: three made-up answers are added, ¾ promoter, 1½ passive, ¾ detractor; with p and d the adjusted shares and
// n the adjusted number, p − d ± z·√((p + d − (p − d)²) / n). Of six methods it has about the best coverage in small
// samples: Rocks, B. (2016), Interval Estimation for the "Net Promoter Score", The American Statistician 70(4);
// Lewis and Sauro, https://measuringu.com/nps-confidence-intervals/.
//
// The middle of that interval is pulled towards 0, so that with very few answers, or at a low level, it can leave out
// the NPS it is for; it is then widened just to reach it. Readers would take anything else for a mistake.
func (t Tally) IntervalAt(level float64) (Interval, bool) {
	value, ok := t.NPS()
	if !ok || !validLevel(level) {
		return Interval{}, false
	}
	a := t.adjusted()
	return Around(100*a.value, 100*Quantile(level)*math.Sqrt(a.variance), value, 100), true
}

// estimate is an adjusted-Wald NPS on the scale −1..1 and the variance of that estimate.
type estimate struct{ value, variance float64 }

func (t Tally) adjusted() estimate {
	n := float64(t.Answers()) + 3
	p := (float64(t.Promoters()) + 0.75) / n
	d := (float64(t.Detractors()) + 0.75) / n
	return estimate{value: p - d, variance: (p + d - (p-d)*(p-d)) / n}
}

// Around makes the interval middle ± margin, within ±limit, widened to reach observed.
func Around(middle, margin, observed, limit float64) Interval {
	return Interval{
		Low:  max(-limit, min(middle-margin, observed)),
		High: min(limit, max(middle+margin, observed)),
	}
}

// ResponseRateInterval returns the 95 % confidence interval of the response rate in percent.
func (t Tally) ResponseRateInterval() (Interval, bool) { return t.ResponseRateIntervalAt(Level) }

// ResponseRateIntervalAt returns Wilson's score interval of the response rate, within 0..100 percent; see ShareInterval.
func (t Tally) ResponseRateIntervalAt(level float64) (Interval, bool) {
	return ShareInterval(t.responded(), t.Sent, level)
}

// ShareInterval returns Wilson's score interval at a level between 0 and 1 of a share of k among n, 0 ≤ k ≤ n, within 0..100 percent: Wilson, E. B.
// (1927), Probable inference, the law of succession, and statistical inference, JASA 22, formula as in Newcombe (1998),
// Two-sided confidence intervals for the single proportion, Statistics in Medicine 17, method 3.
func ShareInterval(share, of int64, level float64) (Interval, bool) {
	if of <= 0 || !validLevel(level) {
		return Interval{}, false
	}
	n, k, z := float64(of), float64(share), Quantile(level)
	p := k / n
	middle := (p + z*z/(2*n)) / (1 + z*z/n)
	margin := z / (1 + z*z/n) * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	// The bounds of 0 and of n answers are 0 and 1 exactly; rounding may miss them by 1e-17.
	return Interval{Low: 100 * max(0, min(middle-margin, p)), High: 100 * min(1, max(middle+margin, p))}, true
}

// Comparison says how two tallies differ.
type Comparison struct {
	A          float64  `json:"a"` // NPS of each
	B          float64  `json:"b"`
	Difference float64  `json:"difference"` // B − A, −200..200
	Interval   Interval `json:"interval"`   // of the difference
	P          float64  `json:"p"`          // two-sided probability of such a difference between equals
	Real       bool     `json:"real"`       // the interval leaves out 0: more than chance explains
}

// Compare compares b with a at 95 %; see CompareAt.
func Compare(a, b Tally) (Comparison, bool) { return CompareAt(a, b, Level) }

// CompareAt tells whether two NPS differ by more than chance explains, at a level between 0 and 1. The tallies must not
// share answers: to hold a team against its company, take the team away from it first (Minus). There is no comparison
// where one of them has no answers.
//
// Method: both are adjusted as in IntervalAt, and their variances add up. Lewis and Sauro,
// https://measuringu.com/nps-significance-test/.
func CompareAt(a, b Tally, level float64) (Comparison, bool) { return compare(a, b, 0, level) }

// CompareShared is Compare of tallies that some people are in both of: products is the sum, over those people, of how far each lies from their mean in a
// times how far in b, as −1, 0 or 1 for detractor, passive and promoter. Whoever stays as they were makes a change that is seen surer.
//
// Method: as CompareAt, less 2·products/(nA·nB), what the two estimates have in common (Kish 1965, Survey Sampling, section 12.4, overlapping samples).
func CompareShared(a, b Tally, products float64) (Comparison, bool) {
	return compare(a, b, products, Level)
}

func compare(a, b Tally, products, level float64) (Comparison, bool) {
	va, ok := a.NPS()
	vb, okB := b.NPS()
	if !ok || !okB || !validLevel(level) {
		return Comparison{}, false
	}
	ea, eb := a.adjusted(), b.adjusted()
	common := 2 * products / (float64(a.Answers()+3) * float64(b.Answers()+3))
	// What is taken away is less than what is there: the made-up answers have nothing in common.
	middle, se := eb.value-ea.value, math.Sqrt(ea.variance+eb.variance-common)
	c := Comparison{A: va, B: vb, Difference: vb - va, P: math.Erfc(math.Abs(middle) / se / math.Sqrt2)}
	c.Interval = Around(100*middle, 100*Quantile(level)*se, c.Difference, 200)
	c.Real = !c.Interval.Contains(0)
	return c, true
}

func validLevel(level float64) bool { return level > 0 && level < 1 }

// Quantile returns z such that a normal deviate lies within ±z with probability level: 1.96 for 0.95.
func Quantile(level float64) float64 { return math.Sqrt2 * math.Erfinv(level) }
