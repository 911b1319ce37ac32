package ballot_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"onetap/internal/ballot"
	"onetap/internal/blocks/blockstest"
)

// placed are people in two rounds: of each the place of their group in the first and their cell in the second; -1: they are not in it.
type placed struct{ before, now []int }

// rows are what is shown of both rounds, over the people.
func (p placed) rows(groups []ballot.Group) (rows [][]int64) {
	of := func(in func(person int) bool) {
		row := make([]int64, len(p.now))
		for i := range row {
			if in(i) {
				row[i] = 1
			}
		}
		rows = append(rows, row)
	}
	for cell := range slices.Max(p.before) + 1 {
		of(func(i int) bool { return p.before[i] == cell })
	}
	for _, g := range groups {
		of(func(i int) bool { return slices.Contains(g.Members, p.now[i]) })
	}
	return rows
}

func (p placed) round() (r ballot.Round) {
	for range slices.Max(p.before) + 1 {
		r.Shared, r.Gone = append(r.Shared, map[int]int{}), append(r.Gone, 0)
	}
	for i, before := range p.before {
		switch now := p.now[i]; {
		case before >= 0 && now >= 0:
			r.Shared[before][now]++
		case before >= 0:
			r.Gone[before]++
		}
	}
	return r
}

// Of whatever two rounds: what is left apart tells, added to and subtracted from what is shown of the round before, of no fewer than Least
// people; and what told of no fewer is left as it was.
func TestTwoRoundsTellOfNobody(t *testing.T) {
	t.Parallel()
	left, kept := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		var p placed
		var was, is []ballot.Cell // of those in a round
		for range rapid.IntRange(10, 19).Draw(t, "people") {
			team := func() ballot.Cell {
				return ballot.Cell{Language: "ru", Values: []string{rapid.SampledFrom([]string{"North", "South", "West"}).Draw(t, "team")}}
			}
			cell, both := team(), rapid.IntRange(0, 9).Draw(t, "fate")
			now := cell
			if both == 2 {
				now = team()
			}
			p.before, p.now = append(p.before, -1), append(p.now, -1)
			if both != 0 {
				was = append(was, cell)
				p.before[len(p.before)-1] = len(was)
			}
			if both != 1 {
				is = append(is, now)
				p.now[len(p.now)-1] = len(is)
			}
		}
		place := func(people []ballot.Cell, at []int) (cells []ballot.Cell, weights []ballot.Weight) {
			cells, weights = counted(people)
			for i, n := range at {
				if n > 0 {
					at[i] = slices.IndexFunc(cells, func(c ballot.Cell) bool { return c.Values[0] == people[n-1].Values[0] })
				}
			}
			return cells, weights
		}
		first := ballot.Plan(place(was, p.before))
		cells, weights := place(is, p.now)
		for i, cell := range p.before {
			if cell >= 0 {
				p.before[i] = slices.IndexFunc(first, func(g ballot.Group) bool { return slices.Contains(g.Members, cell) })
			}
		}
		planned := ballot.Plan(cells, weights)
		if len(first) == 0 || len(planned) == 0 {
			t.Skip("too few people")
		}
		near := blockstest.Audit(p.rows(planned), len(p.now), ballot.Least)
		apart, ok := ballot.Apart(planned, []ballot.Round{p.round()})
		if near == nil && (!ok || len(apart) != len(planned)) {
			t.Fatalf("%v beside %v tells of nobody, and became %v", planned, first, apart)
		}
		if few := blockstest.Audit(p.rows(apart), len(p.now), ballot.Least); ok == (few != nil) {
			t.Fatalf("%v, ok %v, beside %v tells of %v", apart, ok, first, few)
		}
		whole(t, cells, weights, apart, func(w ballot.Weight) bool { return w.People >= ballot.Least })
		if len(apart) > 1 {
			kept++
		}
		if len(apart) < len(planned) && ok {
			left++
		}
	})
	if left == 0 || kept == 0 {
		t.Errorf("groups were put together %d times, and kept %d times", left, kept)
	}
}

// Two teams of five that differ by one person over two rounds are no groups of their own; beside a team large enough they are again, in it.
// Where nobody can suppose of all that they have answered alike nothing is done.
func TestTwoTeamsOfFiveThatDifferByOne(t *testing.T) {
	t.Parallel()
	cell := func(team string) ballot.Cell { return ballot.Cell{Language: "ru", Values: []string{team}} }
	groups := func(people ...int) (all []ballot.Group) {
		for i, n := range people {
			all = append(all, ballot.Group{Cell: cell([]string{"East", "North", "South"}[i]), Weight: ballot.Weight{People: n}, Members: []int{i}})
		}
		return all
	}
	for what, tc := range map[string]struct {
		now   []ballot.Group
		round ballot.Round
		want  []int // people by group
		ok    bool
	}{
		"one came for another":           {groups(5, 5, 30), ballot.Round{Shared: []map[int]int{{0: 4}, {1: 5}, {2: 30}}, Gone: []int{1, 0, 0}}, []int{5, 35}, true},
		"one went over":                  {groups(5, 6, 30), ballot.Round{Shared: []map[int]int{{0: 5, 1: 1}, {1: 5}, {2: 30}}, Gone: []int{0, 0, 0}}, []int{41}, true},
		"the same people":                {groups(5, 5, 30), ballot.Round{Shared: []map[int]int{{0: 5}, {1: 5}, {2: 30}}, Gone: []int{0, 0, 0}}, []int{5, 5, 30}, true},
		"all others":                     {groups(5, 5, 30), ballot.Round{Shared: []map[int]int{{}, {1: 5}, {2: 30}}, Gone: []int{5, 0, 0}}, []int{5, 5, 30}, true},
		"one left a large one":           {groups(5, 5, 30), ballot.Round{Shared: []map[int]int{{0: 5}, {1: 5}, {2: 30}}, Gone: []int{0, 0, 1}}, []int{5, 5, 30}, true},
		"one of them is not known now":   {groups(5), ballot.Round{Shared: []map[int]int{{0: 5}}, Gone: []int{1}}, []int{5}, false},
		"two rounds together are one":    {groups(5, 6), ballot.Round{Shared: []map[int]int{{0: 5, 1: 5}}, Gone: []int{0}}, []int{11}, false},
		"a large whole differs by one":   {groups(12, 12), ballot.Round{Shared: []map[int]int{{0: 12, 1: 11}}, Gone: []int{1}}, []int{12, 12}, true},
		"a team is two now, one is new":  {groups(6, 7), ballot.Round{Shared: []map[int]int{{0: 6, 1: 6}}, Gone: []int{0}}, []int{13}, false},
		"they swapped, and one has come": {groups(5, 6, 30), ballot.Round{Shared: []map[int]int{{1: 5}, {0: 5}, {2: 30}}, Gone: []int{0, 0, 0}}, []int{5, 36}, true},
	} {
		apart, ok := ballot.Apart(tc.now, []ballot.Round{tc.round})
		var got []int
		for _, g := range apart {
			got = append(got, g.People)
		}
		slices.Sort(got)
		if !slices.Equal(got, tc.want) || ok != tc.ok {
			t.Errorf("%s: %v, ok %v, want %v", what, got, ok, tc.want)
		}
	}
}
