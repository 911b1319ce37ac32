package stats

import (
	"errors"
	"math/rand/v2"
)

// NMF factors a matrix of no negative numbers, rows by columns, into w (rows by rank) and h (rank by columns) of no negative numbers, so that w·h is
// near it: of texts by words, each row of h is words that occur together. Each row of h adds up to 1, or is all 0. The same matrix, rank, seed and rounds
// give the same factors; another seed may give others, for there are many. Errors: no rows or columns, rows of different lengths, a negative number, a
// rank below 1.
//
// Method: Lee and Seung (2001), Algorithms for Non-negative Matrix Factorization, Advances in Neural Information Processing Systems 13, theorem 1: the
// multiplicative updates under which ‖v − w·h‖² never grows.
func NMF(v [][]float64, rank int, seed uint64, rounds int) (w, h [][]float64, err error) {
	if len(v) == 0 || len(v[0]) == 0 || rank < 1 {
		return nil, nil, errors.New("factor: nothing to factor")
	}
	rows, columns := len(v), len(v[0])
	for _, row := range v {
		if len(row) != columns {
			return nil, nil, errors.New("factor: rows of different lengths")
		}
		for _, x := range row {
			if !(x >= 0) {
				return nil, nil, errors.New("factor: a negative number")
			}
		}
	}
	r := rand.New(rand.NewPCG(seed, 2001))
	w, h = filled(rows, rank, r), filled(rank, columns, r)
	for range rounds {
		updateH(v, w, h)
		updateW(v, w, h)
	}
	for k := range rank {
		sum := 0.0
		for _, x := range h[k] {
			sum += x
		}
		if sum <= 0 {
			continue
		}
		for j := range h[k] {
			h[k][j] /= sum
		}
		for i := range w {
			w[i][k] *= sum
		}
	}
	return w, h, nil
}

// tiny keeps quotients finite.
const tiny = 1e-12

func filled(rows, columns int, r *rand.Rand) [][]float64 {
	m := make([][]float64, rows)
	for i := range m {
		m[i] = make([]float64, columns)
		for j := range m[i] {
			m[i][j] = 0.1 + r.Float64() // what is 0 stays 0
		}
	}
	return m
}

// updateH is h ← h ∘ (wᵀv) / (wᵀw h).
func updateH(v, w, h [][]float64) {
	rank, columns := len(h), len(h[0])
	square := gram(rank, len(w), func(i, k int) float64 { return w[i][k] })
	up := zeros(rank, columns)
	for i, row := range v {
		for j, x := range row {
			if x != 0 {
				for k := range rank {
					up[k][j] += w[i][k] * x
				}
			}
		}
	}
	column := make([]float64, rank)
	for j := range columns {
		for k := range rank {
			column[k] = h[k][j]
		}
		for k := range rank {
			down := 0.0
			for l, x := range column {
				down += square[k][l] * x
			}
			h[k][j] = column[k] * up[k][j] / (down + tiny)
		}
	}
}

// updateW is w ← w ∘ (v hᵀ) / (w h hᵀ).
func updateW(v, w, h [][]float64) {
	rank := len(h)
	square := gram(rank, len(h[0]), func(j, k int) float64 { return h[k][j] })
	up, was := make([]float64, rank), make([]float64, rank)
	for i, row := range v {
		clear(up)
		for j, x := range row {
			if x != 0 {
				for k := range rank {
					up[k] += x * h[k][j]
				}
			}
		}
		copy(was, w[i])
		for k := range rank {
			down := 0.0
			for l, x := range was {
				down += x * square[l][k]
			}
			w[i][k] = was[k] * up[k] / (down + tiny)
		}
	}
}

// gram are the products of columns with each other, of n rows.
func gram(rank, n int, at func(i, k int) float64) [][]float64 {
	g := zeros(rank, rank)
	for i := range n {
		for k := range rank {
			for l := range rank {
				g[k][l] += at(i, k) * at(i, l)
			}
		}
	}
	return g
}

func zeros(rows, columns int) [][]float64 {
	m := make([][]float64, rows)
	for i := range m {
		m[i] = make([]float64, columns)
	}
	return m
}
