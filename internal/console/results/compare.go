package results

import (
	"net/http"

	"onetap/internal/console/shell"
	"onetap/internal/door"
	"onetap/internal/lang"
	"onetap/internal/nps"
	"onetap/internal/survey"
)

type comparePage struct {
	shell.Frame
	A, B       sideView
	Mine       string               // whose the figures are; "": the whole campaigns'
	Company    shell.DifferenceView // beside them
	Difference shell.DifferenceView
	Rate       string // how the response rates differ
	Groups     []groupPair
	TeamsTitle string
	Teams      []teamPair
	Omitted    string
	Chance     string // how many teams differ by chance
}

// sideView is one of the two campaigns.
type sideView struct {
	Name, Href, Date string
	NPS              shell.NpsView
}

// groupPair is a group in both campaigns.
type groupPair struct{ Class, Name, A, B, Change string }

// teamPair is a team in both campaigns.
type teamPair struct {
	Team   string
	A, B   shell.RowView
	Change shell.DifferenceView
}

// comparePage holds a campaign against another of the same audience: ?a= is the one before, ?b= the one after.
func (d *Pages) comparePage(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	a, b, err := d.Mailing.Two(r.Context(), q.Get("a"), q.Get("b"))
	if err != nil {
		return err
	}
	if b.Launched.Before(a.Launched) { // the later one is the one that has changed
		a, b = b, a
	}
	c, err := d.Results.Compare(r.Context(), door.VisitOf(r).Who, a, b, rowsShown/2)
	if err != nil {
		return err
	}
	p := &comparePage{Frame: shell.NewFrame(r, "results.compare_title")}
	p.Wide = true
	l := p.Lang
	p.A = sideView{a.Name, "/results/" + string(a.ID), l.Date(a.Launched.In(p.Zone)), shell.ViewNPS(l, c.Own.A, "")}
	p.B = sideView{b.Name, "/results/" + string(b.ID), l.Date(b.Launched.In(p.Zone)), shell.ViewNPS(l, c.Own.B, "")}
	p.Difference = shell.ViewDifference(l, door.DifferenceOf(c.Own))
	p.TeamsTitle = shell.KindLabel(l, survey.KindTeam)
	if c.Part {
		p.TeamsTitle = l.T("charts.by_company", lang.Values{"By": p.TeamsTitle})
		p.Mine, p.Company = shell.MineText(&p.Frame), shell.ViewDifference(l, door.DifferenceOf(c.Whole))
	}
	if p.Difference.Both {
		for n := len(nps.Groups) - 1; n >= 0; n-- {
			g := nps.Groups[n]
			share := func(t nps.Tally) float64 { return 100 * float64(t.In(g)) / float64(t.Answers()) }
			sa, sb := share(c.Own.A.Tally()), share(c.Own.B.Tally())
			p.Groups = append(p.Groups, groupPair{
				string(g), l.T("results.group." + string(g)), shell.Percent(l, sa), shell.Percent(l, sb),
				l.T("results.points", lang.Values{"Value": shell.Signed(l, sb-sa, 1)}),
			})
		}
	}
	for _, t := range c.Teams {
		label := shell.ValueLabel(l, "team", t.Value(), nil)
		pair := teamPair{label, shell.ViewRow(l, label, "", t.A), shell.ViewRow(l, label, "", t.B), shell.SmallDifference(l, door.DifferenceOf(t))}
		p.Teams = append(p.Teams, pair)
	}
	if c.Omitted > 0 {
		p.Omitted = l.T("results.omitted", lang.Values{"Count": c.Omitted})
	}
	if n := len(p.Teams); n >= 10 {
		p.Chance = l.T("results.by_chance", lang.Values{"Count": (n + 10) / 20, "All": n})
	}
	return shell.Show(w, r, http.StatusOK, p)
}
