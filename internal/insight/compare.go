package insight

import (
	"context"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/nps"
	"onetap/internal/survey"
)

// Pair is the figures of one segment, or of the whole, in two campaigns.
type Pair struct {
	value string
	A, B  Disclosed
}

// Value is the segment; "" of the whole.
func (p Pair) Value() string { return p.value }

// Difference is how B differs from A; ok is false where one of them has no answers.
func (p Pair) Difference() (c nps.Comparison, ok bool) { return nps.Compare(p.A.tally, p.B.tally) }

// Comparison is two campaigns of one audience side by side.
type Comparison struct {
	Whole   Pair
	Own     Pair   // within the reader's reach; the whole for who sees all
	Part    bool   // Own is less than the whole
	Teams   []Pair // those of both, the largest first
	Omitted int    // how many more teams there are
}

// mayCompare refuses to compare campaigns of different audiences, one with itself, and those of employees.
func mayCompare(r *Results, who authz.Who, a, b survey.Campaign) error {
	switch {
	case a.Audience != b.Audience: // D1
		return apperr.New(apperr.Conflict, "compare_audiences", "with")
	case a.ID == b.ID:
		return apperr.New(apperr.Conflict, "compare_itself", "with")
	case !r.View(who, a).Compared() || !r.View(who, b).Compared():
		return ErrWholeOnly
	}
	return nil
}

// Compare compares b with a, wholly and team by team, max teams at most. Problems: compare_audiences, compare_itself,
// ErrWholeOnly.
func (r *Results) Compare(ctx context.Context, who authz.Who, a, b survey.Campaign, max int) (Comparison, error) {
	if err := mayCompare(r, who, a, b); err != nil {
		return Comparison{}, err
	}
	reach, err := r.Reach(ctx, who)
	if err != nil {
		return Comparison{}, err
	}
	var wholes, owns [2]Disclosed
	var teams [2]map[string]Row
	for i, c := range []survey.Campaign{a, b} {
		opened, err := r.Open(ctx, who, c)
		if err != nil {
			return Comparison{}, err
		}
		report, err := opened.Report(ctx)
		if err != nil {
			return Comparison{}, err
		}
		by, err := report.By(ctx, survey.KindTeam)
		if err != nil {
			return Comparison{}, err
		}
		wholes[i], owns[i], teams[i] = report.Whole(), report.Own().Disclosed, map[string]Row{}
		for _, row := range by.Rows {
			teams[i][row.value] = row
		}
	}
	out := Comparison{Whole: Pair{"", wholes[0], wholes[1]}, Own: Pair{"", owns[0], owns[1]}, Part: !reach.all}
	var both []Row
	for team, t := range teams[0] {
		if u, ok := teams[1][team]; ok && t.tally.Answers() > 0 && u.tally.Answers() > 0 {
			both = append(both, ofSegment(team, t.tally.Plus(u.tally)))
		}
	}
	both, out.Omitted = Largest(both, max)
	for _, t := range both {
		out.Teams = append(out.Teams, Pair{t.value, teams[0][t.value].Disclosed, teams[1][t.value].Disclosed})
	}
	return out, nil
}
