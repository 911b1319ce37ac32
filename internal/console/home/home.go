package home

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"onetap/internal/authz"
	"onetap/internal/chart"
	"onetap/internal/console/shell"
	"onetap/internal/insight"
	"onetap/internal/lang"
	"onetap/internal/names"
	"onetap/internal/nps"
	"onetap/internal/survey"
	"onetap/internal/wording"
)

// homeWeeks is how far back the trend goes: a quarter.
const homeWeeks = 13

// homePage is the first page; the role decides which of its parts are there.
type homePage struct {
	shell.Frame
	Hello     string
	Scores    []scoreCard // an audience each
	Cases     casesCard
	Campaigns []campaignCard
	NewOne    bool // may make a campaign
	Empty     string
	First     []firstList // what to do first, until it is done
}

// scoreCard is an audience's NPS over the last weeks.
type scoreCard struct {
	Audience, ID string
	Week         shell.NpsView // this week
	Month        shell.NpsView // the last four weeks
	Trend        chart.SVG
	Rows         []shell.RowView
	Change       shell.DifferenceView // the last four weeks against the four before
	Latest       string               // the latest campaign's name
	LatestHref   string
	Rate         shell.NpsView     // of the latest campaign
	sum          insight.Disclosed // of all weeks
}

// greeting greets a colleague as letters greet: by name and patronymic or first name, by none where it is in doubt.
func greeting(l lang.Language, whole string) string {
	hello := l.T("home.hello", lang.Values{"Name": "{name}"})
	if name := names.Greeting(string(l), names.Name{Whole: whole}); name != "" {
		return strings.ReplaceAll(hello, "{name}", name)
	}
	return wording.Nameless(hello)
}

// home is the first page of who has signed in: figures, cases or campaigns, as the role needs them.
func (d *Pages) home(w http.ResponseWriter, r *http.Request) error {
	p := &homePage{Frame: shell.NewFrame(r, "home.title")}
	l, role := p.Lang, p.Staff.Role
	p.Hello = greeting(l, p.Who)
	p.NewOne = p.Can(authz.WriteCampaign)
	latest, err := d.recent(r.Context(), p.Visit.Who)
	if err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(r.Context())
	if role != survey.RoleOwner && role != survey.RoleMarketing {
		g.Go(func() (err error) { p.Scores, err = d.scoreCards(ctx, p.Visit.Who, l, latest); return err })
	}
	if p.Can(authz.ReadCases) {
		g.Go(func() (err error) { p.Cases, err = d.homeCases(ctx, &p.Frame, latest); return err })
	}
	if role == survey.RoleMarketing || role == survey.RoleAnalyst || role == survey.RoleAdministrator {
		g.Go(func() (err error) { p.Campaigns, err = d.campaignCards(ctx, &p.Frame); return err })
	}
	g.Go(func() (err error) { p.First, err = d.firstLists(ctx, &p.Frame); return err })
	if err := g.Wait(); err != nil {
		return err
	}
	if len(p.Scores) > 0 {
		if err := d.Steps.Saw(r.Context(), p.Visit.Who); err != nil {
			return err
		}
	}
	if len(p.First) == 0 && len(p.Scores) == 0 && len(p.Campaigns) == 0 && !p.Cases.Some {
		p.Empty = l.T("home.empty." + emptyFor(role))
	}
	return shell.Show(w, r, http.StatusOK, p)
}

// emptyFor is whose words an empty home page has.
func emptyFor(role survey.Role) string {
	switch {
	case authz.Can(role, authz.WriteCampaign):
		return "start"
	case role == survey.RoleOwner || role == survey.RoleManager:
		return "cases"
	}
	return "results"
}

// recent is a campaign of which letters were sent, with its figures.
type recent struct {
	survey.Campaign
	whole insight.Disclosed
}

// homeCampaigns is how many campaigns of an audience the home page looks at.
const homeCampaigns = 3

// recent lists the last campaigns of each audience of which letters were sent, the latest first, in the order of the audiences.
func (d *Pages) recent(ctx context.Context, who authz.Who) ([][]recent, error) {
	found := make([][]recent, len(survey.Audiences))
	g, ctx := errgroup.WithContext(ctx)
	for i, a := range survey.Audiences {
		g.Go(func() error {
			cs, err := d.Launched(ctx, a, homeCampaigns)
			for _, c := range cs {
				whole, err := d.Results.Whole(ctx, who, c)
				if err != nil {
					return err
				}
				if whole.Tally().Sent > 0 {
					found[i] = append(found[i], recent{c, whole})
				}
			}
			return err
		})
	}
	err := g.Wait()
	return slices.DeleteFunc(found, func(of []recent) bool { return len(of) == 0 }), err
}

