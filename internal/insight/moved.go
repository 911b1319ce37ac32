package insight

import (
	"context"
	"math"

	"onetap/internal/authz"
	"onetap/internal/nps"
	"onetap/internal/survey"
)

// movedValues is how many teams of a campaign are looked at for the one that has changed most.
const movedValues = 150

// Moved is how a campaign differs from the one before it of the same audience, and what has moved it.
type Moved struct {
	Whole   Pair
	Kind    string         // of the part that has changed most, beyond chance: team or language; "": none has
	Value   string         // of that part
	Change  nps.Comparison // of that part, at the level that so many looks need
	Looked  int            // how many parts were held against each other
	TooMany bool           // there are more teams than are looked at
}

// Moved holds a campaign against the one before. Among many teams some differ by chance: the level of each is such that
// with 95 % none of them does (Bonferroni). Parts are for who may know the people. Problems: those of Compare.
func (r *Results) Moved(ctx context.Context, who authz.Who, before, after survey.Campaign) (m Moved, err error) {
	if err := mayCompare(r, who, before, after); err != nil {
		return m, err
	}
	if m.Whole.A, err = r.Whole(ctx, who, before); err != nil {
		return m, err
	}
	if m.Whole.B, err = r.Whole(ctx, who, after); err != nil || !r.View(who, after).People() {
		return m, err
	}
	type part struct {
		kind, value string
		a, b        nps.Tally
	}
	var parts []part
	for _, kind := range []string{survey.KindTeam, survey.KindLanguage} {
		was, more, err := r.Store.SomeTallies(ctx, string(before.ID), kind, movedValues)
		if err != nil {
			return m, err
		}
		is, moreNow, err := r.Store.SomeTallies(ctx, string(after.ID), kind, movedValues)
		if err != nil {
			return m, err
		}
		if more || moreNow {
			m.TooMany = true
			continue
		}
		for k, counts := range was {
			now, ok := is[survey.TallyKey{Scope: string(after.ID), Kind: kind, Value: k.Value}]
			a, b := counts.Tally(), now.Tally()
			if ok && a.Answers() >= LeastFigures && b.Answers() >= LeastFigures && a.Answers() < m.Whole.A.tally.Answers() {
				parts = append(parts, part{kind, k.Value, a, b})
			}
		}
	}
	m.Looked = len(parts)
	for _, p := range parts {
		change, ok := nps.CompareAt(p.a, p.b, 1-(1-nps.Level)/float64(len(parts)))
		larger := math.Abs(change.Difference) > math.Abs(m.Change.Difference) || math.Abs(change.Difference) == math.Abs(m.Change.Difference) && p.value < m.Value
		if ok && change.Real && (m.Kind == "" || larger) {
			m.Kind, m.Value, m.Change = p.kind, p.value, change
		}
	}
	return m, nil
}
