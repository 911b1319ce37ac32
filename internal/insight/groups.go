package insight

import (
	"cmp"
	"slices"
	"strings"

	"onetap/internal/nps"
	"onetap/internal/survey"
)

// A reader who may not know who answered, but can read the contact list, knows of everybody the team, the owner and what
// else the list says. So of a campaign such a reader is shown only groups of answers of which nothing smaller can be put
// together. All that is shown cuts the answers into blocks: two answers are in one block if every group that is shown
// holds both or neither. Whatever is added to or taken from what, across all dimensions, is a sum of blocks; so the rule
// is that every block has LeastFigures answers. Lists of words can even be laid over each other, text by text, so what they
// cut has LeastWords. Groups are tried dimension by dimension and the largest first, and one that would make a smaller
// block is not shown: it is one of those too few to show, which together are a sum of blocks too.

// Kinds are the dimensions in which a campaign's answers are shown to such a reader, in the order in which groups are
// tried: what many ask for comes first, the finest last. A dimension that no such reader may see has no name, and keeps its place: see Seen.
func Kinds(c survey.Campaign) []string {
	return slices.Concat([]string{survey.KindTeam, survey.KindLanguage}, c.Dimensions, []string{survey.KindOwner, survey.KindWeek})
}

// Value is what an answer has in a dimension; "" where it has none.
func Value(c survey.Campaign, kind string, r survey.Response) string {
	switch kind {
	case "": // a dimension that such a reader does not see: see Seen
		return ""
	case survey.KindTeam:
		return r.Team
	case survey.KindOwner:
		return r.Owner
	case survey.KindLanguage:
		return r.Language
	case survey.KindWeek:
		return survey.Week(r.Counted)
	}
	return r.Segment(slices.Index(c.Dimensions, kind))
}

// Group is the answers that have one value in a dimension.
type Group struct {
	Value string    `json:"v"`
	Tally nps.Tally `json:"t"` // without who was sent to and what is unverified
	Words bool      `json:"w,omitempty"`
}

// Groups are those of a campaign that may be shown, by dimension, the largest first; Hidden counts the others.
type Groups struct {
	Answers int64              `json:"answers"`
	Shown   map[string][]Group `json:"shown"`
	Hidden  map[string]int     `json:"hidden"`
}

// Words finds the group of which words may be shown, by its dimension and its value in any case.
func (g Groups) Words(kind, value string) (Group, bool) {
	for _, same := range []func(string) bool{func(v string) bool { return v == value }, func(v string) bool { return strings.EqualFold(v, value) }} {
		for _, one := range g.Shown[kind] {
			if one.Words && same(one.Value) {
				return one, true
			}
		}
	}
	return Group{}, false
}

// Gathering takes a campaign's answers one by one and says which of their groups may be shown. It keeps a few numbers of
// each, no words and nobody's id.
type Gathering struct {
	campaign survey.Campaign
	kinds    []string
	answers  []gathered
	groups   []map[string][]int32 // by kind and value: places in answers
}

type gathered struct {
	score    nps.Score
	comment  bool
	fig, wrd int32 // the blocks that the figures and the lists of words make
}

// Gather begins with no answers.
func Gather(c survey.Campaign) *Gathering {
	g := &Gathering{campaign: c, kinds: Kinds(c)}
	for range g.kinds {
		g.groups = append(g.groups, map[string][]int32{})
	}
	return g
}

// Add takes an answer; unverified ones are in no figure and in no group.
func (g *Gathering) Add(r survey.Response) {
	if !r.Verified {
		return
	}
	at := int32(len(g.answers))
	g.answers = append(g.answers, gathered{score: nps.Score(r.Score), comment: r.Why != "" || r.Wish != ""})
	for i, kind := range g.kinds {
		v := strings.Clone(Value(g.campaign, kind, r)) // the answer's memory goes
		g.groups[i][v] = append(g.groups[i][v], at)
	}
}

// Groups decides; it can be called once.
func (g *Gathering) Groups() Groups {
	out := Groups{Answers: int64(len(g.answers)), Shown: map[string][]Group{}, Hidden: map[string]int{}}
	figures := newBlocks(len(g.answers), LeastFigures, func(i int32) *int32 { return &g.answers[i].fig })
	words := newBlocks(len(g.answers), LeastWords, func(i int32) *int32 { return &g.answers[i].wrd })
	for i, kind := range g.kinds {
		values := make([]string, 0, len(g.groups[i]))
		for v := range g.groups[i] {
			values = append(values, v)
		}
		slices.SortFunc(values, func(a, b string) int {
			return cmp.Or(cmp.Compare(len(g.groups[i][b]), len(g.groups[i][a])), cmp.Compare(a, b))
		})
		for _, v := range values {
			members := g.groups[i][v]
			if !figures.fits(members) {
				out.Hidden[kind]++
				continue
			}
			figures.cut(members)
			one := Group{Value: v, Tally: g.tally(members), Words: kind != survey.KindWeek && words.fits(members)}
			if one.Words {
				words.cut(members)
			}
			out.Shown[kind] = append(out.Shown[kind], one)
		}
	}
	return out
}

func (g *Gathering) tally(members []int32) (t nps.Tally) {
	for _, m := range members {
		t.Count(g.answers[m].score, 1)
		t.Responded++
		if g.answers[m].comment {
			t.Comments++
		}
	}
	return t
}

// blocks are what groups have cut the answers into so far; at the beginning they are one.
type blocks struct {
	of    func(answer int32) *int32
	sizes []int
	least int
}

func newBlocks(answers, least int, of func(int32) *int32) *blocks {
	return &blocks{of: of, sizes: []int{answers}, least: least}
}

// within counts a group's answers by block.
func (b *blocks) within(group []int32) map[int32]int {
	n := map[int32]int{}
	for _, m := range group {
		n[*b.of(m)]++
	}
	return n
}

// fits reports whether a group leaves every block either whole or in two that are large enough.
func (b *blocks) fits(group []int32) bool {
	for block, n := range b.within(group) {
		rest := b.sizes[block] - n
		if n < b.least || rest > 0 && rest < b.least {
			return false
		}
	}
	return true
}

// cut makes a block of its own of what the group has of each block.
func (b *blocks) cut(group []int32) {
	next := map[int32]int32{}
	for block, n := range b.within(group) {
		if n < b.sizes[block] {
			next[block] = int32(len(b.sizes))
			b.sizes = append(b.sizes, n)
			b.sizes[block] -= n
		}
	}
	for _, m := range group {
		if to, cut := next[*b.of(m)]; cut {
			*b.of(m) = to
		}
	}
}
