package stats

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"

	"onetap/internal/nps"
)

// MostDrivers is how many candidates Shapley takes: each further one doubles the work.
const MostDrivers = 12

// ErrSame says that candidates cannot be told apart: one is constant, or all but a sum of others.
var ErrSame = errors.New("stats: candidates are the same")

// Shapley divides R² of the linear regression of y on some columns among them: the gain in R² when a column joins, averaged over all orders in which
// they can join. Shares are in the order of the columns and add up to r2. Up to MostDrivers columns, all as long as y and finite. The error wraps
// ErrSame where a column, or y, is constant or columns are linearly dependent.
//
// Method: Lindeman, Merenda and Gold (1980), Introduction to Bivariate and Multivariate Analysis, p. 119 ff. (LMG); as Shapley's value of a game:
// Grömping (2007), Estimators of relative importance in linear regression based on variance decomposition, The American Statistician 61(2).
func Shapley(columns [][]float64, y []float64) (shares []float64, r2 float64, err error) {
	if len(columns) == 0 || len(columns) > MostDrivers {
		return nil, 0, fmt.Errorf("stats: %d candidates, 1 to %d can be weighed", len(columns), MostDrivers)
	}
	for j, column := range columns {
		if len(column) != len(y) {
			return nil, 0, fmt.Errorf("stats: candidate %d has %d answers, the score has %d", j+1, len(column), len(y))
		}
	}
	r, at := correlations(columns, y, nil)
	if at >= 0 {
		if at == len(columns) {
			return nil, 0, fmt.Errorf("the score is always the same: %w", ErrSame)
		}
		return nil, 0, fmt.Errorf("candidate %d is always the same, or no number: %w", at+1, ErrSame)
	}
	shares, r2, ok := r.shapley()
	if !ok {
		return nil, 0, fmt.Errorf("candidates are sums of each other: %w", ErrSame)
	}
	return shares, r2, nil
}

// ShapleyIntervals are 95 % intervals of Shapley's shares: of rounds new samples that are drawn from the answers with replacement the 2.5th and
// 97.5th percentile (Efron and Tibshirani 1993, An Introduction to the Bootstrap, chapter 13). Samples in which a candidate cannot be told apart are
// left out; ok is false where that are more than a tenth of them.
func ShapleyIntervals(columns [][]float64, y []float64, rounds int, seed uint64) (intervals []nps.Interval, ok bool) {
	draw := rand.New(rand.NewPCG(seed, uint64(len(y))))
	samples := make([][]float64, len(columns))
	times := make([]float64, len(y))
	for range rounds {
		clear(times)
		for range y {
			times[draw.IntN(len(y))]++
		}
		r, at := correlations(columns, y, times)
		if at >= 0 {
			continue
		}
		shares, _, told := r.shapley()
		if !told {
			continue
		}
		for j, s := range shares {
			samples[j] = append(samples[j], s)
		}
	}
	if len(samples) == 0 || 10*len(samples[0]) < 9*rounds || rounds == 0 {
		return nil, false
	}
	for _, s := range samples {
		slices.Sort(s)
		intervals = append(intervals, nps.Interval{Low: percentile(s, 0.025), High: percentile(s, 0.975)})
	}
	return intervals, true
}

// percentile is that of sorted values, between neighbours linearly.
func percentile(sorted []float64, p float64) float64 {
	at := p * float64(len(sorted)-1)
	i := int(at)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[i] + (at-float64(i))*(sorted[i+1]-sorted[i])
}

// square is a symmetric matrix of correlations, the score's row and column last.
type square [][]float64

// correlations of the columns and y, each answer counted times[i] times, or once where times is nil. at is the column that has no variance or is no
// number (len(columns) for y), or −1.
func correlations(columns [][]float64, y []float64, times []float64) (r square, at int) {
	all := append(slices.Clone(columns), y)
	means := make([]float64, len(all))
	n := 0.0
	for i := range y {
		t := 1.0
		if times != nil {
			t = times[i]
		}
		n += t
		for j, column := range all {
			means[j] += t * column[i]
		}
	}
	for j := range means {
		means[j] /= n
	}
	r = make(square, len(all))
	for j := range all {
		r[j] = make([]float64, len(all))
	}
	for i := range y {
		t := 1.0
		if times != nil {
			if t = times[i]; t == 0 {
				continue
			}
		}
		for j, column := range all {
			d := t * (column[i] - means[j])
			for k := range j + 1 {
				r[j][k] += d * (all[k][i] - means[k])
			}
		}
	}
	deviations := make([]float64, len(all))
	for j := range all {
		deviations[j] = math.Sqrt(r[j][j])
		if !(deviations[j] > 0) || math.IsInf(deviations[j], 0) {
			return nil, j
		}
	}
	for j := range all {
		for k := range j + 1 {
			r[j][k] /= deviations[j] * deviations[k]
			r[k][j] = r[j][k]
		}
	}
	return r, -1
}

// apart is the least part of a candidate's variance that others must leave unexplained for it to be told from them.
const apart = 1e-9

// shapley walks over all subsets of candidates, each made from the one without its last by one sweep of the matrix (Goodnight 1979, A tutorial on the
// sweep operator, The American Statistician 33(3)); what is left of the score's own place is 1 − R².
func (r square) shapley() (shares []float64, r2 float64, ok bool) {
	p := len(r) - 1
	explained := make([]float64, 1<<p)
	if !r.walk(0, 0, explained) {
		return nil, 0, false
	}
	weight := make([]float64, p) // of a column joining k others: k!(p−k−1)!/p!
	weight[0] = 1 / float64(p)
	for k := 1; k < p; k++ {
		weight[k] = weight[k-1] * float64(k) / float64(p-k)
	}
	shares = make([]float64, p)
	for set := range explained {
		for j := range p {
			if set&(1<<j) == 0 {
				shares[j] += weight[bits.OnesCount(uint(set))] * (explained[set|1<<j] - explained[set])
			}
		}
	}
	return shares, explained[len(explained)-1], true
}

func (r square) walk(set, from int, explained []float64) bool {
	p := len(r) - 1
	explained[set] = 1 - r[p][p]
	for j := from; j < p; j++ {
		if r[j][j] < apart {
			return false
		}
		if !r.swept(j).walk(set|1<<j, j+1, explained) {
			return false
		}
	}
	return true
}

// swept is what is left of the columns after j, and of the score, once j has taken part; the rest is not looked at any more.
func (r square) swept(j int) square {
	out := make(square, len(r))
	for i := j + 1; i < len(r); i++ {
		out[i] = make([]float64, len(r))
		for k := j + 1; k < len(r); k++ {
			out[i][k] = r[i][k] - r[i][j]*r[j][k]/r[j][j]
		}
	}
	return out
}
