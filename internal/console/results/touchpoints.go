package results

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"onetap/internal/authz"
	"onetap/internal/chart"
	"onetap/internal/console/shell"
	"onetap/internal/door"
	"onetap/internal/exports"
	"onetap/internal/insight"
	"onetap/internal/lang"
	"onetap/internal/survey"
)

// touchpointWaves is how many campaigns before a campaign its touchpoints are held against.
const touchpointWaves = 5

type touchpointsPage struct {
	shell.Frame
	Campaign, ID string
	Tabs         []shell.Tab
	Mine         string // whose the figures of the second column are; "": there is none
	Few          string // of how many fewer are not shown
	Rows         []touchpointRow
	Waves        []string // the campaigns before, the latest first
	Segments     []touchpointSegments
	Made         string // as of when segments are
}

type touchpointRow struct {
	Name, Then, Kind string // Then: what the campaign called it, where that is something else
	Withheld         bool
	Count, Mine      string
	Shares           []ratingShare
	Bar              chart.SVG
	Badge            string
	Before           []ratingShare // in the campaigns before, of each the share of wow, with what it was called then
}

// ratingShare is one rating's share; Ends is its interval, Href the answers behind it.
type ratingShare struct{ Label, Text, Ends, Href string }

// touchpointSegments are the touchpoints by one dimension.
type touchpointSegments struct {
	Title   shell.Phrase
	Columns []string
	Rows    []touchpointSegment
}

type touchpointSegment struct {
	Value string
	Cells []ratingShare
}

// touchpointsPage shows how people found the touchpoints that a campaign asked of.
func (d *Pages) touchpointsPage(w http.ResponseWriter, r *http.Request) error {
	opened, err := d.OpenCampaign(r)
	if err != nil {
		return err
	}
	c := opened.Campaign()
	p := &touchpointsPage{Frame: shell.NewFrame(r, c.Name), Campaign: c.Name, ID: string(c.ID)}
	p.Title, p.Wide = c.Name+": "+p.Lang.T("touchpoints.title"), true
	if p.Tabs, err = d.tabs(r.Context(), &p.Frame, opened, "touchpoints"); err != nil {
		return err
	}
	earlier, err := d.Mailing.EarlierAsking(r.Context(), c, touchpointWaves)
	if err != nil {
		return err
	}
	found, err := opened.Touchpoints(r.Context(), earlier)
	if err != nil {
		return err
	}
	if found.Part {
		p.Mine = shell.MineText(&p.Frame)
	}
	for _, w := range found.Earlier {
		p.Waves = append(p.Waves, w.Campaign.Name)
	}
	for _, f := range found.Figures {
		p.Rows = append(p.Rows, p.row(f, found))
		if f.Withheld {
			p.Few = p.Lang.T("touchpoints.few", lang.Values{"Least": insight.LeastFigures})
		}
	}
	for _, one := range found.Segments {
		s := touchpointSegments{Title: shell.Text(shell.KindLabel(p.Lang, one.Kind))}
		for _, f := range found.Figures {
			s.Columns = append(s.Columns, f.Touchpoint.Name(string(p.Lang)))
		}
		for _, row := range one.Rows {
			line := touchpointSegment{Value: shell.ValueLabel(p.Lang, one.Kind, row.Value, nil)}
			for i, f := range found.Figures {
				line.Cells = append(line.Cells, p.both(s.Columns[i], row.Of[f.Then.ID]))
			}
			s.Rows = append(s.Rows, line)
		}
		p.Segments = append(p.Segments, s)
	}
	return shell.Show(w, r, http.StatusOK, p)
}

