package results

import (
	"net/http"
	"strconv"

	"onetap/internal/console/shell"
	"onetap/internal/door"
	"onetap/internal/exports"
	"onetap/internal/lang"
	"onetap/internal/nps"
)

type recommendationsPage struct {
	shell.Frame
	Campaign, ID string
	Tabs         []shell.Tab
	Figures      []recommendationFigure
	Lines        []recommendationLine
	None         bool
	Few          bool // too few have answered for the reader
}

// recommendationFigure is a number with what it is of, and the share with its interval.
type recommendationFigure struct{ Label, Number, Share string }

type recommendationLine struct{ Who, Href, Taken, Opened, Leads, Customers string }

// recommendationsPage shows what came of the links that promoters have handed on; names to who may know the people.
func (d *Pages) recommendationsPage(w http.ResponseWriter, r *http.Request) error {
	opened, err := d.OpenCampaign(r)
	if err != nil {
		return err
	}
	c := opened.Campaign()
	found, err := d.Results.Recommendations(r.Context(), door.VisitOf(r).Who, c)
	if err != nil {
		return err
	}
	p := &recommendationsPage{Frame: shell.NewFrame(r, c.Name), Campaign: c.Name, ID: string(c.ID), None: found.Taken.Did == 0, Few: found.Few}
	p.Title = c.Name + ": " + p.Lang.T("recommendations.title")
	if p.Tabs, err = d.tabs(r.Context(), &p.Frame, opened, "recommendations"); err != nil {
		return err
	}
	l := p.Lang
	add := func(id string, n int64, s nps.Share) {
		f := recommendationFigure{Label: l.T("recommendations." + id), Number: l.Number(n)}
		if percent, ok := s.Percent(); ok {
			i, _ := s.Interval()
			f.Share = l.T("recommendations.share_"+id, lang.Values{"Of": l.Number(s.Of), "Percent": l.Decimal(percent, 0), "Low": l.Decimal(i.Low, 0), "High": l.Decimal(i.High, 0)})
		}
		p.Figures = append(p.Figures, f)
	}
	add("taken", found.Taken.Did, found.Taken)
	add("opened", found.Opened.Did, found.Opened)
	add("times", int64(found.Times), nps.Share{})
	add("leads", int64(found.Leads), nps.Share{})
	add("customers", found.Customers.Did, found.Customers)
	for _, one := range found.Lines {
		line := recommendationLine{
			Who: shell.ContactName(l, one.Contact), Taken: l.Date(one.Taken.In(p.Zone)), Opened: strconv.Itoa(one.Opened), Leads: strconv.Itoa(one.Leads), Customers: strconv.Itoa(one.Customers),
		}
		if one.Contact.ID != "" {
			line.Href = shell.ContactHref(c.Audience, one.Contact.ID)
		}
		p.Lines = append(p.Lines, line)
	}
	return shell.Show(w, r, http.StatusOK, p)
}

// downloadRecommendations sends what the page shows.
func (d *Pages) downloadRecommendations(w http.ResponseWriter, r *http.Request) error {
	c, err := d.Campaign(r)
	if err != nil {
		return err
	}
	return d.Hand(w, r, exports.Ask{Kind: exports.Recommendations, Format: door.FormatOf(r), Campaign: c.ID})
}
