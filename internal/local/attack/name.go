package attack

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// least is k: among so few people an answer does not hide.
const least = 5

// Person is one of those who were asked, and the truth of them: guesses are held against it. The attacker knows contact and address,
// and the order in which those who answered did.
type Person struct {
	Contact, Address string
	Ballot           string // the token of the link in their letter, or on their card
	Code             string // the digits of their card; they have no letter, and stand nowhere by contact and address then
	Answered         bool
	Score            int
	Words            string // no two wrote the same
}

// Finding is some people whom a program names.
type Finding struct {
	People int
	How    string
}

// Linkable counts whom of a campaign's people all programs together name better than guessing within five would: the most that one of
// them names, and how. answered are those of people who answered, in the order in which they did.
func (h *Held) Linkable(campaign string, people []Person) (n int, how []Finding) {
	how = append(how, h.beside(campaign, people)...)
	how = append(how, h.inOrder(campaign, people)...)
	how = append(how, h.apart(campaign)...)
	for _, f := range how {
		n = max(n, f.People)
	}
	return n, how
}

// last is the table as it was seen last.
func (h *Held) last() []Item {
	if len(h.Tables) == 0 {
		return nil
	}
	return h.Tables[len(h.Tables)-1]
}

// opened are the answers that stand in a table by themselves.
func opened(table []Item, campaign string) []Item {
	return under(table, "CAMPAIGN#"+campaign+"#", "RESPONSE#")
}

