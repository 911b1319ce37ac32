package stats

import "math"

// LogOdds tells the words of two groups apart: z-scores of the log-odds ratio with an informative Dirichlet prior, above 0 for what group a says
// more often than b. a, b and prior are counts by word; the prior is those of a larger text, scaled as strong as it shall be, and a word that is
// not in it has none. Words whose odds are 0 or endless in either group (counts and prior are 0 there, or nothing else was said) have no z and are
// left out.
//
// Method: Monroe, Colaresi and Quinn (2008), Fightin' Words: Lexical Feature Selection and Evaluation for Identifying the Content of Political
// Conflict, Political Analysis 16(4), equations 16 (δ), 20 (variance) and 22 (z = δ/σ).
func LogOdds(a, b, prior map[string]float64) map[string]float64 {
	sum := func(counts map[string]float64) (n float64) {
		for _, k := range counts {
			n += k
		}
		return n
	}
	na, nb, n0 := sum(a), sum(b), sum(prior)
	out := map[string]float64{}
	for _, words := range []map[string]float64{a, b, prior} {
		for w := range words {
			if _, done := out[w]; done {
				continue
			}
			ya, yb := a[w]+prior[w], b[w]+prior[w]
			ra, rb := na+n0-ya, nb+n0-yb
			if !(ya > 0 && yb > 0 && ra > 0 && rb > 0) {
				continue
			}
			out[w] = (math.Log(ya/ra) - math.Log(yb/rb)) / math.Sqrt(1/ya+1/yb)
		}
	}
	return out
}
