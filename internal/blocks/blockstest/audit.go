// Package blockstest works out what can be worked out of shown figures, for tests.
package blockstest

import "slices"

// The audit is linear algebra and knows nothing of blocks and cells: shown figures are rows over the answers, what anybody
// can work out from them is the rows' span, and nothing in it may be about fewer answers than Least, whatever it is
// multiplied with. It computes modulo a prime, in which small numbers stay what they are.
const prime = 1<<31 - 1

// nullSpace is the vectors to which all rows are orthogonal. A combination of rows is zero outside of some answers exactly
// if those answers' columns of the null space depend on each other.
func nullSpace(rows [][]int64, n int) (columns [][]int64) {
	m := make([][]int64, len(rows))
	for i := range rows {
		m[i] = slices.Clone(rows[i])
	}
	var pivots []int
	for c := 0; c < n && len(pivots) < len(m); c++ {
		r := len(pivots)
		at := slices.IndexFunc(m[r:], func(row []int64) bool { return row[c] != 0 })
		if at < 0 {
			continue
		}
		m[r], m[r+at] = m[r+at], m[r]
		scale(m[r], inverse(m[r][c]))
		for i := range m {
			if i != r && m[i][c] != 0 {
				add(m[i], m[r], prime-m[i][c])
			}
		}
		pivots = append(pivots, c)
	}
	columns = make([][]int64, n)
	for free := range n {
		if slices.Contains(pivots, free) {
			continue
		}
		for c := range n {
			x := int64(0)
			if c == free {
				x = 1
			} else if r := slices.Index(pivots, c); r >= 0 {
				x = (prime - m[r][free]) % prime
			}
			columns[c] = append(columns[c], x)
		}
	}
	return columns
}

func scale(row []int64, by int64) {
	for i := range row {
		row[i] = row[i] * by % prime
	}
}

func add(to, row []int64, times int64) {
	for i := range to {
		to[i] = (to[i] + row[i]*times) % prime
	}
}

func inverse(x int64) int64 {
	y := int64(1)
	for e := prime - 2; e > 0; e >>= 1 {
		if e&1 == 1 {
			y = y * x % prime
		}
		x = x * x % prime
	}
	return y
}

// Audit returns some answers, fewer than least, of which something can be worked out; nil: there are none.
func Audit(rows [][]int64, n, least int) []int {
	columns := nullSpace(rows, n)
	var find func(chosen []int, reduced [][]int64, from int) []int
	find = func(chosen []int, reduced [][]int64, from int) []int {
		for c := from; c < n; c++ {
			v := slices.Clone(columns[c])
			for _, r := range reduced { // take off what the chosen ones already span
				lead := slices.IndexFunc(r, func(x int64) bool { return x != 0 })
				if v[lead] != 0 {
					add(v, r, prime-v[lead])
				}
			}
			lead := slices.IndexFunc(v, func(x int64) bool { return x != 0 })
			with := append(slices.Clone(chosen), c)
			if lead < 0 {
				return with
			}
			if len(with) == least-1 {
				continue
			}
			scale(v, inverse(v[lead]))
			if found := find(with, append(slices.Clone(reduced), v), c+1); found != nil {
				return found
			}
		}
		return nil
	}
	return find(nil, nil, 0)
}
