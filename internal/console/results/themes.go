package results

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/chart"
	"onetap/internal/console/shell"
	"onetap/internal/insight"
	"onetap/internal/lang"
	"onetap/internal/nps"
	"onetap/internal/waves"
)

type themesPage struct {
	waveFrame
	Comments string
	Damaged  string
	None     themeRow
	Rows     []themeRow
	Quoted   []quotedTheme
	Then     bool // there is a wave before
	Unknown  []unknownGroup
	Into     []shell.Option // themes that words can be put into
	Version  string         // of the dictionary
}

// unknownGroup is words that no theme knows and that occur together.
type unknownGroup struct {
	Count, Who string
	Bar        chart.SVG
	Words      []unknownWord
	Name       string // of a new theme
	Field      string
}

type unknownWord struct{ Word, Why string }

type themeRow struct {
	Name, Href, Answers    string
	Count, Share, Ends     string
	Then, Badge, Class     string
	NPS, NPSEnds, Withheld string
	Bar                    chart.SVG
	Tone                   string
}

// quotedTheme is some comments of one theme, as they were written.
type quotedTheme struct {
	Name, Href string
	Answers    []answerView
}

// themesPage is what a campaign's comments are about.
func (d *Pages) themesPage(w http.ResponseWriter, r *http.Request) error {
	f, opened, err := d.openWave(r, "themes")
	if err != nil {
		return err
	}
	p := &themesPage{waveFrame: f}
	l := p.Lang
	p.Title = p.Campaign + ": " + l.T("wave.themes_tab")
	if p.wave == nil {
		return shell.Show(w, r, http.StatusOK, p)
	}
	a := p.wave.Analysis()
	p.Comments = l.T("wave.comments", lang.Values{"Count": a.Comments})
	if p.wave.FewComments() {
		p.Comments = l.T("wave.comments_few", lang.Values{"Least": insight.LeastWords})
	}
	if a.Damaged > 0 {
		p.Damaged = l.T("wave.damaged", lang.Values{"Count": a.Damaged})
	}
	if p.wave.Stale() {
		p.Stale = l.T("wave.stale")
	}
	list, none := p.wave.Themes()
	quoted := map[string]bool{}
	for _, theme := range list {
		row := p.row(theme, theme.Theme.ID, theme.Theme.Name(string(l)))
		p.Then = p.Then || theme.Earlier.Of > 0
		if p.Rows = append(p.Rows, row); len(p.Quoted) >= themesQuoted || theme.Withheld || row.Answers == "" || theme.Tally.Answers() == 0 {
			continue
		}
		q := quotedTheme{Name: row.Name, Href: row.Href}
		if q.Answers, err = quotesOf(r.Context(), opened, theme.Theme.ID, quotesShown, quoted); err != nil {
			return err
		}
		if len(q.Answers) > 0 {
			p.Quoted = append(p.Quoted, q)
		}
	}
	p.None = p.row(none, insight.NoTheme, l.T("wave.no_theme"))
	p.suggest()
	return shell.Show(w, r, http.StatusOK, p)
}

// quotesOf are some comments of a theme, as they were written, of those that the reader may see; seen holds what stands on the page already.
func quotesOf(ctx context.Context, opened *insight.Reading, id string, most int, seen map[string]bool) (all []answerView, err error) {
	found, err := opened.Answers(ctx, insight.Filter{Theme: id}, "")
	if err != nil && apperr.As(err) == nil {
		return nil, err
	}
	for _, a := range found.List {
		words := a.Comment()
		if words == "" {
			words = a.Wish()
		}
		if words != "" && !seen[words] && len(all) < most {
			seen[words] = true
			all = append(all, answerView{Score: a.Score(), Class: string(a.Group()), Comment: cutWords(words)})
		}
	}
	return all, nil
}

