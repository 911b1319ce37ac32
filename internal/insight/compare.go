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
	Teams   []Pair // those of both, the largest first
	Omitted int    // how many more teams there are
}

// Compare compares b with a, wholly and team by team, max teams at most. Problems: compare_audiences, compare_itself,
// ErrWholeOnly.
func (r *Results) Compare(ctx context.Context, who authz.Who, a, b survey.Campaign, max int) (Comparison, error) {
	if a.Audience != b.Audience { // D1
		return Comparison{}, apperr.New(apperr.Conflict, "compare_audiences", "with")
	}
	if a.ID == b.ID {
		return Comparison{}, apperr.New(apperr.Conflict, "compare_itself", "with")
	}
	var wholes [2]Disclosed
	var teams [2]map[string]Row
	for i, c := range []survey.Campaign{a, b} {
		if !r.View(who, c).Compared() {
			return Comparison{}, ErrWholeOnly
		}
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
		wholes[i], teams[i] = report.Whole(), map[string]Row{}
		for _, row := range by.Rows {
			teams[i][row.value] = row
		}
	}
	out := Comparison{Whole: Pair{"", wholes[0], wholes[1]}}
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
