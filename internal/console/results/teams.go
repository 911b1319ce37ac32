package results

import (
	"net/http"
	"strconv"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/console/shell"
	"onetap/internal/insight"
	"onetap/internal/lang"
	"onetap/internal/survey"
)

// teamsOver is over how many campaigns of an audience a year's teams are added up, at most.
const teamsOver = 100

// teamsPage is how teams stand in a year, and its awards.
type teamsPage struct {
	shell.Frame
	Audience  string
	Tabs      []shell.Tab // the audiences
	Years     []shell.Tab
	Lead      string
	Awards    []awardView
	ByNPS     []teamPlace
	ByRate    []teamRate
	Empty     bool
	LoopAward bool // the reader may see how the loop runs, where the fourth award is
}

type awardView struct{ Title, Rule, Who string }

type teamPlace struct {
	Place string
	shell.RowView
	Drawn, DrawnEnds string
}

type teamRate struct{ Place, Team, Rate, Ends, Asked, Drawn string }

// teamsPage ranks an audience's teams: ?audience= and ?year=, the latest by default.
func (d *Pages) teamsPage(w http.ResponseWriter, r *http.Request) error {
	p := &teamsPage{Frame: shell.NewFrame(r, "teams.title")}
	p.Wide = true
	l := p.Lang
	a := survey.Audience(r.URL.Query().Get("audience"))
	if a == "" {
		a = survey.Customers
	}
	if !a.Valid() {
		return apperr.New(apperr.Unknown, "no_such_page", "")
	}
	p.Audience = string(a)
	for _, one := range survey.Audiences {
		if !one.Anonymous() {
			p.Tabs = append(p.Tabs, shell.Tab{Href: "/results/teams?audience=" + string(one), Label: l.T("results.audience." + string(one)), Here: one == a})
		}
	}
	campaigns, err := d.Launched(r.Context(), a, teamsOver)
	if err != nil {
		return err
	}
	years, err := d.Results.YearsOf(r.Context(), campaigns)
	if err != nil {
		return err
	}
	year := d.Now().In(p.Zone).Year()
	if len(years) > 0 {
		year = years[0]
	}
	if asked := r.URL.Query().Get("year"); asked != "" {
		if year, err = strconv.Atoi(asked); err != nil || year < 1 || year > 9999 {
			return apperr.New(apperr.Unknown, "no_such_page", "")
		}
	}
	for _, y := range years {
		p.Years = append(p.Years, shell.Tab{Href: "/results/teams?audience=" + p.Audience + "&year=" + strconv.Itoa(y), Label: strconv.Itoa(y), Here: y == year})
	}
	found, err := d.Results.Teams(r.Context(), p.Visit.Who, a, year, campaigns)
	if err != nil {
		return err
	}
	p.fill(found)
	return shell.Show(w, r, http.StatusOK, p)
}

func (p *teamsPage) fill(y insight.TeamsYear) {
	l := p.Lang
	p.Lead = l.T("teams.lead", lang.Values{"Count": y.Campaigns, "Year": strconv.Itoa(y.Year), "Answers": l.Number(y.Whole.Tally().Answers())})
	p.Empty, p.LoopAward = len(y.ByNPS) == 0, p.Can(authz.ReadCases)
	for _, t := range y.ByNPS {
		one := teamPlace{Place: placeText(l, t.Place, t.Shared), RowView: shell.ViewRow(l, t.Value(), "", t.Disclosed)}
		one.Drawn, one.DrawnEnds = shell.NpsText(l, t.Drawn.NPS, t.Drawn.Interval)
		p.ByNPS = append(p.ByNPS, one)
	}
	for _, t := range y.ByRate {
		one := teamRate{Place: placeText(l, t.Place, t.Shared), Team: t.Team, Asked: l.Number(t.Share.Of), Drawn: shell.Percent(l, t.Drawn)}
		if percent, ok := t.Share.Percent(); ok {
			i, _ := t.Share.Interval()
			one.Rate, one.Ends = shell.Percent(l, percent), l.T("wave.ends", lang.Values{"Low": shell.Percent(l, i.Low), "High": shell.Percent(l, i.High)})
		}
		p.ByRate = append(p.ByRate, one)
	}
	p.awards(y)
}

// awards are won by whoever has the first place; of more than a few there is no winner.
func (p *teamsPage) awards(y insight.TeamsYear) {
	l := p.Lang
	award := func(code string, who []string) {
		a := awardView{Title: l.T("teams.award." + code), Rule: l.T("teams.rule." + code)}
		switch {
		case len(who) == 0:
			a.Who = l.T("teams.nobody")
		case len(who) > mostWinners:
			a.Who = l.T("teams.all_alike", lang.Values{"Count": len(who)})
		default:
			a.Who = l.T("teams.won", lang.Values{"Teams": strings.Join(who, ", "), "Count": len(who)})
		}
		p.Awards = append(p.Awards, a)
	}
	var best, rate, better []string
	for _, t := range y.ByNPS {
		if t.Place == 1 {
			best = append(best, t.Value())
		}
	}
	for _, t := range y.ByRate {
		if t.Place == 1 {
			rate = append(rate, t.Team)
		}
	}
	if len(y.Improved) > 0 {
		one := y.Improved[0]
		_, ends := shell.NpsText(l, one.Change.Difference, one.Change.Interval)
		better = append(better, l.T("teams.improved", lang.Values{"Team": one.Team, "Points": shell.Signed(l, one.Change.Difference, 1), "Interval": ends}))
	}
	award("nps", best)
	award("rate", rate)
	award("improved", better)
}

// mostWinners is among how many teams an award is shared.
const mostWinners = 3

func placeText(l lang.Language, place int, shared bool) string {
	switch {
	case place == 0:
		return "—"
	case shared:
		return l.T("teams.shared", lang.Values{"Place": place})
	}
	return l.Number(int64(place))
}
