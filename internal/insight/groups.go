package insight

import (
	"cmp"
	"slices"
	"strings"

	"onetap/internal/blocks"
	"onetap/internal/nps"
	"onetap/internal/survey"
)

// The rule of groups. A reader who may not know who answered can still read the contact list, and so knows everybody's
// team, owner and other columns. Such a reader is shown only groups from which nothing small can be worked out. All groups
// that are shown cut the answers into blocks (package blocks): whatever is added to or subtracted from what, across all
// dimensions, is a sum of blocks. So every block must have at least LeastFigures answers. Lists of words can be compared
// text by text, so the blocks that they cut must have at least LeastWords. Groups are tried dimension by dimension, the largest first; one that would make a smaller block is hidden.
// The hidden ones together are a sum of blocks too.

// Kinds are the dimensions in which a campaign's answers are shown to such a reader, in the order in which groups are
// tried: what many ask for comes first, the finest last. A dimension that the reader may not see has the name "" and keeps
// its place: see Seen.
func Kinds(c survey.Campaign) []string {
	if c.Audience.Anonymous() { // what ballots carry, and nothing else
		return slices.Concat([]string{survey.KindTeam, survey.KindLanguage}, c.Dimensions)
	}
	return slices.Concat([]string{survey.KindTeam, survey.KindLanguage}, c.Dimensions, []string{survey.KindOwner, survey.KindWeek})
}

// Value is what an answer has in a dimension; "" where it has none.
func Value(c survey.Campaign, kind string, r survey.Response) string {
	switch kind {
	case "": // a dimension that the reader may not see
		return ""
	case survey.KindTeam:
		return r.Team
	case survey.KindOwner:
		return r.Owner
	case survey.KindLanguage:
		return r.Language
	case survey.KindWeek:
		return survey.Week(r.Counted.In(c.Clock()))
	}
	return r.Segment(slices.Index(c.Dimensions, kind))
}

// group is the answers that have one value in a dimension.
type group struct {
	value string
	tally nps.Tally // without who was written to and what is unverified
	words bool      // what they wrote may be shown too
}

// groups are those of a campaign that may be shown.
type groups struct {
	shown  map[string][]group // by dimension, the largest first
	hidden map[string]int     // by dimension, how many values are not shown
}

// withWords finds the group of which words may be shown, by its dimension and its value. Upper and lower case are the same
// where no value fits exactly.
func (g groups) withWords(kind, value string) (group, bool) {
	for _, same := range []func(string) bool{func(v string) bool { return v == value }, func(v string) bool { return strings.EqualFold(v, value) }} {
		for _, one := range g.shown[kind] {
			if one.words && same(one.value) {
				return one, true
			}
		}
	}
	return group{}, false
}

// gathering takes a campaign's answers one by one and says which of their groups may be shown. It keeps a few numbers of
// each answer, no words and nobody's id.
type gathering struct {
	campaign survey.Campaign
	kinds    []string
	answers  []gatheredAnswer
	groups   []map[string][]int32 // by kind and value: places in answers
}

type gatheredAnswer struct {
	score    nps.Score
	comment  bool
	fig, wrd int32 // the blocks that the figures and the lists of words make
}

// gather begins with no answers.
func gather(c survey.Campaign) *gathering {
	g := &gathering{campaign: c, kinds: Kinds(c)}
	for range g.kinds {
		g.groups = append(g.groups, map[string][]int32{})
	}
	return g
}

// add takes an answer; unverified ones are in no figure and in no group.
func (g *gathering) add(r survey.Response) {
	if !r.Verified {
		return
	}
	at := int32(len(g.answers))
	g.answers = append(g.answers, gatheredAnswer{score: nps.Score(r.Score), comment: r.HasWords()})
	for i, kind := range g.kinds {
		v := strings.Clone(Value(g.campaign, kind, r)) // the answer's memory goes
		g.groups[i][v] = append(g.groups[i][v], at)
	}
}

// decide says which groups may be shown; it can be called once.
func (g *gathering) decide() groups {
	out := groups{shown: map[string][]group{}, hidden: map[string]int{}}
	figures := blocks.New(len(g.answers), LeastFigures, func(i int32) *int32 { return &g.answers[i].fig })
	words := blocks.New(len(g.answers), LeastWords, func(i int32) *int32 { return &g.answers[i].wrd })
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
			if !figures.Fits(members) {
				out.hidden[kind]++
				continue
			}
			figures.Cut(members)
			one := group{value: v, tally: g.tally(members), words: kind != survey.KindWeek && words.Fits(members)}
			if one.words {
				words.Cut(members)
			}
			out.shown[kind] = append(out.shown[kind], one)
		}
	}
	return out
}

func (g *gathering) tally(members []int32) (t nps.Tally) {
	for _, m := range members {
		t.Count(g.answers[m].score, 1)
		t.Responded++
		if g.answers[m].comment {
			t.Comments++
		}
	}
	return t
}
