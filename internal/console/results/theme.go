package results

import (
	"net/http"
	"time"

	"onetap/internal/authz"
	"onetap/internal/chart"
	"onetap/internal/console/shell"
	"onetap/internal/insight"
	"onetap/internal/lang"
)

// themeQuotes is how many comments of a theme its page shows.
const themeQuotes = 6

type themePage struct {
	themesPage
	Theme   themeRow
	Edit    string // where its words are changed; "" for who may not
	Trend   chart.SVG
	Over    []themeRow // of the campaigns before, the latest first
	Mixed   bool       // some of them were analysed by another dictionary
	Answers []answerView
}

// themePage is one theme of a campaign's comments: its share, who speaks of it, over the waves, in their own words.
func (d *Pages) themePage(w http.ResponseWriter, r *http.Request) error {
	f, opened, err := d.openWave(r, "themes")
	if err != nil {
		return err
	}
	p := &themePage{themesPage: themesPage{waveFrame: f}}
	l, id := p.Lang, r.PathValue("theme")
	p.Title = p.Campaign + ": " + l.T("wave.themes_tab")
	if p.wave == nil {
		return shell.Show(w, r, http.StatusOK, p)
	}
	figure, err := p.wave.Theme(id)
	if err != nil {
		return err
	}
	name := figure.Theme.Name(string(l))
	if id == insight.NoTheme {
		name = l.T("wave.no_theme")
	} else if p.Can(authz.WriteSettings) {
		p.Edit = "/settings/themes/" + id
	}
	p.Theme, p.Title = p.row(figure, id, name), p.Campaign+": "+name
	if p.wave.Stale() {
		p.Stale = l.T("wave.stale")
	}
	over, err := opened.ThemeTrend(r.Context(), id)
	if err != nil {
		return err
	}
	drawn := chart.Trend{Said: chart.Said{Title: l.T("wave.theme_trend"), Desc: l.T("wave.theme_trend_desc", lang.Values{"Theme": name})}, Shares: true}
	for _, one := range over {
		row := p.row(one.ThemeFigure, id, one.Campaign.Name)
		row.Href = "/results/" + string(one.Campaign.ID) + "/themes/" + id
		if row.Answers = ""; one.Stale {
			p.Mixed = true
		}
		p.Over = append([]themeRow{row}, p.Over...)
		point := chart.Point{Label: l.ShortDate(one.Campaign.Launched.In(p.Zone))}
		if over[len(over)-1].Campaign.Launched.Sub(over[0].Campaign.Launched) > 300*24*time.Hour {
			point.Label = one.Campaign.Launched.In(p.Zone).Format("01.2006")
		}
		if share, ok := one.Share.Percent(); ok && !one.Withheld {
			i, _ := one.Share.Interval()
			point.Value, point.Low, point.High, point.Known = share, i.Low, i.High, true
		}
		drawn.Points = append(drawn.Points, point)
	}
	if len(over) > 1 {
		p.Trend = drawn.SVG()
	}
	if p.Theme.Answers != "" {
		if p.Answers, err = quotesOf(r.Context(), opened, id, themeQuotes, map[string]bool{}); err != nil {
			return err
		}
	}
	return shell.Show(w, r, http.StatusOK, p)
}
