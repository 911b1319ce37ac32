package waves

import (
	"cmp"
	"slices"

	"onetap/internal/nps"
	"onetap/internal/stats"
)

// Standing are the segments of a wave held against everybody else who answered it.
type Standing struct {
	Looked   int       `json:"looked"`             // segments that had enough answers to be compared, over all dimensions
	Segments []Segment `json:"segments,omitempty"` // those that differ most for what chance does, at most keptStanding
}

// Segment is one of them.
type Segment struct {
	Kind  string         `json:"kind"`
	Value string         `json:"value"`
	Tally nps.Tally      `json:"tally"`
	Than  nps.Comparison `json:"than"` // B is the segment, A everybody else; P as if it were the only comparison
	P     float64        `json:"p"`    // corrected for how many were looked at: see stats.Adjusted
}

// FalseDiscoveries is which part of the segments that are called different may be so by chance.
const FalseDiscoveries = 0.05

// Differs reports whether the segment is called different.
func (s Segment) Differs() bool { return s.P <= FalseDiscoveries }

const (
	leastCompared = 10 // answers of a segment, and of everybody else
	keptStanding  = 20
)

// standing compares every segment of every dimension with the rest. Answers without a value are no segment; a segment that is everybody is none either.
func standing(whole nps.Tally, kinds []string, by map[string]map[string]nps.Tally) (out Standing) {
	var all []Segment
	var p []float64
	for _, kind := range kinds {
		for value, t := range by[kind] {
			rest := whole.Minus(t)
			if value == "" || t.Answers() < leastCompared || rest.Answers() < leastCompared {
				continue
			}
			if c, ok := nps.Compare(rest, t); ok {
				all = append(all, Segment{Kind: kind, Value: value, Tally: t, Than: c})
			}
		}
	}
	slices.SortFunc(all, func(a, b Segment) int {
		return cmp.Or(cmp.Compare(a.Than.P, b.Than.P), cmp.Compare(b.Tally.Answers(), a.Tally.Answers()), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Value, b.Value))
	})
	for _, s := range all {
		p = append(p, s.Than.P)
	}
	for i, adjusted := range stats.Adjusted(p) {
		all[i].P = adjusted
	}
	return Standing{Looked: len(all), Segments: all[:min(len(all), keptStanding)]}
}
