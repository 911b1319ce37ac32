package stats

import (
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
)

func rest(v, w, h [][]float64) (sum float64) {
	for i := range v {
		for j := range v[i] {
			x := v[i][j]
			for k := range h {
				x -= w[i][k] * h[k][j]
			}
			sum += x * x
		}
	}
	return sum
}

// Texts that are made of two vocabularies of known weights, which share no word, come apart into these: a matrix with such rows has only this factorization
// (Donoho and Stodden 2004, When Does Non-Negative Matrix Factorization Give a Correct Decomposition into Parts?, NIPS 16).
func TestNMFFindsTheParts(t *testing.T) {
	t.Parallel()
	parts := [][]float64{{0.5, 0.3, 0.2, 0, 0}, {0, 0, 0, 0.6, 0.4}}
	r := rand.New(rand.NewPCG(1, 1))
	var v [][]float64
	for i := range 40 {
		a, b := r.Float64()*3, r.Float64()*3
		switch { // texts of one part alone make it the only factorization
		case i%4 == 0:
			b = 0
		case i%4 == 1:
			a = 0
		}
		row := make([]float64, 5)
		for j := range row {
			row[j] = a*parts[0][j] + b*parts[1][j]
		}
		v = append(v, row)
	}
	for seed := range uint64(5) {
		w, h, err := NMF(v, 2, seed, 500)
		if err != nil {
			t.Fatal(err)
		}
		first := 0
		if h[1][0] > h[0][0] {
			first = 1
		}
		for k, part := range parts {
			for j, want := range part {
				if got := h[(first+k)%2][j]; math.Abs(got-want) > 5e-3 {
					t.Errorf("seed %d, part %d, word %d: %.4f, want %.4f", seed, k, j, got, want)
				}
			}
		}
		if left := rest(v, w, h); left > 1e-3 {
			t.Errorf("seed %d: %g is left", seed, left)
		}
	}
}

// More rounds never fit worse (Lee and Seung's theorem 1), nothing is negative, and the same is the same.
func TestNMFNeverGrows(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 3))
		v := make([][]float64, 1+r.IntN(12))
		columns := 1 + r.IntN(8)
		for i := range v {
			v[i] = make([]float64, columns)
			for j := range v[i] {
				v[i][j] = max(0, r.Float64()*4-2)
			}
		}
		rank, last := 1+r.IntN(4), math.Inf(1)
		for _, rounds := range []int{1, 2, 5, 20, 100} {
			w, h, err := NMF(v, rank, seed, rounds)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range [][][]float64{w, h} {
				for _, row := range m {
					for _, x := range row {
						if !(x >= 0) || math.IsInf(x, 0) {
							t.Fatalf("seed %d: %v", seed, x)
						}
					}
				}
			}
			left := rest(v, w, h)
			if left > last+1e-9 {
				t.Errorf("seed %d: %g is left after %d rounds, %g before", seed, left, rounds, last)
			}
			last = left
			again, _, _ := NMF(v, rank, seed, rounds)
			if !reflect.DeepEqual(w, again) {
				t.Errorf("seed %d: not the same again", seed)
			}
		}
	}
}

func TestNMFRefuses(t *testing.T) {
	t.Parallel()
	for what, v := range map[string][][]float64{"nothing": nil, "no columns": {{}}, "rows of different lengths": {{1, 2}, {1}}, "a negative number": {{1, -1}}, "no number": {{math.NaN()}}} {
		if _, _, err := NMF(v, 2, 1, 3); err == nil {
			t.Errorf("%s: factored", what)
		}
	}
	if _, _, err := NMF([][]float64{{1}}, 0, 1, 1); err == nil {
		t.Error("rank 0")
	}
	if w, h, err := NMF([][]float64{{0, 0}, {0, 0}}, 2, 1, 10); err != nil || w[0][0] != 0 || h[0][0] != 0 {
		t.Errorf("nothing but zeros: %v %v %v", w, h, err)
	}
}
