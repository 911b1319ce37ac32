package api

import (
	"net/http"

	"onetap/internal/door"
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
	return compared{p.Value(), figuresOf(p.A), figuresOf(p.B), door.DifferenceOf(p)}
}

// showComparison answers how a campaign differs from another.
func (d *API) showComparison(w http.ResponseWriter, r *http.Request) error {
	if err := door.KnownParameters(r, "with"); err != nil {
		return err
	}
	a, b, err := d.Mailing.Two(r.Context(), r.URL.Query().Get("with"), r.PathValue("campaign"))
	if err != nil {
		return err
	}
	c, err := d.Results.Compare(r.Context(), door.VisitOf(r).Who, a, b, maxRows)
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
