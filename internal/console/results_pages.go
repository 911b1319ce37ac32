package console

import (
	"context"
	"net/http"
	"strconv"

	"golang.org/x/sync/errgroup"

	"onetap/internal/authz"
	"onetap/internal/chart"
	"onetap/internal/insight"
	"onetap/internal/lang"
	"onetap/internal/nps"
	"onetap/internal/survey"
)

func (d *Desk) resultPages() []route {
	return []route{
		{"GET /results", authz.ReadResults, d.resultsPage, ""},
		{"GET /results/compare", authz.ReadResults, d.comparePage, ""},
		{"GET /results/{campaign}", authz.ReadResults, d.resultPage, ""},
		{"GET /results/{campaign}/by/{kind}", authz.ReadResults, d.byPage, ""},
		{"POST /results/{campaign}/by/{kind}", authz.ReadResults, d.byPage, unaudited}, // what is looked for stays out of addresses
		{"POST /results/{campaign}/count/{kind}", authz.ReadResults, d.countPage, unaudited},
		{"GET /results/{campaign}/answers", authz.ReadAnswers, d.answersPage, ""},
		{"POST /results/{campaign}/answers", authz.ReadAnswers, d.answersPage, unaudited},
	}
}

// resultsShown is how many campaigns of an audience the list shows at once: each costs a read of its figures.
const resultsShown = 6

type resultsPage struct {
	frame
	Audiences []audienceResultsView
	Empty     bool
	CanStart  bool // may make a campaign
}

// audienceResultsView is the campaigns of one audience, the latest first.
type audienceResultsView struct {
	Name, Audience string
	Rows           []resultRow
	Choices        []option // to compare
	More           string   // where the others are; "" where these are all
}

type resultRow struct {
	rowView
	State string
	Date  string
}

