package stats

import (
	"cmp"
	"slices"
)

// Adjusted returns the p-values of many comparisons corrected for how many there were, in the order of p: those of at most q are found with a false
// discovery rate of q.
//
// Method: Benjamini and Hochberg (1995), Controlling the false discovery rate, Journal of the Royal Statistical Society B 57(1), as adjusted p-values:
// the i-th smallest times m/i, made monotone from the largest down, at most 1.
func Adjusted(p []float64) []float64 {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(p[i], p[j]) })
	out := make([]float64, len(p))
	least := 1.0
	for rank := len(p); rank > 0; rank-- {
		i := order[rank-1]
		least = min(least, p[i]*float64(len(p))/float64(rank))
		out[i] = least
	}
	return out
}
