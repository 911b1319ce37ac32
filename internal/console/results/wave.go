package results

import (
	"context"
	"errors"
	"math"
	"net/http"
	"net/url"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/chart"
	"onetap/internal/console/shell"
	"onetap/internal/insight"
	"onetap/internal/lang"
	"onetap/internal/nps"
	"onetap/internal/stats"
	"onetap/internal/survey"
)

// waveShown is how many segments of a dimension a page shows, and quotesShown how many comments of a theme.
const waveShown, themesQuoted, quotesShown = 6, 4, 2

// waveFrame is what the pages of a campaign's analysis have in common.
type waveFrame struct {
	shell.Frame
	Campaign string
	ID       string
	Tabs     []shell.Tab
	NotYet   bool   // it was not analysed yet
	Made     string // when, and of how many answers
	Stale    string // the dictionary of themes was changed since
	wave     *insight.Wave
}

// openWave opens a campaign's analysis for a page; wave is nil where there is none yet.
func (d *Pages) openWave(r *http.Request, here string) (f waveFrame, opened *insight.Reading, err error) {
	if opened, err = d.OpenCampaign(r); err != nil {
		return f, nil, err
	}
	c := opened.Campaign()
	f = waveFrame{Frame: shell.NewFrame(r, c.Name), Campaign: c.Name, ID: string(c.ID)}
	f.Wide = true
	if f.Tabs, err = d.tabs(r.Context(), &f.Frame, opened, here); err != nil {
		return f, nil, err
	}
	f.wave, err = opened.Wave(r.Context())
	if errors.Is(err, insight.ErrNoWave) {
		f.NotYet = true
		return f, opened, nil
	}
	if err != nil {
		return f, nil, err
	}
	l := f.Lang
	f.Made = l.T("wave.made", lang.Values{"When": l.Moment(f.wave.Analysis().At.In(f.Zone)), "Answers": l.Number(f.wave.Answers())})
	return f, opened, nil
}

// askWave has a campaign analysed anew.
func (d *Pages) askWave(w http.ResponseWriter, r *http.Request) error {
	opened, err := d.OpenCampaign(r)
	if err != nil {
		return err
	}
	if err := opened.AskWave(r.Context()); err != nil && !errors.Is(err, apperr.ErrChanged) { // somebody else has asked just now
		return err
	}
	page := "wave"
	if asked := r.PostFormValue("page"); asked == "themes" || asked == "segments" {
		page = asked
	}
	return shell.Done(w, r, "/results/"+string(opened.Campaign().ID)+"/"+page, "wave_asked")
}

type wavePage struct {
	waveFrame
	Before     string // the campaign that it is held against; "": there is none
	BeforeHref string
	Sentence   []string
	Class      string
	Change     shell.DifferenceView
	Paired     shell.DifferenceView
	PairedOf   string
	Apart      shell.DifferenceView
	ApartOf    string
	Flow       chart.SVG
	Columns    []shell.Phrase // the groups now
	Matrix     []matrixRow
	Moved      string
	Mixes      []mixView
}

// matrixRow is a group before; its cells are where its people are now.
type matrixRow struct {
	Class, Group string
	Cells        []matrixCell
}

type matrixCell struct{ Label, Count, Href string }

// mixView is what the segments of a dimension did.
type mixView struct {
	Title shell.Phrase
	Sum   string
	Rows  []mixRow
	Rest  string
}

type mixRow struct{ Segment, Within, Mix string }

// wavePage is a campaign held against the one before it.
func (d *Pages) wavePage(w http.ResponseWriter, r *http.Request) error {
	f, _, err := d.openWave(r, "wave")
	if err != nil {
		return err
	}
	p := &wavePage{waveFrame: f}
	l := p.Lang
	p.Title = p.Campaign + ": " + l.T("wave.title")
	if p.wave == nil {
		return shell.Show(w, r, http.StatusOK, p)
	}
	if before := p.wave.Analysis().Before; before != "" {
		p.BeforeHref = "/results/" + string(before)
		if p.Before, err = d.nameOf(r.Context(), before); err != nil {
			return err
		}
	}
	if change, ok := p.wave.Change(); ok {
		p.Change = shell.SmallDifference(l, &change)
		p.Class = p.Change.Class
	}
	if paired, both, ok := p.wave.Paired(); ok {
		p.Paired, p.PairedOf = shell.SmallDifference(l, &paired), l.T("wave.paired_of", lang.Values{"Count": int(both)})
	}
	if apart, left, came, ok := p.wave.Apart(); ok {
		p.Apart, p.ApartOf = shell.SmallDifference(l, &apart), l.T("wave.apart_of", lang.Values{"Left": l.Number(left), "Came": l.Number(came)})
	}
	p.mixes()
	p.Sentence = sentence(l, p.wave, p.Before)
	if m, ok := p.wave.Movement(); ok {
		p.movement(m)
	}
	return shell.Show(w, r, http.StatusOK, p)
}

