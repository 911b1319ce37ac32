package door

import (
	"math"

	"onetap/internal/insight"
	"onetap/internal/nps"
)

// Rounded keeps four decimals: more is noise of the machine's arithmetic. Nil where there is no figure.
func Rounded(v float64, ok bool) *float64 {
	if !ok {
		return nil
	}
	v = math.Round(v*1e4) / 1e4
	return &v
}

// DifferenceOf is how the second of a pair differs from the first, rounded as figures are; nil where one of them has no answers.
func DifferenceOf(p insight.Pair) *nps.Comparison {
	c, ok := p.Difference()
	if !ok {
		return nil
	}
	for _, v := range []*float64{&c.A, &c.B, &c.Difference, &c.Interval.Low, &c.Interval.High} {
		*v = *Rounded(*v, true)
	}
	return &c
}