// resultsPage lists the campaigns of each audience with what they came to; ?audience= lists more of one.
func (d *Desk) resultsPage(w http.ResponseWriter, r *http.Request) error {
	p := &resultsPage{frame: d.frame(r, "results.title")}
	p.Wide = true
	audiences, most := survey.Audiences, resultsShown
	if a := survey.Audience(r.URL.Query().Get("audience")); a.Valid() {
		audiences, most = []survey.Audience{a}, 10*resultsShown
	}
	views := make([]audienceResultsView, len(audiences))
	g, ctx := errgroup.WithContext(r.Context())
	for i, a := range audiences {
		g.Go(func() (err error) {
			views[i], err = d.audienceView(ctx, p, a, most)
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
	p.Empty, p.CanStart = len(p.Audiences) == 0, p.Can(authz.WriteCampaign)
	return d.show(w, r, http.StatusOK, p)
}

func (d *Desk) audienceView(ctx context.Context, p *resultsPage, a survey.Audience, most int) (audienceResultsView, error) {
	l := p.lang
	v := audienceResultsView{Name: l.T("results.audience." + string(a)), Audience: string(a)}
	campaigns, err := d.launched(ctx, a, most+1)
	if err != nil {
		return v, err
	}
	if len(campaigns) > most {
		campaigns, v.More = campaigns[:most], "/results?audience="+string(a)
		if most > resultsShown {
			v.More = "" // older ones are found from the campaigns' list
		}
	}
	v.Rows = make([]resultRow, len(campaigns))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(8)
	for i, c := range campaigns {
		if len(campaigns) > 1 && d.results.View(p.visit.Who, c).Compared() {
			v.Choices = append(v.Choices, option{string(c.ID), c.Name, i == 0})
		}
		g.Go(func() error {
			whole, err := d.results.Whole(ctx, p.visit.Who, c)
			row := viewRow(l, c.Name, "/results/"+string(c.ID), whole)
			row.Count = answersCount(l, whole)
			v.Rows[i] = resultRow{row, l.T("results.state." + string(c.State)), l.Date(c.Launched.In(p.Zone))}
			return err
		})
	}
	return v, g.Wait()
}

// launched lists an audience's campaigns that have begun to send, the latest first.
func (d *Desk) launched(ctx context.Context, a survey.Audience, most int) ([]survey.Campaign, error) {
	all, err := d.mailing.Newest(ctx, a, 4*most)
	var some []survey.Campaign
	for _, c := range all {
		if c.State != survey.Draft && c.State != survey.Scheduled && !c.Launched.IsZero() && len(some) < most {
			some = append(some, c)
		}
	}
	return some, err
}

// resultTab is one way to look at a campaign.
type resultTab struct {
	Href, Label string
	Here        bool
}

func resultTabs(f *frame, opened *insight.Reading, here string) []resultTab {
	c := opened.Campaign()
	l, base := f.lang, "/results/"+string(c.ID)
	tabs := []resultTab{{base, l.T("results.tab_whole"), here == ""}}
	if opened.View().Segments() {
		for _, kind := range append([]string{survey.KindTeam, survey.KindOwner, survey.KindLanguage}, opened.Dimensions()...) {
			tabs = append(tabs, resultTab{base + "/by/" + kindName(c, kind), kindLabel(l, kind), here == kind})
		}
	}
	if f.Can(authz.ReadAnswers) && opened.View().Answers() {
		tabs = append(tabs, resultTab{base + "/answers", l.T("results.tab_answers"), here == "answers"})
	}
	return tabs
}

// kindLabel is what a breakdown is called: an attribute as the list's column is.
func kindLabel(l lang.Language, kind string) string {
	if h := survey.Heading(kind); h != "" {
		return h
	}
	return l.T("results.by." + kind)
}

type resultPage struct {
	frame
	Campaign       string
	Audience       string
	State          string
	Tabs           []resultTab
	Is             npsView
	Hidden         string // why there is nothing to see
	Open           bool   // answers may still come
	Words          string // how many left words
	WordsHref      string
	Histogram      chart.SVG
	Scores         []scoreRow
	Weeks          chart.SVG // drawn where there is more than one
	WeekRows       []rowView
	Days           chart.SVG
	DayRows        []rowView
	Unverified     string
	UnverifiedHref string
	Others         []option // campaigns to compare with
	ID             string
	Answers        string // where they are; "" for those who may not see them
}

type scoreRow struct{ Score, Class, Count, Share, Href string }

// resultPage is one campaign as a whole.
func (d *Desk) resultPage(w http.ResponseWriter, r *http.Request) error {
	opened, err := d.openCampaign(r)
	if err != nil {
		return err
	}
	c, view := opened.Campaign(), opened.View()
	var report *insight.Report
	var others []survey.Campaign
	g, ctx := errgroup.WithContext(r.Context())
	g.Go(func() (err error) { report, err = opened.Report(ctx); return err })
	g.Go(func() (err error) { others, err = d.launched(ctx, c.Audience, 20); return err })
	if err := g.Wait(); err != nil {
		return err
	}
	p := &resultPage{frame: d.frame(r, c.Name), Campaign: c.Name, ID: string(c.ID), Open: c.Accepts(d.now())}
	l := p.lang
	p.Title = c.Name
	p.Audience, p.State = l.T("results.audience."+string(c.Audience)), l.T("results.state."+string(c.State))
	p.Tabs = resultTabs(&p.frame, opened, "")
	if p.Can(authz.ReadAnswers) && view.Answers() {
		p.Answers = "/results/" + string(c.ID) + "/answers"
	}
	p.Hidden = withheldText(l, report.Whole().Withheld())
	p.Is = viewNPS(l, report.Whole(), p.Answers)
	p.fill(report)
	for _, o := range others {
		if o.ID != c.ID && view.Compared() {
			p.Others = append(p.Others, option{Value: string(o.ID), Label: o.Name})
		}
	}
	return d.show(w, r, http.StatusOK, p)
}

// maxTimes is how many days a chart shows, the last ones; the table behind it shows as many.
const maxTimes = 60

// fill puts the figures into words; the times, and what is unverified, lead to the answers for who may see all of them.
func (p *resultPage) fill(report *insight.Report) {
	l, t, all := p.lang, report.Whole().Tally(), !report.Narrow()
	if t.Comments > 0 {
		p.Words = l.T("results.words", lang.Values{"Count": t.Comments})
		if p.Answers != "" {
			p.WordsHref = p.Answers + "?words=1"
		}
	}
	if t.Unverified > 0 {
		p.Unverified = l.T("results.unverified", lang.Values{"Count": t.Unverified})
		if p.Answers != "" && all {
			p.UnverifiedHref = p.Answers + "?unverified=1"
		}
	}
	if t.Answers() == 0 {
		return
	}
	p.Histogram = histogram(l, t)
	for s := 10; s >= 0; s-- {
		row := scoreRow{Score: strconv.Itoa(s), Class: string(nps.Score(s).Group()), Count: l.Number(t.Scores[s]),
			Share: percent(l, 100*float64(t.Scores[s])/float64(t.Answers()))}
		if p.Answers != "" && t.Scores[s] > 0 {
			row.Href = p.Answers + "?score=" + row.Score
		}
		p.Scores = append(p.Scores, row)
	}
	href := func(name, value string) string {
		if p.Answers == "" || !all {
			return ""
		}
		return p.Answers + "?" + name + "=" + value
	}
	weeks, days := answered(report.Weeks()), answered(report.Days())
	if len(weeks) > 1 {
		p.Weeks = trend(l, l.T("results.weeks"), weeks, weekLabel(l))
	}
	for _, week := range weeks {
		p.WeekRows = append(p.WeekRows, viewRow(l, weekText(l, week.Value()), href("week", week.Value()), week.Disclosed))
	}
	if len(days) > 0 {
		p.Days = trend(l, l.T("results.days"), days, dayLabel(l))
	}
	for _, day := range days {
		p.DayRows = append(p.DayRows, viewRow(l, dayLabel(l)(day.Value()), href("day", day.Value()), day.Disclosed))
	}
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

// withheldText says why figures are not shown; "" where they are.
func withheldText(l lang.Language, why insight.Withheld) string {
	if why == "" {
		return ""
	}
	return l.T("results.withheld."+string(why), lang.Values{"Least": insight.LeastFigures})
}