// boxes are the names under which sealed answers lie or lay, in the order of their coming.
func (h *Held) boxes(campaign string) (names []string) {
	add := func(i Item) {
		if pk, name := i.Text("pk"), strings.TrimPrefix(i.Text("sk"), "BALLOT#"); strings.HasPrefix(pk, "BOX#"+campaign+"#") && name != i.Text("sk") && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	stream := slices.Clone(h.Stream)
	slices.SortStableFunc(stream, func(a, b Change) int { return a.At.Compare(b.At) })
	for _, c := range stream {
		add(c.New)
	}
	for _, t := range h.Tables {
		for _, i := range t {
			add(i)
		}
	}
	return names
}

// beside looks for what stands in letters only, and for people who stand in one piece with a sealed answer, an opened one or words.
func (h *Held) beside(campaign string, people []Person) []Finding {
	var marks []mark
	for n, p := range people {
		if p.Code == "" {
			marks = append(marks, marksOfID(p.Contact, n, "contact")...)
			marks = append(marks, mark{[]byte(p.Address), n, false, "address"})
		} else {
			for what, code := range map[string]string{"code": p.Code, "code as it is printed": p.Code[:4] + " " + p.Code[4:8] + " " + p.Code[8:]} {
				marks = append(marks, mark{[]byte(code), n, true, what + " of a card"})
			}
		}
		marks = append(marks, marksOfBallot(p.Ballot, n)...)
		if p.Words != "" {
			marks = append(marks, mark{[]byte(p.Words), -1, false, "words"})
		}
	}
	for _, name := range h.boxes(campaign) {
		marks = append(marks, marksOfID(name, -1, "sealed answer")...)
	}
	for _, i := range opened(h.last(), campaign) {
		marks = append(marks, marksOfID(strings.TrimPrefix(i.Text("sk"), "RESPONSE#"), -1, "opened answer")...)
	}
	x := indexOf(marks)
	named := map[string]map[int]bool{}
	name := func(person int, how string) {
		if named[how] == nil {
			named[how] = map[int]bool{}
		}
		named[how][person] = true
	}
	h.pieces(func(where string, piece []byte) {
		found := x.in(piece)
		others := slices.IndexFunc(found, func(m mark) bool { return m.person < 0 })
		for _, m := range found {
			switch {
			case m.secret:
				name(m.person, where+" has the "+m.what)
			case m.person >= 0 && others >= 0:
				name(m.person, where+" has a "+m.what+" beside the "+found[others].what)
			}
		}
	})
	var all []Finding
	for _, how := range slices.Sorted(maps.Keys(named)) {
		all = append(all, Finding{len(named[how]), how})
	}
	return all
}

// inOrder lays answers and words, in every order in which they came or lie, beside the people in every order in which they could be
// known: as they clicked, as their sealed answers lay and were named, by contact and address, forwards and backwards.
func (h *Held) inOrder(campaign string, people []Person) (found []Finding) {
	clicked := slices.DeleteFunc(slices.Clone(people), func(p Person) bool { return !p.Answered })
	orders := map[string][]Person{"when they clicked": clicked}
	sorted := func(by func(a, b Person) int) []Person { return slices.SortedStableFunc(slices.Values(clicked), by) }
	orders["by contact"] = sorted(func(a, b Person) int { return cmp.Compare(a.Contact, b.Contact) })
	orders["by address"] = sorted(func(a, b Person) int { return cmp.Compare(a.Address, b.Address) })
	if names := h.boxes(campaign); len(names) == len(clicked) { // each click has put one into the box
		at := map[string]int{}
		for i, name := range names {
			at[name] = i
		}
		for _, name := range slices.Sorted(slices.Values(names)) {
			orders["by the box's names"] = append(orders["by the box's names"], clicked[at[name]])
		}
		for _, t := range h.Tables {
			if lie := under(t, "BOX#"+campaign+"#", "BALLOT#"); len(lie) == len(names) {
				orders["as the box lies"] = nil
				for _, i := range lie {
					orders["as the box lies"] = append(orders["as the box lies"], clicked[at[strings.TrimPrefix(i.Text("sk"), "BALLOT#")]])
				}
			}
		}
	}
	scores := h.scores(campaign)
	words := map[string][]string{}
	for _, w := range h.Words {
		words[strings.Join(w.Group, "/")] = append(words[strings.Join(w.Group, "/")], w.Why)
	}
	for _, order := range slices.Sorted(maps.Keys(orders)) {
		try := func(what string, guesses, truth []string) {
			backwards := slices.Clone(guesses)
			slices.Reverse(backwards)
			if n := max(Named(guesses, truth), Named(backwards, truth)); n > 0 {
				found = append(found, Finding{n, what + ", against the people " + order})
			}
		}
		var all, wrote []string
		for _, p := range orders[order] {
			all, wrote = append(all, strconv.Itoa(p.Score)), append(wrote, p.Words)
		}
		for _, what := range slices.Sorted(maps.Keys(scores)) {
			try(what, scores[what], all)
		}
		for _, group := range slices.Sorted(maps.Keys(words)) {
			theirs := slices.DeleteFunc(slices.Clone(wrote), func(w string) bool { return !slices.Contains(words[group], w) })
			try("words of "+group, words[group], theirs)
		}
	}
	return found
}

// scores are those of the opened answers, in every order that is there.
func (h *Held) scores(campaign string) map[string][]string {
	all := map[string][]string{}
	of := func(i Item) bool {
		return strings.HasPrefix(i.Text("pk"), "CAMPAIGN#"+campaign+"#") && strings.HasPrefix(i.Text("sk"), "RESPONSE#")
	}
	take := func(what string, stream []Change) {
		for _, c := range stream {
			if c.Kind == "INSERT" && of(c.New) {
				all[what] = append(all[what], c.New.Text("score"))
			}
		}
	}
	take("answers in the stream", h.Stream)
	stream := slices.Clone(h.Stream)
	slices.SortStableFunc(stream, func(a, b Change) int { return a.At.Compare(b.At) })
	take("answers in the stream's time", stream)
	items := opened(h.last(), campaign)
	for _, i := range items {
		all["answers in the table"] = append(all["answers in the table"], i.Text("score"))
	}
	for _, i := range slices.SortedFunc(slices.Values(items), func(a, b Item) int { return cmp.Compare(a.Text("sk"), b.Text("sk")) }) {
		all["answers by id"] = append(all["answers by id"], i.Text("score"))
	}
	return all
}

// Named is how many people guesses are right about, each against the one of the same place, if those are more than guessing within groups
// of five would be right about, and more than chance: otherwise 0.
func Named(guesses, truth []string) int {
	if len(guesses) != len(truth) {
		return 0
	}
	right, g, t := 0, map[string]int{}, map[string]int{}
	for i := range guesses {
		if guesses[i] == truth[i] {
			right++
		}
		g[guesses[i]]++
		t[truth[i]]++
	}
	chance := 0.0 // how many are right in an order that says nothing
	for v, n := range g {
		chance += float64(n*t[v]) / float64(max(1, len(truth)))
	}
	const deviations = 8 // many orders are tried
	if right <= len(truth)/least || float64(right) <= chance+deviations*math.Sqrt(chance) {
		return 0
	}
	return right
}

// grouping are the attributes of an answer that say of which group it is, and those that are its own: its place and its score.
var grouping, own = []string{"language", "team", "parts"}, []string{"pk", "sk", "score"}

// apart looks for opened answers that are alone, or fewer than five, in what they say beside the score; and for groups of words that are
// told apart from others.
func (h *Held) apart(campaign string) (found []Finding) {
	items := opened(h.last(), campaign)
	attributes := map[string]bool{}
	groups := map[string]int{}
	for _, i := range items {
		var group bytes.Buffer
		for _, name := range grouping {
			group.Write(i[name])
			group.WriteByte(0)
		}
		groups[group.String()]++
		for name := range i {
			attributes[name] = attributes[name] || !slices.Contains(own, name) && !slices.Contains(grouping, name)
		}
	}
	few := func(what string, classes map[string]int) {
		n := 0
		for _, size := range classes {
			if size < least {
				n += size
			}
		}
		if n > 0 {
			found = append(found, Finding{n, fmt.Sprintf("opened answers are told apart by %s: %v", what, slices.Sorted(maps.Values(classes)))})
		}
	}
	few("their group", groups)
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		if !attributes[name] {
			continue
		}
		classes := map[string]int{}
		for _, i := range items {
			classes[i.Text(name)]++
		}
		few(name, classes)
	}
	shapes := map[string]int{}
	for _, c := range h.Stream {
		if i := c.New; strings.HasPrefix(i.Text("pk"), "BOX#"+campaign+"#") && strings.HasPrefix(i.Text("sk"), "BALLOT#") {
			shape := ""
			for _, name := range slices.Sorted(maps.Keys(i)) {
				if shape += " " + name; name == "sealed" {
					shape += fmt.Sprint(" of ", len(i[name]))
				}
			}
			shapes[shape]++
		}
	}
	if len(shapes) > 1 {
		few("how their sealed ones looked", shapes)
	}
	return found
}