func (p *themesPage) row(t insight.ThemeFigure, id, name string) themeRow {
	l := p.Lang
	row := themeRow{Name: name}
	if t.Withheld {
		row.Withheld = l.T("wave.withheld", lang.Values{"Least": insight.LeastWords})
		return row
	}
	if row.Href = "/results/" + p.ID + "/themes/" + id; p.Can(authz.ReadAnswers) {
		row.Answers = "/results/" + p.ID + "/answers?" + url.Values{"theme": {id}}.Encode()
	}
	row.Count = l.Number(t.Share.Did)
	if percent, ok := t.Share.Percent(); ok {
		i, _ := t.Share.Interval()
		row.Share, row.Ends = shell.Percent(l, percent), l.T("wave.ends", lang.Values{"Low": shell.Percent(l, i.Low), "High": shell.Percent(l, i.High)})
	}
	if percent, ok := t.Earlier.Percent(); ok {
		row.Then = shell.Percent(l, percent)
	}
	switch {
	case t.New:
		row.Badge = l.T("wave.new")
	case t.Direction > 0:
		row.Badge = l.T("wave.more_often")
	case t.Direction < 0:
		row.Badge = l.T("wave.less_often")
	}
	if value, ok := t.Tally.NPS(); ok {
		i, _ := t.Tally.Interval()
		row.NPS, row.NPSEnds = shell.NpsText(l, value, i)
		row.Bar, row.Tone = groupsBar(l, t.Tally), toneText(l, t.Tally)
	}
	return row
}

// suggest shows words that no theme knows to who keeps the dictionary.
func (p *themesPage) suggest() {
	l := p.Lang
	found, version := p.wave.Suggested()
	p.Version = strconv.Itoa(version)
	for i, s := range found {
		g := unknownGroup{Count: l.T("wave.unknown_in", lang.Values{"Count": int(s.Tally.Answers())}), Bar: groupsBar(l, s.Tally), Field: "name_" + strconv.Itoa(i)}
		for _, w := range s.Words {
			why := []string{l.Number(int64(w.Comments))}
			switch {
			case w.Low >= waves.Telling:
				why = append(why, l.T("wave.unknown_low"))
			case w.Low <= -waves.Telling:
				why = append(why, l.T("wave.unknown_high"))
			}
			if w.More >= waves.Telling {
				why = append(why, l.T("wave.more_often"))
			}
			g.Words = append(g.Words, unknownWord{w.Word, strings.Join(why, ", ")})
		}
		p.Unknown = append(p.Unknown, g)
	}
	for _, t := range p.wave.Dictionary() {
		p.Into = append(p.Into, shell.Option{Value: t.ID, Label: t.Name(string(l))})
	}
}

// toneText is how people speak of a theme, by the score that they gave: poor, fine, wow, as of touchpoints.
func toneText(l lang.Language, t nps.Tally) string {
	part := func(n int64) string { return shell.Percent(l, 100*float64(n)/float64(max(t.Answers(), 1))) }
	return l.T("wave.tone_text", lang.Values{"Poor": part(t.Detractors()), "Fine": part(t.Passives()), "Wow": part(t.Promoters())})
}

// groupsBar draws how many of each group there are.
func groupsBar(l lang.Language, t nps.Tally) chart.SVG {
	return chart.Shares{
		Said:    chart.Said{Title: l.T("wave.bar", lang.Values{"Promoters": l.Number(t.Promoters()), "Passives": l.Number(t.Passives()), "Detractors": l.Number(t.Detractors())})},
		Classes: []string{"promoter", "passive", "detractor"}, Counts: []int64{t.Promoters(), t.Passives(), t.Detractors()},
	}.SVG()
}

// themeName is a theme's name in a language.
func (d *Pages) themeName(ctx context.Context, l lang.Language, id string) (string, error) {
	if id == insight.NoTheme {
		return l.T("wave.no_theme"), nil
	}
	all, _, err := insight.Dictionary(ctx, d.Results.Store)
	theme, _ := all.Of(id)
	return theme.Name(string(l)), err
}
