package stats

import (
	"cmp"
	"errors"
	"fmt"
	"math"

	"onetap/internal/nps"
)

// EffectiveN is how many answers of equal weight would tell as much: (Σw)²/Σw² (Kish 1965, Survey Sampling, section 11.7). Weights that are not
// positive and finite have no part in it.
func EffectiveN(weights []float64) float64 {
	var w nps.Weighted
	for _, x := range weights {
		w.Count(nps.Passive, x)
	}
	return w.Effective()
}

// LeastEffective is the part of the answers that EffectiveN must keep for weights to be used: below it the weighted figure rests on few people's words.
const LeastEffective = 0.4

// Reasons why there are no weights. Both are wrapped with where.
var (
	ErrEmptyCell = errors.New("no answer where the base has people")
	ErrApart     = errors.New("the dimensions' targets cannot be met together")
)

// Rake returns a weight for each answer, their sum the number of answers, so that in every dimension the weighted answers are made up as the base is.
// levels[d][i] is the level of answer i in dimension d, bases[d][l] how many of the base are at level l of it (any unit, a dimension's sum above 0).
// It fails with ErrEmptyCell where a level of the base has no answer, or answers lie at a level where the base has nobody, and with ErrApart where
// no weights meet all dimensions.
//
// Method: iterative proportional fitting, Deming and Stephan (1940), On a least squares adjustment of a sampled frequency table when the expected
// marginal totals are known, Annals of Mathematical Statistics 11(4).
func Rake(levels [][]int, bases [][]float64) ([]float64, error) {
	if len(levels) == 0 || len(levels) != len(bases) || len(levels[0]) == 0 {
		return nil, fmt.Errorf("stats: %d dimensions of answers, %d of the base", len(levels), len(bases))
	}
	n := len(levels[0])
	targets := make([][]float64, len(bases))
	for d, base := range bases {
		if len(levels[d]) != n {
			return nil, fmt.Errorf("stats: dimension %d has %d answers, the first has %d", d, len(levels[d]), n)
		}
		sum := 0.0
		for _, k := range base {
			sum += k
		}
		counts := make([]int, len(base))
		for _, l := range levels[d] {
			counts[l]++
		}
		for l, k := range base {
			if k > 0 != (counts[l] > 0) {
				return nil, fmt.Errorf("dimension %d, level %d: %w", d, l, ErrEmptyCell)
			}
			targets[d] = append(targets[d], k/sum*float64(n))
		}
	}
	weights := make([]float64, n)
	for i := range weights {
		weights[i] = 1
	}
	const rounds, near = 1000, 1e-9
	for range rounds {
		off := 0.0
		for d, target := range targets {
			sums := make([]float64, len(target))
			for i, l := range levels[d] {
				sums[l] += weights[i]
			}
			for l, want := range target {
				if want > 0 {
					off = max(off, math.Abs(sums[l]/want-1))
				}
			}
			for i, l := range levels[d] {
				weights[i] *= target[l] / sums[l]
			}
		}
		if off < near {
			return weights, nil
		}
	}
	return nil, ErrApart
}

// cmpBig puts what is larger, up or down, first; equals by name.
func cmpBig(x, y float64, a, b string) int {
	return cmp.Or(cmp.Compare(math.Abs(y), math.Abs(x)), cmp.Compare(a, b))
}
