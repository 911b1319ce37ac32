package console

import (
	"context"
	"net/http"

	"onetap/internal/insight"
	"onetap/internal/nps"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// compared is one segment of two campaigns side by side. Comparison is nil where one of them has no answers: see nps.Compare.
type compared struct {
	Value      string          `json:"value,omitempty"`
	A          figures         `json:"a"`
	B          figures         `json:"b"`
	Comparison *nps.Comparison `json:"comparison"`
}

// comparison is two campaigns of one audience side by side: how B differs from A.
type comparison struct {
	A       survey.CampaignID `json:"a"`
	B       survey.CampaignID `json:"b"`
	Whole   compared          `json:"whole"`
	Teams   []compared        `json:"teams"` // those of both, the largest first
	Omitted int               `json:"omitted,omitempty"`
}

func comparedOf(p insight.Pair) compared {
	return compared{p.Value(), figuresOf(p.A), figuresOf(p.B), differenceOf(p)}
}

// differenceOf rounds as figures are; nil where there is nothing to compare.
func differenceOf(p insight.Pair) *nps.Comparison {
	c, ok := p.Difference()
	if !ok {
		return nil
	}
	for _, v := range []*float64{&c.A, &c.B, &c.Difference, &c.Interval.Low, &c.Interval.High} {
		*v = *rounded(*v, true)
	}
	return &c
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
	c, err := d.results.Compare(r.Context(), visitOf(r).Who, a, b, maxRows)
	if err != nil {
		return err
	}
	out := comparison{A: a.ID, B: b.ID, Whole: comparedOf(c.Whole), Teams: []compared{}, Omitted: c.Omitted}
	for _, t := range c.Teams {
		out.Teams = append(out.Teams, comparedOf(t))
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
