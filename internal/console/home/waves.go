package home

import (
	"context"
	"net/url"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"onetap/internal/authz"
	"onetap/internal/chart"
	"onetap/internal/console/shell"
	"onetap/internal/door"
	"onetap/internal/insight"
	"onetap/internal/lang"
	"onetap/internal/mailing"
	"onetap/internal/survey"
)

// homeWeeks is how far back the trend goes: a quarter.
const homeWeeks = 13

// homeCampaigns is how many campaigns of an audience the home page has figures of; homeWaves how many it draws one after the other.
const (
	homeCampaigns = 3
	homeWaves     = 8
)

// Weeks are drawn where there are so many with answers; fewer say less than so many campaigns, if there are those.
const (
	fewWeeks     = 4
	severalWaves = 3
)

// recent is a campaign of which letters were sent, or whose answers were brought in, with its figures for the reader.
type recent struct {
	survey.Campaign
	own insight.Own
}

// recent lists the last campaigns of each audience of which letters were sent or answers brought in, the latest first, in the order of the audiences.
func (d *Pages) recent(ctx context.Context, who authz.Who) ([][]recent, error) {
	reach, err := d.Results.Reach(ctx, who)
	if err != nil {
		return nil, err
	}
	found := make([][]recent, len(survey.Audiences))
	g, ctx := errgroup.WithContext(ctx)
	for i, a := range survey.Audiences {
		g.Go(func() error {
			most := homeWaves
			if a.Anonymous() { // whose campaigns are not drawn beside each other
				most = homeCampaigns
			}
			cs, err := d.Launched(ctx, a, most)
			if err != nil {
				return err
			}
			found[i] = make([]recent, len(cs))
			side, ctx := errgroup.WithContext(ctx)
			for k, c := range cs {
				side.Go(func() error {
					own, err := d.Results.Own(ctx, who, reach, c)
					found[i][k] = recent{c, own}
					return err
				})
			}
			err = side.Wait()
			found[i] = slices.DeleteFunc(found[i], func(c recent) bool { return c.own.Company.Tally().Sent == 0 && !c.Brought() })
			return err
		})
	}
	err = g.Wait()
	return slices.DeleteFunc(found, func(of []recent) bool { return len(of) == 0 }), err
}

// audienceCard is an audience's latest campaigns, each with figures of its own, what has moved them, and the weeks.
type audienceCard struct {
	Audience, ID string
	Latest       waveView
	Moved        movedView
	Earlier      []waveView
	Trend        chart.SVG // "": none to show
	NoWeeks      string    // why there are no weeks; "": they are there
	TrendTitle   string
	Rows         []shell.RowView // a week of a campaign each, or a campaign
}

// waveView is a campaign with its figures.
type waveView struct {
	Name, Href, When string
	NPS              shell.NpsView
	Hidden           string               // why there are no figures
	Week             string               // how many of the answers are of this week
	Mine             bool                 // the figures are of less than the whole campaign
	Company          shell.NpsView        // beside them
	Beside           shell.DifferenceView // they against all others
}

// movedView is what has changed since the campaign before.
type movedView struct {
	Text         string // in place of all the rest, where nothing can be compared
	Before, Href string // the campaign before, and both side by side
	Change       shell.DifferenceView
	Part         string // the part that has changed most, beyond chance
	PartHref     string
	PartChange   shell.DifferenceView
	Note         string // what was looked at, and that nothing was found
}

// audienceCards are the audiences of which a campaign has something to show.
func (d *Pages) audienceCards(ctx context.Context, f *shell.Frame, latest [][]recent) ([]audienceCard, error) {
	latest = slices.DeleteFunc(slices.Clone(latest), func(of []recent) bool {
		return !slices.ContainsFunc(of, func(c recent) bool { return c.own.Company.Tally().Answers() > 0 || c.own.Withheld() != "" })
	})
	cards := make([]audienceCard, len(latest))
	g, ctx := errgroup.WithContext(ctx)
	for i, of := range latest {
		g.Go(func() (err error) { cards[i], err = d.audienceCard(ctx, f, of); return err })
	}
	return cards, g.Wait()
}

func (d *Pages) audienceCard(ctx context.Context, f *shell.Frame, of []recent) (card audienceCard, err error) {
	l, a := f.Lang, of[0].Audience
	card = audienceCard{Audience: l.T("results.audience." + string(a)), ID: "audience-" + string(a)}
	for i, c := range of {
		switch {
		case i == 0:
			card.Latest = d.waveView(f, c)
		case i < homeCampaigns:
			card.Earlier = append(card.Earlier, d.waveView(f, c))
		}
	}
	var weeks []insight.Row
	drawn := insight.Weeks(a, f.Visit.Who)
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) { card.Moved, err = d.moved(ctx, f, of); return err })
	if drawn {
		g.Go(func() (err error) { weeks, err = d.Results.Trend(ctx, f.Visit.Who, a, homeWeeks); return err })
	}
	if err := g.Wait(); err != nil {
		return card, err
	}
	if !drawn {
		d.overCampaigns(f, &card, of)
		card.NoWeeks = l.T("charts.no_weeks")
		if a == survey.Employees {
			card.NoWeeks = l.T("charts.no_weeks_employees")
		}
		return card, nil
	}
	if answered(weeks) < fewWeeks {
		if d.overCampaigns(f, &card, of); len(card.Rows) >= severalWaves {
			return card, nil
		}
		card.Trend, card.Rows = "", nil
	}
	if insight.Sum(weeks...).Tally().Answers() == 0 {
		card.NoWeeks = l.T("charts.no_weeks_yet", lang.Values{"Weeks": homeWeeks})
		return card, err
	}
	card.TrendTitle = l.T("home.trend_title")
	if card.Latest.Mine {
		card.TrendTitle = l.T("home.trend_company")
	}
	card.Trend = shell.Trend(l, l.T("home.trend", lang.Values{"Audience": card.Audience}), weeks, shell.WeekLabel(l))
	card.Rows = weekRows(f, weeks, of)
	return card, nil
}

