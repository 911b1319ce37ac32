package stats

import (
	"slices"

	"onetap/internal/nps"
)

// Part is what one segment did to the change of the NPS between two waves, in points.
type Part struct {
	Segment string  `json:"segment"`
	Mix     float64 `json:"mix"`    // because it is a larger or smaller part of the answers
	Within  float64 `json:"within"` // because its own people score otherwise
	Share   float64 `json:"share"`  // of the answers, the mean of both waves, 0..1
}

// Excess is how much more its own people's scores did than as large a part of everybody would have, of what all segments' own scores did together.
func (p Part) Excess(within float64) float64 { return p.Within - p.Share*within }

// Decompose tells what a change of NPS between two waves is made of: the mix of segments against the score within them. The sums of Mix and of
// Within add up to the difference of the two NPS exactly. Parts come with the largest effect first. ok is false where a wave has no answers.
//
// Method: Kitagawa (1955), Components of a difference between two rates, JASA 50(272): with w the share of a segment among the answers and s its
// NPS, Within = (s₂−s₁)·(w₁+w₂)/2 and Mix = (w₂−w₁)·(s₁+s₂)/2. To tell which segment the mix helped, the NPS of all (the mean of both waves)
// is taken from each: (w₂−w₁)·((s₁+s₂)/2 − s̄); as the shares' changes add up to 0, the sum is the same. A segment that answered only one of the
// waves has the same score in both: all that it does is mix.
func Decompose(before, after map[string]nps.Tally) (parts []Part, ok bool) {
	var all [2]nps.Tally
	for i, wave := range []map[string]nps.Tally{before, after} {
		for _, t := range wave {
			all[i].Add(t)
		}
	}
	va, okA := all[0].NPS()
	vb, okB := all[1].NPS()
	if !okA || !okB {
		return nil, false
	}
	middle, na, nb := (va+vb)/2, float64(all[0].Answers()), float64(all[1].Answers())
	names := map[string]bool{}
	for name := range before {
		names[name] = true
	}
	for name := range after {
		names[name] = true
	}
	for name := range names {
		a, b := before[name], after[name]
		sa, has := a.NPS()
		sb, hasB := b.NPS()
		switch {
		case !has && !hasB:
			continue
		case !has:
			sa = sb
		case !hasB:
			sb = sa
		}
		wa, wb := float64(a.Answers())/na, float64(b.Answers())/nb
		parts = append(parts, Part{Segment: name, Mix: (wb - wa) * ((sa+sb)/2 - middle), Within: (sb - sa) * (wa + wb) / 2, Share: (wa + wb) / 2})
	}
	slices.SortFunc(parts, func(x, y Part) int {
		return cmpBig(x.Mix+x.Within, y.Mix+y.Within, x.Segment, y.Segment)
	})
	return parts, true
}