// nameOf is the name of a campaign, "" of one that is gone since.
func (d *Pages) nameOf(ctx context.Context, id survey.CampaignID) (string, error) {
	c, err := d.Mailing.Campaign(ctx, string(id))
	if err != nil && apperr.As(err) == nil {
		return "", err
	}
	return c.Name, nil
}

// sentence says what happened, or that nothing did.
func sentence(l lang.Language, w *insight.Wave, before string) (said []string) {
	change, ok := w.Change()
	if !ok {
		return []string{l.T("wave.first")}
	}
	a, b := shell.Signed(l, change.A, 0), shell.Signed(l, change.B, 0)
	_, ends := shell.NpsText(l, change.Difference, change.Interval)
	values := lang.Values{"A": a, "B": b, "Points": l.Decimal(math.Abs(change.Difference), 1), "Interval": ends, "Before": before}
	switch {
	case !change.Real:
		return []string{l.T("wave.nothing", values)}
	case change.Difference > 0:
		said = append(said, l.T("wave.rose", values))
	default:
		said = append(said, l.T("wave.fell", values))
	}
	for _, mix := range w.Mixes() {
		part, excess := mix.Odd()
		if excess*change.Difference > 0 && part.Within*change.Difference > 0 && math.Abs(part.Within) >= math.Abs(change.Difference)/3 {
			said = append(said, l.T("wave.mostly", lang.Values{
				"Segment": shell.ValueLabel(l, mix.Kind, part.Segment, nil), "Kind": shell.KindLabel(l, mix.Kind), "Within": shell.Signed(l, part.Within, 1), "Change": shell.Signed(l, change.Difference, 1),
			}))
			break
		}
	}
	themes, _ := w.Themes()
	for _, theme := range themes {
		if theme.Direction > 0 && change.Difference < 0 && theme.Tally.Detractors() > theme.Tally.Promoters() {
			now, _ := theme.Share.Percent()
			then, _ := theme.Earlier.Percent()
			said = append(said, l.T("wave.speak", lang.Values{"Theme": theme.Theme.Name(string(l)), "Now": shell.Percent(l, now), "Then": shell.Percent(l, then)}))
			break
		}
	}
	return said
}

func (p *wavePage) mixes() {
	l := p.Lang
	for _, mix := range p.wave.Mixes() {
		sum, within := mix.Sum()
		v := mixView{Title: shell.Text(shell.KindLabel(l, mix.Kind)), Sum: l.T("wave.mix_sum", lang.Values{"Within": shell.Signed(l, within, 1), "Mix": shell.Signed(l, sum, 1), "All": shell.Signed(l, sum+within, 1)})}
		rest, more := mix.Rest, mix.More
		for i, part := range mix.Parts {
			if i >= waveShown {
				rest.Mix, rest.Within, more = rest.Mix+part.Mix, rest.Within+part.Within, more+1
				continue
			}
			v.Rows = append(v.Rows, mixRow{shell.ValueLabel(l, mix.Kind, part.Segment, nil), shell.Signed(l, part.Within, 1), shell.Signed(l, part.Mix, 1)})
		}
		if more > 0 {
			v.Rows = append(v.Rows, mixRow{l.T("wave.mix_rest", lang.Values{"Count": more}), shell.Signed(l, rest.Within, 1), shell.Signed(l, rest.Mix, 1)})
		}
		p.Mixes = append(p.Mixes, v)
	}
}

