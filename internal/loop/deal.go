package loop

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strings"

	"onetap/internal/survey"
)

// Callee is a detractor whom an executive may call.
type Callee struct {
	Contact survey.ContactID
	Team    string
	Value   int64 // the larger, the sooner they are called
	Score   int
}

// Hand is whom one executive calls, those of the largest value first.
type Hand struct {
	Executive string             `json:"executive"` // staff id
	Contacts  []survey.ContactID `json:"contacts"`
}

// Deal deals detractors out to executives, n to each: those of the largest value, of equal ones whom the seed says. Nobody is dealt twice. It is fair in
// three ways: the hands' sizes differ by one at most; so does, of however many with the largest value, how many of them each has; and so does how many each has of a team.
//
// That all of this is possible at once is de Werra's theorem: people are edges between their place in the order of values, taken in rounds of as many as there are
// executives, and their team; the edges of such a graph can be coloured so that no colour is two more often at a vertex than another. Teams are cut into pieces of a
// round's size, and the rest is König's colouring by alternating paths.
func Deal(all []Callee, executives []string, n int, seed uint64) []Hand {
	random := rand.New(rand.NewPCG(seed, 0))
	executives = slices.Clone(executives)
	slices.Sort(executives)
	executives = slices.Compact(executives)
	hands := make([]Hand, len(executives))
	for i, e := range executives {
		hands[i].Executive = e
	}
	k := len(executives)
	if k == 0 || n < 1 {
		return hands
	}
	people := pick(all, n*k, random)
	colours := random.Perm(k) // which hand a colour is
	for i, colour := range colourEdges(people, k) {
		h := &hands[colours[colour]]
		h.Contacts = append(h.Contacts, people[i].Contact)
	}
	return hands
}

// pick takes at most so many of all, each once, the largest value first; whom the seed says of those of one value.
func pick(all []Callee, most int, random *rand.Rand) []Callee {
	people := slices.Clone(all)
	slices.SortFunc(people, func(a, b Callee) int { return strings.Compare(string(a.Contact), string(b.Contact)) })
	people = slices.CompactFunc(people, func(a, b Callee) bool { return a.Contact == b.Contact })
	random.Shuffle(len(people), func(i, j int) { people[i], people[j] = people[j], people[i] })
	slices.SortStableFunc(people, func(a, b Callee) int { return cmp.Or(cmp.Compare(b.Value, a.Value), cmp.Compare(a.Score, b.Score)) })
	return people[:min(most, len(people))]
}

// colourEdges gives each of people, who stand in the order of values, a colour below k: no colour comes twice in a round of k, nor twice in a piece of k of a team.
func colourEdges(people []Callee, k int) []int {
	rounds := (len(people) + k - 1) / k
	ends := make([][2]int, len(people)) // of an edge: its round, its piece
	seen, pieces := map[string]int{}, map[[2]string]int{}
	vertices := rounds
	for i, p := range people {
		team := strings.ToLower(strings.TrimSpace(p.Team))
		piece := [2]string{team, string(rune(seen[team] / k))}
		if seen[team]++; pieces[piece] == 0 {
			pieces[piece] = vertices
			vertices++
		}
		ends[i] = [2]int{i / k, pieces[piece]}
	}
	at := make([][]int, vertices) // by vertex and colour: which edge, -1: none
	for v := range at {
		at[v] = slices.Repeat([]int{-1}, k)
	}
	colour := make([]int, len(people))
	free := func(v int) int { return slices.Index(at[v], -1) }
	for i, e := range ends {
		a, b := free(e[0]), free(e[1])
		if at[e[1]][a] >= 0 { // a is taken at the other end: the path of a and b that begins there is turned over
			turn(at, ends, colour, e[1], a, b)
		}
		colour[i] = a
		at[e[0]][a], at[e[1]][a] = i, i
	}
	return colour
}

// turn swaps two colours along the path that begins at v with the first of them. It never ends where the new edge comes from: the graph has two sides.
func turn(at [][]int, ends [][2]int, colour []int, v, a, b int) {
	var path []int
	for from, next := v, a; at[from][next] >= 0; {
		e := at[from][next]
		path = append(path, e)
		from = ends[e][0] + ends[e][1] - from
		next = a + b - next
	}
	for _, e := range path {
		for _, end := range ends[e] {
			if at[end][colour[e]] == e {
				at[end][colour[e]] = -1
			}
		}
	}
	for _, e := range path {
		colour[e] = a + b - colour[e]
		at[ends[e][0]][colour[e]], at[ends[e][1]][colour[e]] = e, e
	}
}