// scoreCards are the audiences of which there is an answer in the last weeks.
func (d *Pages) scoreCards(ctx context.Context, who authz.Who, l lang.Language, latest [][]recent) ([]scoreCard, error) {
	latest = slices.DeleteFunc(slices.Clone(latest), func(of []recent) bool { return !insight.Weeks(of[0].Audience, who) })
	cards := make([]scoreCard, len(latest))
	g, ctx := errgroup.WithContext(ctx)
	for i, of := range latest {
		g.Go(func() (err error) { cards[i], err = d.scoreCard(ctx, who, l, of[0]); return err })
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(cards, func(c scoreCard) bool { return c.sum.Tally().Answers() == 0 }), nil
}

func (d *Pages) scoreCard(ctx context.Context, who authz.Who, l lang.Language, c recent) (scoreCard, error) {
	a := c.Audience
	card := scoreCard{Audience: l.T("results.audience." + string(a)), ID: "audience-" + string(a)}
	weeks, err := d.Results.Trend(ctx, who, a, homeWeeks)
	if err != nil {
		return card, err
	}
	before, month := insight.Sum(weeks[homeWeeks-8:homeWeeks-4]...), insight.Sum(weeks[homeWeeks-4:]...)
	for _, w := range weeks {
		if w.Tally().Answers() > 0 {
			card.Rows = append(card.Rows, shell.ViewRow(l, shell.WeekText(l, w.Value()), "", w.Disclosed))
		}
	}
	if card.sum = insight.Sum(weeks...); card.sum.Tally().Answers() == 0 {
		return card, nil
	}
	card.Trend = shell.Trend(l, l.T("home.trend", lang.Values{"Audience": card.Audience}), weeks, shell.WeekLabel(l))
	card.Week, card.Month = shell.ViewNPS(l, weeks[homeWeeks-1].Disclosed, ""), shell.ViewNPS(l, month, "")
	if c, ok := nps.Compare(before.Tally(), month.Tally()); ok {
		card.Change = shell.ViewDifference(l, &c)
	}
	card.Latest, card.LatestHref, card.Rate = c.Name, "/results/"+string(c.ID), shell.ViewNPS(l, c.whole, "")
	return card, nil
}

// campaignCard is a campaign with what to do next about it.
type campaignCard struct {
	Name, Audience, State, Class, When string
	Next, Href                         string
}

// campaignsAtHome is how many campaigns of each audience the home page shows.
const campaignsAtHome = 4

func (d *Pages) campaignCards(ctx context.Context, f *shell.Frame) ([]campaignCard, error) {
	found := make([][]survey.Campaign, len(survey.Audiences))
	g, ctx := errgroup.WithContext(ctx)
	for i, a := range survey.Audiences {
		g.Go(func() (err error) { found[i], err = d.Mailing.Newest(ctx, a, campaignsAtHome); return err })
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	var cards []campaignCard
	for _, some := range found {
		for _, c := range some {
			if card, ok := campaignCardOf(f, c); ok {
				cards = append(cards, card)
			}
		}
	}
	return cards, nil
}

func campaignCardOf(f *shell.Frame, c survey.Campaign) (campaignCard, bool) {
	l := f.Lang
	card := campaignCard{
		Name: c.Name, Audience: l.T("results.audience." + string(c.Audience)), State: l.T("results.state." + string(c.State)),
		Next: l.T("home.next." + string(c.State)), Href: "/campaigns/" + string(c.ID),
	}
	when := func(id string, t time.Time) {
		if !t.IsZero() {
			card.When = l.T(id, lang.Values{"Moment": l.Moment(t.In(f.Zone))})
		}
	}
	switch c.State {
	case survey.Draft:
		when("home.made", c.Created)
	case survey.Scheduled:
		when("home.starts", c.StartsAt)
	case survey.Open:
		when("home.closes", c.ClosesAt)
	case survey.Paused:
		card.Class = "warn"
	default:
		when("home.launched", c.Launched)
	}
	if c.State == survey.Sending || c.State == survey.Open {
		card.Class = "good"
	}
	if c.State == survey.Open || c.State == survey.Closed || !f.Can(authz.WriteCampaign) {
		card.Href = "/results/" + string(c.ID)
		if c.Launched.IsZero() { // who may only read has nothing to do about a draft
			return card, false
		}
		card.Next = l.T("home.next.open")
	}
	return card, true
}

// casesCard is what waits to be followed up.
type casesCard struct {
	Some    bool // anything waits
	Title   string
	Open    string // how many
	Overdue string
	Late    bool
	Note    string // how the numbers are to be read
	Cards   []shell.CaseCard
	None    string // what it says when nothing is open
}

// casesAtHome is how many cases the home page shows.
const casesAtHome = 8