func (p *wavePage) movement(m stats.Movement) {
	l := p.Lang
	groups := []nps.Group{nps.Promoter, nps.Passive, nps.Detractor}
	at := map[nps.Group]int{nps.Detractor: 0, nps.Passive: 1, nps.Promoter: 2}
	flow := chart.Flow{Classes: []string{"promoter", "passive", "detractor", "missing"}, Left: p.Before, Right: p.Campaign}
	cell := func(from, to nps.Group, n int64) matrixCell {
		c := matrixCell{Label: l.T("wave.silent"), Count: l.Number(n)}
		if to != "" {
			c.Label = l.T("results.group." + string(to))
		}
		if n > 0 && p.wave.Leads() && p.Can(authz.ReadPeople) {
			c.Href = "/results/" + p.ID + "/moved?" + url.Values{"from": {string(from)}, "to": {string(to)}}.Encode()
		}
		return c
	}
	for i, from := range groups {
		row := matrixRow{Class: string(from), Group: l.T("results.group." + string(from))}
		for j, to := range groups {
			n := m.People[at[from]][at[to]]
			row.Cells = append(row.Cells, cell(from, to, n))
			flow.Moves = append(flow.Moves, chart.Move{From: i, To: j, Count: n})
		}
		row.Cells = append(row.Cells, cell(from, "", m.Left[at[from]]))
		flow.Moves = append(flow.Moves, chart.Move{From: i, To: 3, Count: m.Left[at[from]]})
		p.Matrix = append(p.Matrix, row)
	}
	came := matrixRow{Class: "missing", Group: l.T("wave.silent_then")}
	for j, to := range groups {
		came.Cells = append(came.Cells, cell("", to, m.Came[at[to]]))
		flow.Moves = append(flow.Moves, chart.Move{From: 3, To: j, Count: m.Came[at[to]]})
		p.Columns = append(p.Columns, p.T("results.group."+string(to)))
	}
	came.Cells = append(came.Cells, matrixCell{Label: l.T("wave.silent"), Count: "—"})
	p.Matrix, p.Columns = append(p.Matrix, came), append(p.Columns, p.T("wave.silent"))
	flow.Said = chart.Said{Title: l.T("wave.moved_title"), Desc: l.T("wave.moved_desc", lang.Values{"Up": l.Number(m.Up()), "Down": l.Number(m.Down()), "Both": l.Number(m.Both())})}
	p.Flow, p.Moved = flow.SVG(), flow.Said.Desc
}

type moversPage struct {
	shell.Frame
	Campaign, ID string
	Lead         string
	Rows         []moverRow
	Partly       string
}

type moverRow struct{ Href, Name, Team, Before, BeforeClass, Now, NowClass, Comment string }

// moversPage lists who went from one group to another.
func (d *Pages) moversPage(w http.ResponseWriter, r *http.Request) error {
	opened, err := d.OpenCampaign(r)
	if err != nil {
		return err
	}
	c := opened.Campaign()
	p := &moversPage{Frame: shell.NewFrame(r, c.Name), Campaign: c.Name, ID: string(c.ID)}
	l := p.Lang
	wave, err := opened.Wave(r.Context())
	if err != nil {
		return err
	}
	from, to := nps.Group(r.URL.Query().Get("from")), nps.Group(r.URL.Query().Get("to"))
	name := func(g nps.Group) string {
		if g == "" {
			return l.T("wave.no_answer")
		}
		return l.T("results.group." + string(g))
	}
	for _, g := range []nps.Group{from, to} {
		if g != "" && g != nps.Promoter && g != nps.Passive && g != nps.Detractor {
			return apperr.New(apperr.Unknown, "no_such_page", "")
		}
	}
	before, err := d.Mailing.Campaign(r.Context(), string(wave.Analysis().Before))
	if err != nil {
		return err
	}
	found, partly, err := opened.Movers(r.Context(), before, from, to)
	if err != nil {
		return err
	}
	p.Wide, p.Title = true, c.Name+": "+l.T("wave.movers")
	p.Lead = l.T("wave.movers_lead", lang.Values{"From": name(from), "To": name(to), "Before": before.Name, "Count": len(found)})
	if partly {
		p.Partly = l.T("wave.movers_partly")
	}
	score := func(s int) (text, class string) {
		if s < 0 {
			return "—", ""
		}
		return l.Number(int64(s)), string(nps.Score(s).Group())
	}
	for _, m := range found {
		row := moverRow{Name: shell.ContactName(l, m.Contact), Href: shell.ContactHref(c.Audience, m.Contact.ID), Comment: m.Answer.Comment()}
		if m.Contact.Created.IsZero() { // not stored any more
			row.Href = ""
		}
		if one, ok := m.Answer.Response(); ok {
			row.Team = one.Team
		}
		row.Before, row.BeforeClass = score(m.Before)
		row.Now, row.NowClass = score(m.Now)
		p.Rows = append(p.Rows, row)
	}
	return shell.Show(w, r, http.StatusOK, p)
}
