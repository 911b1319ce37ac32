package door

import (
	"onetap/internal/insight"
	"onetap/internal/nps"
)

// DifferenceOf rounds as figures are; nil where there is nothing to compare.
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
