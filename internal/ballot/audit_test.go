package ballot_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"onetap/internal/ballot"
	"onetap/internal/blocks"
	"onetap/internal/blocks/blockstest"
)

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
		if found := blockstest.Audit(shown(answers), len(answers), ballot.Least); found != nil {
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
		if found := blockstest.Audit(tc.rows, n, ballot.Least); (found != nil) != tc.want {
			t.Errorf("%s: found %v", what, found)
		}
	}
}