// answered is in how many weeks there are answers.
func answered(weeks []insight.Row) (n int) {
	for _, w := range weeks {
		if w.Tally().Answers() > 0 {
			n++
		}
	}
	return n
}

// overCampaigns draws the campaigns one after the other, where there are two and more with figures.
func (d *Pages) overCampaigns(f *shell.Frame, card *audienceCard, of []recent) {
	l := f.Lang
	card.TrendTitle = l.T("charts.waves_title")
	var over []insight.Row
	for _, c := range slices.Backward(of) { // the earliest first
		if c.own.Tally().Answers() == 0 {
			continue
		}
		launched := c.Launched.In(f.Zone)
		row := c.own.Over(launched.Format(time.DateOnly))
		over = append(over, row)
		view := shell.ViewRow(l, l.Date(launched), "/results/"+string(c.ID), row.Disclosed)
		view.Part = c.Name
		card.Rows = append(card.Rows, view)
	}
	if len(over) > 1 {
		label := shell.DayLabel(l)
		if of[0].Launched.Sub(of[len(of)-1].Launched) > 300*24*time.Hour { // the same day would stand there twice
			label = shell.MonthLabel(l)
		}
		card.Trend = shell.Trend(l, l.T("charts.waves", lang.Values{"Audience": card.Audience}), over, label)
	}
}

func (d *Pages) waveView(f *shell.Frame, c recent) waveView {
	l, own := f.Lang, c.own
	v := waveView{
		Name: c.Name, Href: "/results/" + string(c.ID), NPS: shell.ViewNPS(l, own.Disclosed, ""), Hidden: shell.WithheldText(l, own.Withheld()),
		When: l.T("results.state."+string(c.State)) + " · " + l.Date(c.Launched.In(f.Zone)),
	}
	if f.Can(authz.ReadAnswers) && d.Results.View(f.Visit.Who, c.Campaign).Answers() {
		v.NPS.Href = v.Href + "/answers"
	}
	v.NPS.RateHref = d.PeopleHref(f, c.Campaign, survey.MailingInvitation, mailing.PartSent)
	if v.Mine = own.Part(); v.Mine {
		v.Company, v.Beside = shell.ViewNPS(l, own.Company, ""), shell.ViewDifference(l, door.DifferenceOf(own.Beside()))
		return v
	}
	now := survey.Week(d.Now().In(c.Clock()))
	for _, w := range own.Weeks() {
		if n := w.Tally().Answers(); w.Value() == now && n > 0 {
			v.Week = l.T("home.of_week", lang.Values{"Count": n})
		}
	}
	return v
}

// moved holds the latest campaign against the one before it that has answers.
func (d *Pages) moved(ctx context.Context, f *shell.Frame, of []recent) (v movedView, err error) {
	l, last := f.Lang, of[0]
	if !d.Results.View(f.Visit.Who, last.Campaign).Compared() || last.own.Tally().Answers() == 0 {
		return v, nil
	}
	i := slices.IndexFunc(of[1:], func(c recent) bool { return c.own.Tally().Answers() > 0 })
	if i < 0 {
		v.Text = l.T("home.moved_first")
		return v, nil
	}
	before := of[1+i]
	v.Before, v.Href = before.Name, "/results/compare?"+url.Values{"a": {string(before.ID)}, "b": {string(last.ID)}}.Encode()
	v.Change = shell.ViewDifference(l, door.DifferenceOf(insight.Pair{A: before.own.Disclosed, B: last.own.Disclosed}))
	if last.own.Part() || !d.Results.View(f.Visit.Who, last.Campaign).People() {
		return v, nil
	}
	m, err := d.Results.Moved(ctx, f.Visit.Who, before.Campaign, last.Campaign)
	switch {
	case err != nil:
	case m.Kind != "":
		change := m.Change
		v.Part, v.PartHref = shell.ValueLabel(l, m.Kind, m.Value, nil), "/results/"+string(last.ID)+"/by/"+m.Kind
		v.PartChange = shell.ViewDifference(l, &change)
		v.Note = l.T("home.moved_looked", lang.Values{"Count": m.Looked})
	case m.TooMany:
		v.Note = l.T("home.moved_many")
	case m.Looked > 0:
		v.Note = l.T("home.moved_nothing", lang.Values{"Count": m.Looked})
	}
	return v, err
}

// weekRows are the weeks behind the chart, the campaigns of each apart: each leads to its answers, for who sees all of them.
func weekRows(f *shell.Frame, weeks []insight.Row, of []recent) (rows []shell.RowView) {
	l := f.Lang
	for _, week := range weeks {
		if week.Tally().Answers() == 0 {
			continue
		}
		label, parts := shell.WeekText(l, week.Value()), []insight.Row{}
		add := func(name, href string, d insight.Disclosed) {
			row := shell.ViewRow(l, label, href, d)
			row.Part = name
			rows = append(rows, row)
		}
		for _, c := range of {
			for _, w := range c.own.Weeks() {
				if w.Value() != week.Value() || w.Tally().Answers() == 0 {
					continue
				}
				href := "/results/" + string(c.ID) + "/answers?week=" + week.Value()
				if !f.All() {
					href = ""
				}
				add(c.Name, href, w.Disclosed)
				parts = append(parts, w)
			}
		}
		if rest := insight.Rest(week, parts...); rest.Tally().Answers() > 0 {
			add(l.T("home.other_campaigns"), "", rest)
		}
	}
	return rows
}
