package ballot

import (
	"cmp"
	"slices"
)

// Two rounds. Somebody who knows that one colleague came or left between two surveys, and supposes that everyone else has answered
// both times, and alike, can add and subtract what is shown of both. What can be worked out so is about the people whom the
// chosen groups of one round have and those of the other have not: the edges that a set of groups cuts in the graph in which groups of
// both rounds are nodes, each person joins the two groups that they are or were in, and whoever is in one round only joins a group with
// the node outside. So a set of groups without the node outside that cuts fewer than Least people and not none is near, unless so many
// are on both sides of it that nobody can suppose that of all of them.

// Supposed is of how many people nobody can suppose that all have answered both times, and alike: where each does so with 80 %, all of 20 do
// in 1 of 100 cases.
const Supposed = 20

// Round is another campaign's plan beside this one: people by its cells and this one's, as they were before they were put together.
type Round struct {
	Shared []map[int]int // by the other's cell: how many of it are in each of this one's cells
	Gone   []int         // by the other's cell: how many are in none of them, or are not known any more
}

// Apart puts groups of a plan together until none of the rounds is near. Every group that is left may then be shown beside whatever is
// shown of them. ok is false where even all people together are near one.
func Apart(groups []Group, rounds []Round) (apart []Group, ok bool) {
	if len(groups) == 0 {
		return nil, true
	}
	for {
		at := -1
		for _, r := range rounds {
			if at = r.near(groups); at >= 0 {
				break
			}
		}
		switch {
		case at < 0:
			for _, g := range groups {
				slices.Sort(g.Members)
			}
			slices.SortFunc(groups, func(a, b Group) int { return cmp.Compare(a.Cell.key(), b.Cell.key()) })
			return groups, true
		case len(groups) == 1:
			return groups, false
		}
		// the largest of the nearest: there Supposed is reached first
		groups = adopt(slices.Delete(slices.Clone(groups), at, at+1), groups[at], largest)
	}
}

// node is groups of both rounds that no set which is near can tell apart.
type node struct {
	edges  map[int]int // people, by the other node
	inside int         // people who are in it in both rounds
	group  int         // the smallest of this round's; -1: it has none
}

// outside is the node of who is in one round only.
const outside = 0

// nodes are the round's cells and the groups, joined where Least people and more are between them.
func (r Round) nodes(groups []Group) []*node {
	all := []*node{outside: {edges: map[int]int{}, group: -1}}
	for i := range groups {
		all = append(all, &node{edges: map[int]int{}, group: i})
	}
	in, known := map[int]int{}, make([]int, len(groups))
	for i, g := range groups {
		for _, m := range g.Members {
			in[m] = i + 1
		}
	}
	join := func(a, b, people int) {
		if people > 0 {
			all[a].edges[b] += people
			all[b].edges[a] += people
		}
	}
	for cell, shared := range r.Shared {
		at := len(all)
		all = append(all, &node{edges: map[int]int{}, group: -1})
		join(at, outside, r.Gone[cell])
		for of, people := range shared {
			join(at, in[of], people)
			known[in[of]-1] += people
		}
	}
	for i, g := range groups {
		join(i+1, outside, g.People-known[i])
	}
	for a := 0; a < len(all); a++ {
		for all[a] != nil {
			b := -1
			for other, people := range all[a].edges {
				if people >= Least && (b < 0 || other < b) {
					b = other
				}
			}
			if b < 0 {
				break
			}
			a = contract(all, min(a, b), max(a, b), groups)
		}
	}
	return all
}

// contract makes two nodes one, the first, and returns where it is.
func contract(all []*node, a, b int, groups []Group) int {
	one, other := all[a], all[b]
	one.inside += other.inside + one.edges[b]
	if one.group < 0 || other.group >= 0 && groups[other.group].People < groups[one.group].People {
		one.group = other.group
	}
	delete(one.edges, b)
	delete(other.edges, a)
	for n, people := range other.edges {
		one.edges[n] += people
		all[n].edges[a] += people
		delete(all[n].edges, b)
	}
	all[b] = nil
	return a
}

// looks is how many sets of groups are looked at; where there are more, one of the groups is put with another unseen.
const looks = 20_000

// near finds a group of a set that is near the round, the smallest of the set; -1: there is none.
func (r Round) near(groups []Group) int {
	all := r.nodes(groups)
	left := looks
	found := -1
	people := func(n *node) (in int) {
		in = 2 * n.inside
		for _, p := range n.edges {
			in += p
		}
		return in
	}
	// grow looks at the connected sets that have a set and further nodes, none of the tried ones.
	var grow func(set []int, tried map[int]bool, inside, cut, size int) bool
	grow = func(set []int, tried map[int]bool, inside, cut, size int) bool {
		if inside >= Supposed || size >= 2*Supposed+Least {
			return false
		}
		smallest := -1
		for _, n := range set {
			if g := all[n].group; g >= 0 && (smallest < 0 || groups[g].People < groups[smallest].People) {
				smallest = g
			}
		}
		if left--; smallest >= 0 && (cut > 0 && cut < Least || left < 0 && cut > 0) {
			found = smallest
			return true
		}
		var next []int
		for _, n := range set {
			for m := range all[n].edges {
				if m != outside && !tried[m] && !slices.Contains(set, m) && !slices.Contains(next, m) {
					next = append(next, m)
				}
			}
		}
		slices.Sort(next)
		mine := map[int]bool{}
		for n := range tried {
			mine[n] = true
		}
		for _, m := range next {
			between := 0
			for _, n := range set {
				between += all[m].edges[n]
			}
			whole := people(all[m])
			if grow(append(slices.Clone(set), m), mine, inside+all[m].inside+between, cut+whole-2*all[m].inside-2*between, size+whole) {
				return true
			}
			mine[m] = true
		}
		return false
	}
	tried := map[int]bool{}
	for n := range all {
		if n == outside || all[n] == nil {
			continue
		}
		whole := people(all[n])
		if grow([]int{n}, tried, all[n].inside, whole-2*all[n].inside, whole) {
			return found
		}
		tried[n] = true
	}
	return -1
}
