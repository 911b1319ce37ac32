package results

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"golang.org/x/sync/errgroup"

	"onetap/internal/authz"
	"onetap/internal/chart"
	"onetap/internal/console/shell"
	"onetap/internal/door"
	"onetap/internal/insight"
	"onetap/internal/lang"
	"onetap/internal/mailing"
	"onetap/internal/nps"
	"onetap/internal/survey"
)

// resultsShown is how many campaigns of an audience the list shows at once: each costs a read of its figures.
const resultsShown = 6

type resultsPage struct {
	shell.Frame
	Part      bool // the figures are of the reader's customers or team
	Mine      string
	reach     insight.Reach
	Audiences []audienceResultsView
	Empty     bool
	CanStart  bool // may make a campaign
	CanBring  bool // may bring in answers from elsewhere
	Teams     bool // may see how teams stand
}

// audienceResultsView is the campaigns of one audience, the latest first.
type audienceResultsView struct {
	Name, Audience string
	Rows           []resultRow
	After, Before  []shell.Option // campaigns to compare: the latest with one before it
	More           string         // where the others are; "" where these are all
}

type resultRow struct {
	shell.RowView
	Company shell.RowView // beside the reader's own figures
	State   string
	Date    string
}

// resultsPage lists the campaigns of each audience with what they came to; ?audience= lists more of one.
func (d *Pages) resultsPage(w http.ResponseWriter, r *http.Request) error {
	p := &resultsPage{Frame: shell.NewFrame(r, "results.title")}
	p.Wide = true
	var err error
	if p.reach, err = d.Results.Reach(r.Context(), p.Visit.Who); err != nil {
		return err
	}
	p.Part, p.Mine = !p.All(), shell.MineText(&p.Frame)
	audiences, maxShown := survey.Audiences, resultsShown
	if a := survey.Audience(r.URL.Query().Get("audience")); a.Valid() {
		audiences, maxShown = []survey.Audience{a}, 10*resultsShown
	}
	views := make([]audienceResultsView, len(audiences))
	g, ctx := errgroup.WithContext(r.Context())
	for i, a := range audiences {
		g.Go(func() (err error) {
			views[i], err = d.audienceView(ctx, p, a, maxShown)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	for _, v := range views {
		if len(v.Rows) > 0 {
			p.Audiences = append(p.Audiences, v)
		}
	}
	p.Empty, p.CanStart, p.CanBring = len(p.Audiences) == 0, p.Can(authz.WriteCampaign), p.Can(authz.BringHistory)
	p.Teams = insight.Weeks(survey.Customers, p.Visit.Who) && !p.Empty
	return shell.Show(w, r, http.StatusOK, p)
}

func (d *Pages) audienceView(ctx context.Context, p *resultsPage, a survey.Audience, maxShown int) (audienceResultsView, error) {
	l := p.Lang
	v := audienceResultsView{Name: l.T("results.audience." + string(a)), Audience: string(a)}
	campaigns, err := d.Launched(ctx, a, maxShown+1)
	if err != nil {
		return v, err
	}
	if len(campaigns) > maxShown {
		campaigns, v.More = campaigns[:maxShown], "/results?audience="+string(a)
		if maxShown > resultsShown {
			v.More = "" // older ones are found from the campaigns' list
		}
	}
	v.Rows = make([]resultRow, len(campaigns))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(8)
	for i, c := range campaigns {
		if len(campaigns) > 1 && d.Results.View(p.Visit.Who, c).Compared() {
			v.After = append(v.After, shell.Option{Value: string(c.ID), Label: c.Name, On: i == 0})
			v.Before = append(v.Before, shell.Option{Value: string(c.ID), Label: c.Name, On: i != 0})
		}
		g.Go(func() error {
			own, err := d.Results.Own(ctx, p.Visit.Who, p.reach, c)
			row := shell.ViewRow(l, c.Name, "/results/"+string(c.ID), own.Disclosed)
			row.Count = shell.AnswersCount(l, own.Disclosed)
			v.Rows[i] = resultRow{row, shell.ViewRow(l, "", "", own.Company), l.T("results.state." + string(c.State)), l.Date(c.Launched.In(p.Zone))}
			if p.Part && !own.Part() { // of employees there is only the whole
				v.Rows[i].RowView = shell.ViewRow(l, c.Name, row.Href, insight.Disclosed{})
			}
			return err
		})
	}
	return v, g.Wait()
}

func resultTabs(f *shell.Frame, opened *insight.Reading, here string) []shell.Tab {
	c := opened.Campaign()
	l, base := f.Lang, "/results/"+string(c.ID)
	tabs := []shell.Tab{{Href: base, Label: l.T("results.tab_whole"), Here: here == ""}}
	if opened.View().Segments() {
		kinds := []string{survey.KindTeam, survey.KindOwner, survey.KindLanguage}
		if c.Audience.Anonymous() { // ballots know no owners
			kinds = []string{survey.KindTeam, survey.KindLanguage}
		}
		for _, kind := range append(kinds, opened.Dimensions()...) {
			tabs = append(tabs, shell.Tab{Href: base + "/by/" + kindName(c, kind), Label: shell.KindLabel(l, kind), Here: here == kind})
		}
	}
	if opened.View().Words() {
		tabs = append(tabs, shell.Tab{Href: base + "/team", Label: l.T("talk.title"), Here: here == "talk"})
	}
	if f.Can(authz.ReadAnswers) && opened.View().Answers() {
		tabs = append(tabs, shell.Tab{Href: base + "/answers", Label: l.T("results.tab_answers"), Here: here == "answers"})
	}
	return tabs
}

// tabs are resultTabs and those of accounts and of the silent, where there are any.
func (d *Pages) tabs(ctx context.Context, f *shell.Frame, opened *insight.Reading, here string) ([]shell.Tab, error) {
	tabs, base := resultTabs(f, opened, here), "/results/"+string(opened.Campaign().ID)
	has, err := opened.HasAccounts(ctx)
	if err != nil {
		return nil, err
	}
	if has {
		tabs = append(tabs, shell.Tab{Href: base + "/accounts", Label: f.Lang.T("accounts.title"), Here: here == "accounts"})
	}
	if opened.View().Compared() {
		tabs = append(tabs, shell.Tab{Href: base + "/wave", Label: f.Lang.T("wave.tab"), Here: here == "wave"}, shell.Tab{Href: base + "/themes", Label: f.Lang.T("wave.themes_tab"), Here: here == "themes"}, shell.Tab{Href: base + "/segments", Label: f.Lang.T("stand.tab"), Here: here == "segments"})
	}
	if len(opened.Campaign().Touchpoints) > 0 {
		tabs = append(tabs, shell.Tab{Href: base + "/touchpoints", Label: f.Lang.T("touchpoints.title"), Here: here == "touchpoints"})
	}
	if opened.Campaign().AsksQuotes() && f.Can(authz.ReadAnswers) {
		tabs = append(tabs, shell.Tab{Href: base + "/quotes", Label: f.Lang.T("results.quotes"), Here: here == "quotes"})
	}
	if opened.Campaign().Recommends() {
		tabs = append(tabs, shell.Tab{Href: base + "/recommendations", Label: f.Lang.T("recommendations.title"), Here: here == "recommendations"})
	}
	if opened.MaySilent() == nil && f.Can(authz.ReadPeople) {
		tabs = append(tabs, shell.Tab{Href: base + "/silent", Label: f.Lang.T("silent.title"), Here: here == "silent"})
	}
	return tabs, nil
}

type resultPage struct {
	shell.Frame
	Mine           string               // whose the figures are; "": the whole campaign's
	Company        shell.NpsView        // beside them
	Beside         shell.DifferenceView // they against all others
	Campaign       string
	Audience       string
	State          string
	Tabs           []shell.Tab
	NPS            shell.NpsView
	Hidden         string // why there is nothing to see
	Open           bool   // answers may still come
	Words          string // how many left words
	WordsHref      string
	Histogram      chart.SVG
	Scores         []scoreRow
	WeeksTitle     string
	Weeks          chart.SVG // drawn where there is more than one
	Clock          string    // on which days and weeks are
	NoWeeks        string    // why there are none, or not all
	NoDays         string
	DaysTitle      string
	WeekRows       []shell.RowView
	Days           chart.SVG
	DayRows        []shell.RowView
	Unverified     string
	UnverifiedHref string
	UnverifiedNPS  string         // how it compares with the verified ones; "" where too few
	Others         []shell.Option // campaigns to compare with
	ID             string
	Answers        string   // where they are; "" for those who may not see them
	Since          []string // what happened since the campaign before, in short; none before it is analysed
	SinceClass     string
	Moving         []movingTheme
}

// movingTheme is a theme of which people write more, or less, often than before by more than chance.
type movingTheme struct{ Name, Badge, Share, Then string }

type scoreRow struct{ Score, Class, Count, Share, Href string }

// resultPage is one campaign as a whole.
func (d *Pages) resultPage(w http.ResponseWriter, r *http.Request) error {
	opened, err := d.OpenCampaign(r)
	if err != nil {
		return err
	}
	c, view := opened.Campaign(), opened.View()
	var report *insight.Report
	var others []survey.Campaign
	g, ctx := errgroup.WithContext(r.Context())
	g.Go(func() (err error) { report, err = opened.Report(ctx); return err })
	g.Go(func() (err error) { others, err = d.Launched(ctx, c.Audience, 20); return err })
	var wave *insight.Wave
	if view.Compared() {
		g.Go(func() (err error) {
			if wave, err = opened.Wave(ctx); errors.Is(err, insight.ErrNoWave) {
				return nil
			}
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	p := &resultPage{Frame: shell.NewFrame(r, c.Name), Campaign: c.Name, ID: string(c.ID), Open: c.Accepts(d.Now())}
	l := p.Lang
	p.Title = c.Name
	p.Audience, p.State = l.T("results.audience."+string(c.Audience)), l.T("results.state."+string(c.State))
	p.Wide = true
	if p.Tabs, err = d.tabs(r.Context(), &p.Frame, opened, ""); err != nil {
		return err
	}
	if p.Can(authz.ReadAnswers) && view.Answers() {
		p.Answers = "/results/" + string(c.ID) + "/answers"
	}
	p.Hidden = shell.WithheldText(l, report.Whole().Withheld())
	if report.Whole().Withheld() == insight.InBox && c.ClosesAt.After(d.Now()) {
		p.Hidden += " " + l.T("results.in_box_until", lang.Values{"Moment": l.Moment(c.ClosesAt.In(p.Zone))})
	}
	own := report.Own()
	p.NPS = shell.ViewNPS(l, own.Disclosed, p.Answers)
	p.NPS.RateHref = d.PeopleHref(&p.Frame, c, survey.MailingInvitation, mailing.PartSent)
	if own.Part() {
		p.Mine, p.Company, p.Beside = shell.MineText(&p.Frame), shell.ViewNPS(l, own.Company, ""), shell.ViewDifference(l, door.DifferenceOf(own.Beside()))
	}
	p.Clock = p.Lang.T("results.days_clock", lang.Values{"Zone": c.Clock().String()})
	p.fill(report)
	if err := d.since(r.Context(), p, wave); err != nil {
		return err
	}
	for _, o := range others {
		if o.ID != c.ID && view.Compared() {
			p.Others = append(p.Others, shell.Option{Value: string(o.ID), Label: o.Name})
		}
	}
	return shell.Show(w, r, http.StatusOK, p)
}

// movingShown is how many themes a campaign's first page names.
const movingShown = 4

// since says in short what happened since the campaign before. The figures are the whole campaign's.
func (d *Pages) since(ctx context.Context, p *resultPage, w *insight.Wave) error {
	if w == nil {
		return nil
	}
	before := ""
	if id := w.Analysis().Before; id != "" {
		var err error
		if before, err = d.nameOf(ctx, id); err != nil {
			return err
		}
	}
	l := p.Lang
	change, ok := w.Change()
	if !ok {
		return nil
	}
	p.Since = sentence(l, w, before)
	p.SinceClass = shell.ViewDifference(l, &change).Class
	list, _ := w.Themes()
	for _, t := range list {
		if t.Direction == 0 && !t.New || t.Withheld || len(p.Moving) == movingShown {
			continue
		}
		m := movingTheme{Name: t.Theme.Name(string(l)), Badge: l.T("wave.more_often")}
		switch {
		case t.New:
			m.Badge = l.T("wave.new")
		case t.Direction < 0:
			m.Badge = l.T("wave.less_often")
		}
		now, _ := t.Share.Percent()
		then, _ := t.Earlier.Percent()
		m.Share, m.Then = shell.Percent(l, now), shell.Percent(l, then)
		p.Moving = append(p.Moving, m)
	}
	return nil
}

// maxTimes is how many days a chart shows, the last ones; the table behind it shows as many.
const maxTimes = 60

// fill puts the figures into words; the times, and what is unverified, lead to the answers for who may see all of them.
// Times are the whole campaign's.
func (p *resultPage) fill(report *insight.Report) {
	l, t, all := p.Lang, report.Own().Tally(), !report.Narrow()
	if t.Comments > 0 {
		p.Words = l.T("results.words", lang.Values{"Count": t.Comments})
		if p.Answers != "" {
			p.WordsHref = p.Answers + "?words=1"
		}
	}
	if t.Unverified > 0 {
		p.Unverified = l.T("results.unverified", lang.Values{"Count": t.Unverified})
		p.UnverifiedNPS = p.apart(report.Unverified())
		if p.Answers != "" && all {
			p.UnverifiedHref = p.Answers + "?unverified=1"
		}
	}
	p.fillScores(t)
	p.fillTimes(report, all && !report.Own().Part())
}

// fillScores says how many gave each score.
func (p *resultPage) fillScores(t nps.Tally) {
	l := p.Lang
	if t.Answers() == 0 {
		return
	}
	p.Histogram = shell.Histogram(l, t)
	for s := 10; s >= 0; s-- {
		row := scoreRow{
			Score: strconv.Itoa(s), Class: string(nps.Score(s).Group()), Count: l.Number(t.Scores[s]),
			Share: shell.Percent(l, 100*float64(t.Scores[s])/float64(t.Answers())),
		}
		if p.Answers != "" && t.Scores[s] > 0 {
			row.Href = p.Answers + "?score=" + row.Score
		}
		p.Scores = append(p.Scores, row)
	}
}

// fillTimes draws the weeks and the days; leads says whether they lead to their answers.
func (p *resultPage) fillTimes(report *insight.Report, leads bool) {
	l := p.Lang
	href := func(name, value string) string {
		if p.Answers == "" || !leads {
			return ""
		}
		return p.Answers + "?" + name + "=" + value
	}
	weeks, days := answered(report.Weeks()), answered(report.Days())
	p.WeeksTitle, p.DaysTitle = l.T("results.weeks"), l.T("results.days")
	if report.Own().Part() {
		p.WeeksTitle, p.DaysTitle = l.T("charts.weeks_company"), l.T("charts.days_company")
	}
	if len(weeks) > 1 {
		p.Weeks = shell.Trend(l, p.WeeksTitle, weeks, shell.WeekLabel(l))
	}
	p.whyNoTimes(report)
	for _, week := range weeks {
		p.WeekRows = append(p.WeekRows, shell.ViewRow(l, shell.WeekText(l, week.Value()), href("week", week.Value()), week.Disclosed))
	}
	if len(days) > 0 {
		p.Days = shell.Trend(l, p.DaysTitle, days, shell.DayLabel(l))
	}
	for _, day := range days {
		p.DayRows = append(p.DayRows, shell.ViewRow(l, shell.DayLabel(l)(day.Value()), href("day", day.Value()), day.Disclosed))
	}
}

// whyNoTimes says why weeks and days are missing before who may not know the people.
func (p *resultPage) whyNoTimes(report *insight.Report) {
	l := p.Lang
	if p.Weeks == "" {
		p.WeeksTitle = l.T("charts.over_time")
	}
	switch {
	case !report.View().Segments():
		p.NoWeeks = l.T("charts.no_weeks_employees")
		return
	case !report.Narrow():
		return
	case report.HiddenWeeks() > 0 && p.Weeks != "":
		p.NoWeeks = l.T("charts.weeks_hidden", lang.Values{"Count": report.HiddenWeeks(), "Least": insight.LeastFigures})
	case report.HiddenWeeks() > 0:
		p.NoWeeks = l.T("charts.weeks_none", lang.Values{"Least": insight.LeastFigures})
	}
	p.NoDays = l.T("charts.days_none")
}

// apart says how the answers that are in no figure compare with those that are, and by how much the NPS would be another
// with them.
func (p *resultPage) apart(pair insight.Pair) string {
	l := p.Lang
	c, ok := pair.Difference()
	if !ok {
		return l.T("results.unverified_few", lang.Values{"Least": insight.LeastFigures})
	}
	of := func(t nps.Tally) (value, ends string) {
		v, _ := t.NPS()
		i, _ := t.Interval()
		return shell.NpsText(l, v, i)
	}
	value, ends := of(pair.B.Tally())
	counted, countedEnds := of(pair.A.Tally())
	said := l.T("results.unverified_nps", lang.Values{"NPS": value, "Interval": ends, "Count": pair.B.Tally().Answers(), "Counted": counted, "CountedInterval": countedEnds})
	if !c.Real {
		return said + " " + l.T("results.unverified_same")
	}
	alone, _ := pair.A.Tally().NPS()
	both, _ := pair.A.Tally().Plus(pair.B.Tally()).NPS()
	return said + " " + l.T("results.unverified_differ", lang.Values{"Moved": shell.Signed(l, both-alone, 1)})
}

// answered are the times from the first answer on, at most maxTimes, the last ones.
func answered(over []insight.Row) []insight.Row {
	var with []insight.Row
	for _, t := range over {
		if t.Tally().Answers() > 0 {
			with = append(with, t)
		}
	}
	return with[max(0, len(with)-maxTimes):]
}
