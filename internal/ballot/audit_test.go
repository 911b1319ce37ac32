package ballot_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"onetap/internal/ballot"
	"onetap/internal/blocks"
)

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

// audit returns some answers, fewer than least, of which something can be worked out; nil: there are none.
func audit(rows [][]int64, n, least int) []int {
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

// shown are the rows of everything that is shown of answers: the whole, each group of the cells, and each value of each
// column of the cells as they were kept, as far as the rule of blocks lets it.
func shown(answers []ballot.Cell) (rows [][]int64) {
	all := make([]int32, len(answers))
	of := make([]int32, len(answers))
	cut := blocks.New(len(answers), ballot.Least, func(i int32) *int32 { return &of[i] })
	for i := range all {
		all[i] = int32(i)
	}
	show := func(group []int32) {
		if len(group) == 0 || !cut.Fits(group) {
			return
		}
		cut.Cut(group)
		row := make([]int64, len(answers))
		for _, i := range group {
			row[i] = 1
		}
		rows = append(rows, row)
	}
	show(all)
	views := map[string][]int32{}
	for i, c := range answers {
		says := append([]string{c.Language}, c.Values...)
		views[fmt.Sprintf("%q", says)] = append(views[fmt.Sprintf("%q", says)], int32(i))
		for column, v := range says {
			name := fmt.Sprint(column, " ", v)
			views[name] = append(views[name], int32(i))
			for other := range column { // crossings of two
				name := fmt.Sprint(column, " ", v, "×", other, " ", says[other])
				views[name] = append(views[name], int32(i))
			}
		}
	}
	names := make([]string, 0, len(views))
	for name := range views {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		show(views[name])
	}
	return rows
}

// Of whatever organisation, and whoever of it answers: no sum, difference or other combination of what is shown after the
// opening is about fewer than Least answers.
func TestNothingSmallCanBeWorkedOut(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		people := organisation(t, 40)
		cells, weights := counted(people)
		planned := ballot.Plan(cells, weights)
		kept := make([]ballot.Cell, 0, len(planned)) // what ballots carry
		of := make([]ballot.Weight, 0, len(planned))
		for _, g := range planned {
			kept = append(kept, g.Cell)
			of = append(of, ballot.Weight{People: g.People, Answers: rapid.IntRange(0, min(g.People, 12)).Draw(t, "answers")})
		}
		figures, _ := ballot.Open(kept, of)
		var answers []ballot.Cell
		for _, g := range figures {
			for range g.Answers {
				answers = append(answers, g.Cell)
			}
		}
		if len(answers) > 22 {
			t.Skip("too many answers to try all sets of four of them; rapid draws another organisation")
		}
		if found := audit(shown(answers), len(answers), ballot.Least); found != nil {
			t.Fatalf("of %d answers %v can be worked out", len(answers), found)
		}
	})
}

// The audit finds what it looks for: a group of four, two groups that differ by one, and three that together tell of two.
func TestAuditFinds(t *testing.T) {
	t.Parallel()
	row := func(n int, in ...int) []int64 {
		r := make([]int64, n)
		for _, i := range in {
			r[i] = 1
		}
		return r
	}
	ten := []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}
	for what, tc := range map[string]struct {
		rows [][]int64
		want bool
	}{
		"the whole":           {[][]int64{row(10, ten...)}, false},
		"two halves":          {[][]int64{row(10, ten[:5]...), row(10, ten[5:]...)}, false},
		"four":                {[][]int64{row(10, ten[:4]...)}, true},
		"all but one":         {[][]int64{row(10, ten...), row(10, ten[1:]...)}, true},
		"two that cross":      {[][]int64{row(12, ten[:6]...), row(12, ten[4:]...)}, false}, // each of six, and nothing of the two in both
		"a crossing summed":   {[][]int64{row(12, 0, 1, 2, 3, 4, 5), row(12, 4, 5, 6, 7, 8, 9), row(12, ten...)}, true},
		"nothing":             {nil, false},
		"twice, but for some": {[][]int64{row(10, 0, 1, 2, 3, 4, 5, 6), row(10, 0, 1, 2, 3, 4, 5, 7)}, true},
	} {
		n := 10
		if len(tc.rows) > 0 {
			n = len(tc.rows[0])
		}
		if found := audit(tc.rows, n, ballot.Least); (found != nil) != tc.want {
			t.Errorf("%s: found %v", what, found)
		}
	}
}
