package console

import (
	"context"
	"net/http"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/nps"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// compared is one part of two campaigns side by side. Comparison is nil where one of them has no answers: see nps.Compare.
type compared struct {
	Value      string          `json:"value,omitempty"`
	A          figures         `json:"a"`
	B          figures         `json:"b"`
	Comparison *nps.Comparison `json:"comparison"`

	a, b nps.Tally
}

// comparison is two campaigns of one audience side by side: how B differs from A.
type comparison struct {
	A       survey.CampaignID `json:"a"`
	B       survey.CampaignID `json:"b"`
	Whole   compared          `json:"whole"`
	Teams   []compared        `json:"teams"` // those of both, the largest first
	Omitted int               `json:"omitted,omitempty"`
}

func compare(value string, a, b nps.Tally) compared {
	c := compared{Value: value, A: figuresOf(a, true), B: figuresOf(b, true), a: a, b: b}
	if got, ok := nps.Compare(a, b); ok {
		for _, v := range []*float64{&got.A, &got.B, &got.Difference, &got.Interval.Low, &got.Interval.High} {
			*v = *rounded(*v, true)
		}
		c.Comparison = &got
	}
	return c
}

// compareCampaigns holds b against a, wholly and team by team; of the teams it lists most.
func (d *Desk) compareCampaigns(ctx context.Context, who authz.Who, a, b survey.Campaign, most int) (comparison, error) {
	if a.Audience != b.Audience { // D1
		return comparison{}, apperr.New(apperr.Conflict, "compare_audiences", "with")
	}
	if a.ID == b.ID {
		return comparison{}, apperr.New(apperr.Conflict, "compare_itself", "with")
	}
	var wholes [2]nps.Tally
	var teams [2]map[string]nps.Tally
	for i, c := range []survey.Campaign{a, b} {
		if !d.sight(who, c).Compared() {
			return comparison{}, errWholeOnly
		}
		w, err := d.whole(ctx, who, c)
		if err != nil {
			return comparison{}, err
		}
		n, err := d.narrow(ctx, who, c, w)
		if err != nil {
			return comparison{}, err
		}
		by, err := d.breakdown(ctx, who, c, survey.KindTeam, n)
		if err != nil {
			return comparison{}, err
		}
		wholes[i], teams[i] = w.Tally, map[string]nps.Tally{}
		for _, t := range by.Rows {
			teams[i][t.Value] = t.Tally
		}
	}
	out := comparison{A: a.ID, B: b.ID, Whole: compare("", wholes[0], wholes[1]), Teams: []compared{}}
	var both []tallied
	for team, t := range teams[0] {
		if u, ok := teams[1][team]; ok && t.Answers() > 0 && u.Answers() > 0 {
			both = append(both, tallied{team, t.Plus(u)})
		}
	}
	both, out.Omitted = largest(both, most)
	for _, t := range both {
		out.Teams = append(out.Teams, compare(t.Value, teams[0][t.Value], teams[1][t.Value]))
	}
	return out, nil
}

// showComparison answers how a campaign differs from another.
func (d *Desk) showComparison(w http.ResponseWriter, r *http.Request) error {
	if err := parameters(r, "with"); err != nil {
		return err
	}
	a, b, err := d.campaignsOf(r.Context(), r.URL.Query().Get("with"), r.PathValue("campaign"))
	if err != nil {
		return err
	}
	out, err := d.compareCampaigns(r.Context(), visitOf(r).Who, a, b, maxRows)
	if err != nil {
		return err
	}
	web.JSON(w, http.StatusOK, out)
	return nil
}

func (d *Desk) campaignsOf(ctx context.Context, a, b string) (ca, cb survey.Campaign, err error) {
	if ca, err = d.mailing.Campaign(ctx, a); err == nil {
		cb, err = d.mailing.Campaign(ctx, b)
	}
	return ca, cb, err
}
