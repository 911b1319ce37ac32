package waves

import (
	"cmp"
	"errors"
	"slices"

	"onetap/internal/nps"
	"onetap/internal/stats"
)

// Sample is who answered a wave against who was asked, and what its score would be if those who answered were made up as those who were asked.
type Sample struct {
	By       []Composition `json:"by,omitempty"`
	Weighted *Weighted     `json:"weighted,omitempty"` // nil: there is nothing to weight by
}

// Composition is one dimension: the values of which most were asked, and all others together.
type Composition struct {
	Kind   string `json:"kind"`
	Values []Part `json:"values"`
	Rest   Part   `json:"rest"`
	More   int    `json:"more,omitempty"` // how many others
}

// Part is the people of one value.
type Part struct {
	Value    string `json:"value,omitempty"`
	Asked    int64  `json:"asked"`
	Answered int64  `json:"answered"`
}

// Weighted is the score weighted to those who were asked.
type Weighted struct {
	Kinds    []string     `json:"kinds"` // by which
	Refused  Refusal      `json:"refused,omitempty"`
	Kind     string       `json:"kind,omitempty"` // EmptyCell: of which value nobody answered; Value "": of the small ones together
	Value    string       `json:"value,omitempty"`
	N        float64      `json:"n,omitempty"` // how many answers of equal weight would tell as much: stats.EffectiveN
	NPS      float64      `json:"nps,omitempty"`
	Interval nps.Interval `json:"interval"` // 95 %, of so many
}

// Refusal is why a score is not weighted; "": it is.
type Refusal string

// Why not.
const (
	FewAnswers Refusal = "few_answers" // fewer than leastWeighted
	EmptyCell  Refusal = "empty_cell"  // of some who were asked nobody answered
	FewCount   Refusal = "few_count"   // less than stats.LeastEffective of the answers would count
	NoWeights  Refusal = "no_weights"  // none meet all dimensions
)

const (
	leastWeighted = 50   // answers
	weightedBy    = 6    // dimensions at most, those in which the answers differ most from who was asked
	smallLevel    = 0.02 // values of which a smaller share was asked are taken together; all of them may be left out if they are as few
	keptValues    = 12
)

// sampled is what a Sample is made of: per answer its group, and per dimension which value it has.
type sampled struct {
	groups []nps.Group
	ids    []map[string]int32 // by dimension, of values
	levels [][]int32          // by dimension and answer
}

func newSampled(kinds int) sampled {
	s := sampled{ids: make([]map[string]int32, kinds), levels: make([][]int32, kinds)}
	for i := range s.ids {
		s.ids[i] = map[string]int32{}
	}
	return s
}

func (s *sampled) add(g nps.Group, values []string) {
	s.groups = append(s.groups, g)
	for i, v := range values {
		id, ok := s.ids[i][v]
		if !ok {
			id = int32(len(s.ids[i]))
			s.ids[i][v] = id
		}
		s.levels[i] = append(s.levels[i], id)
	}
}

// sample holds the answers against who was asked, asked[kind][value] people; dimensions of which that is not known, or all have one value, are left out.
func (s *sampled) sample(kinds []string, asked map[string]map[string]int64) (out Sample) {
	type dimension struct {
		kind   string
		parts  []Part
		levels []int // of answers, places in parts
		apart  float64
	}
	var by []dimension
	for i, kind := range kinds {
		if len(asked[kind]) < 2 {
			continue
		}
		answered := make([]int64, len(s.ids[i]))
		for _, id := range s.levels[i] {
			answered[id]++
		}
		var whole []Part
		n := Part{}
		add := func(p Part) {
			whole = append(whole, p)
			n.Asked += p.Asked
			n.Answered += p.Answered
		}
		for v, people := range asked[kind] {
			p := Part{Value: v, Asked: people}
			if id, ok := s.ids[i][v]; ok {
				p.Answered = answered[id]
			}
			add(p)
		}
		for v, id := range s.ids[i] {
			if _, known := asked[kind][v]; !known {
				add(Part{Value: v, Answered: answered[id]})
			}
		}
		if n.Asked < n.Answered || n.Answered == 0 { // what was asked is not known of all
			continue
		}
		slices.SortFunc(whole, func(a, b Part) int {
			return cmp.Or(cmp.Compare(b.Asked, a.Asked), cmp.Compare(b.Answered, a.Answered), cmp.Compare(a.Value, b.Value))
		})
		out.By = append(out.By, composition(kind, whole))
		d := dimension{kind: kind}
		places, rest := map[int32]int{}, Part{}
		for _, p := range whole {
			d.apart += max(0, float64(p.Asked)/float64(n.Asked)-float64(p.Answered)/float64(n.Answered))
			if float64(p.Asked) < smallLevel*float64(n.Asked) {
				rest.Asked += p.Asked
				rest.Answered += p.Answered
				continue
			}
			if id, ok := s.ids[i][p.Value]; ok {
				places[id] = len(d.parts)
			}
			d.parts = append(d.parts, p)
		}
		if rest.Answered > 0 || float64(rest.Asked) >= smallLevel*float64(n.Asked) { // otherwise few are not stood for by anybody
			d.parts = append(d.parts, rest)
		}
		if len(d.parts) < 2 {
			continue
		}
		for _, id := range s.levels[i] {
			at, ok := places[id]
			if !ok {
				at = len(d.parts) - 1
			}
			d.levels = append(d.levels, at)
		}
		by = append(by, d)
	}
	if len(by) == 0 {
		return out
	}
	slices.SortStableFunc(by, func(a, b dimension) int { return cmp.Compare(b.apart, a.apart) })
	by = by[:min(len(by), weightedBy)]
	w := &Weighted{}
	out.Weighted = w
	levels, bases := make([][]int, len(by)), make([][]float64, len(by))
	for i, d := range by {
		w.Kinds, levels[i] = append(w.Kinds, d.kind), d.levels
		for _, p := range d.parts {
			if p.Answered == 0 && w.Refused == "" {
				w.Refused, w.Kind, w.Value = EmptyCell, d.kind, p.Value
			}
			bases[i] = append(bases[i], float64(p.Asked))
		}
	}
	if len(s.groups) < leastWeighted {
		w.Refused, w.Kind, w.Value = FewAnswers, "", ""
	}
	if w.Refused != "" {
		return out
	}
	weights, err := stats.Rake(levels, bases)
	switch {
	case errors.Is(err, stats.ErrEmptyCell): // answers of a value of which nobody was asked
		w.Refused = EmptyCell
		return out
	case err != nil:
		w.Refused = NoWeights
		return out
	}
	var sum nps.Weighted
	for i, g := range s.groups {
		sum.Count(g, weights[i])
	}
	if w.N = sum.Effective(); w.N < stats.LeastEffective*float64(len(s.groups)) {
		w.Refused = FewCount
		return out
	}
	w.NPS, _ = sum.NPS()
	w.Interval, _ = sum.Interval()
	return out
}

func composition(kind string, parts []Part) Composition {
	c := Composition{Kind: kind, Values: parts[:min(len(parts), keptValues)]}
	for _, p := range parts[len(c.Values):] {
		c.Rest.Asked += p.Asked
		c.Rest.Answered += p.Answered
		c.More++
	}
	return c
}