func (p *touchpointsPage) row(f insight.TouchpointFigure, found insight.Touchpoints) touchpointRow {
	l := p.Lang
	row := touchpointRow{Name: f.Touchpoint.Name(string(l)), Kind: l.T("touchpoints.kind_" + string(f.Touchpoint.Kind)), Withheld: f.Withheld}
	then := func(was survey.Touchpoint) string {
		if name := was.Name(string(l)); name != row.Name {
			return l.T("touchpoints.then", lang.Values{"Name": name})
		}
		return ""
	}
	row.Then = then(f.Then)
	if f.Withheld {
		return row
	}
	row.Count = l.Number(f.Count.All())
	if found.Part && f.Own.All() > 0 {
		row.Mine = p.both("", f.Own).Text
	}
	for _, rating := range survey.RatingsAll {
		s := p.share(f.Count, rating)
		if p.Can(authz.ReadAnswers) && f.Count.Of(rating) > 0 {
			s.Href = "/results/" + p.ID + "/answers?" + url.Values{"touch": {string(f.Then.ID) + "." + rating.Word()}}.Encode()
		}
		row.Shares = append(row.Shares, s)
	}
	row.Bar = chart.Shares{
		Said:    chart.Said{Title: l.T("touchpoints.bar", lang.Values{"Wow": l.Number(f.Count.Wow), "Fine": l.Number(f.Count.Fine), "Poor": l.Number(f.Count.Poor)})},
		Classes: []string{"promoter", "passive", "detractor"}, Counts: []int64{f.Count.Wow, f.Count.Fine, f.Count.Poor},
	}.SVG()
	switch {
	case f.Direction > 0:
		row.Badge = l.T("touchpoints.better")
	case f.Direction < 0:
		row.Badge = l.T("touchpoints.worse")
	}
	for i, w := range found.Earlier {
		cell := ratingShare{Label: p.Waves[i], Text: "—"}
		if was, ok := w.Of(f.Then.ID); ok && was.Count.All() > 0 {
			cell = p.both(p.Waves[i], was.Count)
			cell.Ends = strings.TrimSpace(then(was.Then))
		}
		row.Before = append(row.Before, cell)
	}
	return row
}

func (p *touchpointsPage) share(n survey.RatingCount, r survey.Rating) ratingShare {
	l := p.Lang
	s := ratingShare{Label: l.T("rating." + r.Word()), Text: "—"}
	of := insight.RatingShare(n, r)
	if percent, ok := of.Percent(); ok {
		i, _ := of.Interval()
		s.Text, s.Ends = shell.Percent(l, percent), l.T("wave.ends", lang.Values{"Low": shell.Percent(l, i.Low), "High": shell.Percent(l, i.High)})
	}
	return s
}

// both are the shares of wow and poor in one cell.
func (p *touchpointsPage) both(label string, n survey.RatingCount) ratingShare {
	if n.All() == 0 {
		return ratingShare{Label: label, Text: "—"}
	}
	return ratingShare{Label: label, Text: p.Lang.T("touchpoints.both", lang.Values{"Wow": p.share(n, survey.Wow).Text, "Poor": p.share(n, survey.Poor).Text, "Count": p.Lang.Number(n.All())})}
}

// downloadTouchpoints sends what the page shows.
func (d *Pages) downloadTouchpoints(w http.ResponseWriter, r *http.Request) error {
	c, err := d.Campaign(r)
	if err != nil {
		return err
	}
	return d.Hand(w, r, exports.Ask{Kind: exports.Touchpoints, Format: door.FormatOf(r), Campaign: c.ID})
}

// touchIn reads which rating of which touchpoint an address asks for: "t1.poor", or "t1" for any.
func touchIn(text string, f *insight.Filter) {
	id, word, _ := strings.Cut(text, ".")
	f.Touched = survey.TouchpointID(id)
	f.Rating, _ = survey.ParseRating(word)
}

// touchOut is the same for an address.
func touchOut(f insight.Filter) string {
	if f.Rating == "" {
		return string(f.Touched)
	}
	return string(f.Touched) + "." + f.Rating.Word()
}

// touchSaid says it in words.
func touchSaid(l lang.Language, c survey.Campaign, f insight.Filter) string {
	i := slices.IndexFunc(c.Touchpoints, func(t survey.Touchpoint) bool { return t.ID == f.Touched })
	name := string(f.Touched)
	if i >= 0 {
		name = c.Touchpoints[i].Name(string(l))
	}
	if f.Rating != "" {
		name += ": " + l.T("rating."+f.Rating.Word())
	}
	return name
}
