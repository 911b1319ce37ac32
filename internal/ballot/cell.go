package ballot

import (
	"cmp"
	"slices"
)

// Cell is everything that a ballot carries of its holder. What is empty is not known, or was taken away because too few
// people share it.
type Cell struct {
	Language string   `json:"l,omitempty"`
	Values   []string `json:"v,omitempty"` // of the campaign's chosen columns, in their order; all cells of a campaign have as many
}

// Planned is a cell of a campaign, and how many of the invited have it.
type Planned struct {
	Cell   Cell `json:"c,omitzero"`
	People int  `json:"n"`
}

// key is a cell as a map's key.
func (c Cell) key() string {
	b := []byte(c.Language)
	for _, v := range c.Values {
		b = append(append(b, 0), v...)
	}
	return string(b)
}

// upTo is a cell without the values from the n-th on.
func (c Cell) upTo(n int) Cell {
	values := make([]string, len(c.Values))
	copy(values, c.Values[:min(n, len(c.Values))])
	return Cell{c.Language, values}
}

// Common is what two cells agree on.
func (c Cell) Common(d Cell) Cell {
	both := Cell{Values: make([]string, len(c.Values))}
	if c.Language == d.Language {
		both.Language = c.Language
	}
	for i, v := range c.Values {
		if i < len(d.Values) && d.Values[i] == v {
			both.Values[i] = v
		}
	}
	return both
}

// says is how much a cell tells.
func (c Cell) says() (n int) {
	for _, v := range append([]string{c.Language}, c.Values...) {
		if v != "" {
			n++
		}
	}
	return n
}

// Weight is what there is of a cell.
type Weight struct {
	People  int // written to
	Answers int
}

func (w Weight) plus(v Weight) Weight { return Weight{w.People + v.People, w.Answers + v.Answers} }

// Group is cells that are one from now on.
type Group struct {
	Cell Cell
	Weight
	Members []int // places of the cells that were put together
}

func (g Group) with(h Group) Group {
	return Group{g.Cell, g.plus(h.Weight), append(slices.Clone(g.Members), h.Members...)}
}

// Plan puts the cells of an audience together until each has Least people and more, so that the last value is taken away
// first, then the others, and the language last. Whoever fits nowhere then takes the nearest cell with them, of several
// the smallest. Every cell is in one group; there is none where the whole audience is smaller than Least.
func Plan(cells []Cell, weights []Weight) []Group {
	for least := Least; ; least *= 2 {
		groups := coarsen(cells, weights, func(w Weight) bool { return w.People >= least })
		if len(groups) < MaxCells { // beside Everybody
			return groups
		}
	}
}

// Open puts the cells of a closed campaign together until each has Least answers and more, of as many people who were written
// to, and into others in which people's words may stand: of LeastWords, none of which cuts one of the former in two.
func Open(cells []Cell, weights []Weight) (figures, words []Group) {
	figures = coarsen(cells, weights, func(w Weight) bool { return w.People >= Least && w.Answers >= Least })
	var of []Cell
	var weigh []Weight
	for _, g := range figures {
		of, weigh = append(of, g.Cell), append(weigh, g.Weight)
	}
	words = coarsen(of, weigh, func(w Weight) bool { return w.People >= LeastWords && w.Answers >= LeastWords })
	for i, g := range words { // of groups back to cells
		var members []int
		for _, m := range g.Members {
			members = append(members, figures[m].Members...)
		}
		slices.Sort(members)
		words[i].Members = members
	}
	return figures, words
}

// coarsen is Plan with another measure.
func coarsen(cells []Cell, weights []Weight, enough func(Weight) bool) []Group {
	rest := make([]Group, 0, len(cells))
	depth := 0
	for i, c := range cells {
		rest = append(rest, Group{c, weights[i], []int{i}})
		depth = max(depth, len(c.Values))
	}
	var done []Group
	for d := depth; d >= -1; d-- { // at -1 the language goes too
		for i, g := range rest {
			if rest[i].Cell = g.Cell.upTo(max(d, 0)); d < 0 {
				rest[i].Cell.Language = ""
			}
		}
		done, rest = settle(done, rest, enough)
	}
	if len(rest) > 0 && len(done) > 0 {
		done = adopt(done, common(cells, rest[0]), smallest)
	}
	for _, g := range done {
		slices.Sort(g.Members)
	}
	slices.SortFunc(done, func(a, b Group) int { return cmp.Compare(a.Cell.key(), b.Cell.key()) })
	return done
}

// settle puts together what reads the same, with the groups that are done as well, and says which of the others are enough.
func settle(done, rest []Group, enough func(Weight) bool) (settled, left []Group) {
	at := map[string]int{}
	for i, g := range done {
		at[g.Cell.key()] = i
	}
	from := map[string]int{}
	for _, g := range rest {
		k := g.Cell.key()
		if i, ok := at[k]; ok {
			done[i] = done[i].with(g)
		} else if i, ok := from[k]; ok {
			left[i] = left[i].with(g)
		} else {
			from[k] = len(left)
			left = append(left, g)
		}
	}
	var few []Group
	for _, g := range left {
		if enough(g.Weight) {
			done = append(done, g)
		} else {
			few = append(few, g)
		}
	}
	return done, few
}

// common is a group that says what all of its cells say.
func common(cells []Cell, g Group) Group {
	g.Cell = cells[g.Members[0]]
	for _, m := range g.Members[1:] {
		g.Cell = g.Cell.Common(cells[m])
	}
	return g
}

// smallest and largest order groups by their people.
func smallest(a, b Group) int { return cmp.Compare(a.People, b.People) }
func largest(a, b Group) int  { return cmp.Compare(b.People, a.People) }

// adopt puts those who fit nowhere into the nearest group, the first of several by an order, which from then on says only what is true
// of them too.
func adopt(done []Group, few Group, order func(a, b Group) int) []Group {
	best := slices.MinFunc(done, func(a, b Group) int {
		return cmp.Or(
			cmp.Compare(b.Cell.Common(few.Cell).says(), a.Cell.Common(few.Cell).says()),
			order(a, b), cmp.Compare(a.Answers, b.Answers), cmp.Compare(a.Cell.key(), b.Cell.key()),
		)
	})
	rest := slices.DeleteFunc(done, func(g Group) bool { return g.Cell.key() == best.Cell.key() })
	best = best.with(few)
	best.Cell = best.Cell.Common(few.Cell)
	all, _ := settle(rest, []Group{best}, func(Weight) bool { return true })
	return all
}
