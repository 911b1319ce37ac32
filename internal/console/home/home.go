package home

import (
	"context"
	"net/http"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"onetap/internal/authz"
	"onetap/internal/calendar"
	"onetap/internal/console/shell"
	"onetap/internal/lang"
	"onetap/internal/names"
	"onetap/internal/survey"
	"onetap/internal/wording"
)

// homePage is the first page; the role decides which of its parts are there.
type homePage struct {
	shell.Frame
	Hello     string
	Mine      string // whose the figures are; "": everybody's
	Scores    []audienceCard
	Cases     casesCard
	Inbox     string // how many ideas, questions and leads wait; "": none
	CasesLead bool   // the cases come before the figures
	Campaigns []campaignCard
	NewOne    bool // may make a campaign
	Empty     string
	First     []firstList // what to do first, until it is done
	Calendar  string      // that the moved days of the calendar end soon; for who can fill them in
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
	p.NewOne, p.CasesLead = p.Can(authz.WriteCampaign), !p.All()
	g, ctx := errgroup.WithContext(r.Context())
	g.Go(func() error {
		latest, err := d.recent(ctx, p.Visit.Who)
		if err == nil {
			p.Scores, err = d.audienceCards(ctx, &p.Frame, latest)
		}
		return err
	})
	if p.Can(authz.ReadCases) {
		g.Go(func() (err error) { p.Cases, err = d.homeCases(ctx, &p.Frame); return err })
	}
	if p.Can(authz.WorkInbox) {
		g.Go(func() error {
			n, _, err := d.Inbox.Waiting(ctx, p.Visit.Who)
			if n > 0 {
				p.Inbox = l.T("home.inbox", lang.Values{"Count": n})
			}
			return err
		})
	}
	if role == survey.RoleMarketing || role == survey.RoleAnalyst || role == survey.RoleAdministrator {
		g.Go(func() (err error) { p.Campaigns, err = d.campaignCards(ctx, &p.Frame); return err })
	}
	g.Go(func() (err error) { p.First, err = d.firstLists(ctx, &p.Frame); return err })
	g.Go(func() (err error) { p.Calendar, err = d.calendarEnds(ctx, &p.Frame); return err })
	if err := g.Wait(); err != nil {
		return err
	}
	if len(p.Scores) > 0 {
		p.Mine = shell.MineText(&p.Frame)
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
	Some     bool // anything waits
	Title    string
	Open     string // how many
	Overdue  string
	Late     bool
	DueToday string           // how many are to be seen to today; "": none
	Broke    string           // how many promises are overdue; "": none
	Owed     string           // how many are due within days; "": none
	Owing    []shell.CaseCard // whose they are, of an owner
	Note     string           // how the numbers are to be read
	Cards    []shell.CaseCard
	None     string // what it says when nothing is open
}

// casesAtHome is how many cases the home page shows.
const casesAtHome = 8

// calendarEnds says that the calendar's moved days end within a month, to who can fill in the next ones.
func (d *Pages) calendarEnds(ctx context.Context, f *shell.Frame) (string, error) {
	if !f.Can(authz.WriteSettings) {
		return "", nil
	}
	s, err := d.Store.Schedule(ctx)
	if err != nil || s.IsZero() || !s.Work.Ends(d.Now()) {
		return "", err
	}
	when := f.Lang.T("deadlines.never")
	if until := s.Work.Until; until != (calendar.Date{}) {
		when = f.Lang.Date(until.At(0, time.UTC))
	}
	return f.Lang.T("deadlines.ends", lang.Values{"When": when}), nil
}
