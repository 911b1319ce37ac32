package campaigns

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"onetap/internal/authz"
	"onetap/internal/console/shell"
	"onetap/internal/door"
	"onetap/internal/insight"
	"onetap/internal/lang"
	"onetap/internal/mailing"
	"onetap/internal/store"
	"onetap/internal/survey"
)

const (
	// rowsAPage is how many campaigns a page lists: each that was launched costs a read of its figures.
	rowsAPage = 20
	// listLookedAt is how many campaigns a page looks at for those of one state.
	listLookedAt = 400
)

// archived stands among the states to filter by: campaigns that were put away, which are in no other list.
const archived = "archived"

type campaignsPage struct {
	shell.Frame
	Audiences, States []shell.Option
	Rows              []campaignRow
	Some              bool   // anything is listed
	Filtered          bool   // by audience or state
	Next              string // "": no more
	MayWrite          bool
	Mine              string // whose the figures are; "": the whole campaigns'
}

type campaignRow struct {
	ID, Href, Name, Audience, State, Badge, When, Sent, Answers, NPS, NPSHint string
	New                                                                       string // the id of a copy, so that a form sent twice makes one
	MayCopy                                                                   bool
}

func (d *Pages) campaignsPage(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	audiences := survey.Audiences
	if a := survey.Audience(q.Get("audience")); a.Valid() {
		audiences = []survey.Audience{a}
	}
	state := survey.CampaignState(q.Get("state"))
	if state != archived && !slices.Contains(survey.CampaignStates, state) {
		state = ""
	}
	p := &campaignsPage{Frame: shell.NewFrame(r, "campaign.list_title")}
	p.Wide = true
	p.MayWrite, p.Mine = p.Can(authz.WriteCampaign), shell.MineText(&p.Frame)
	p.Filtered = len(audiences) == 1 || state != ""
	p.Audiences = audienceChoices(p.Lang, survey.Audience(q.Get("audience")))
	for _, s := range survey.CampaignStates {
		p.States = append(p.States, shell.Option{Value: string(s), Label: p.Lang.T("campaign.state_" + string(s)), On: s == state})
	}
	p.States = append(p.States, shell.Option{Value: archived, Label: p.Lang.T("campaign.archived"), On: state == archived})
	listed, next, err := d.listedCampaigns(r.Context(), audiences, state, q.Get("before"))
	if err != nil {
		return err
	}
	if p.Rows, err = d.campaignRows(r.Context(), &p.Frame, listed); err != nil {
		return err
	}
	for i := range p.Rows {
		p.Rows[i].MayCopy = p.MayWrite
	}
	p.Some = len(p.Rows) > 0
	if next != "" {
		p.Next = "/campaigns?" + url.Values{"audience": {q.Get("audience")}, "state": {string(state)}, "before": {next}}.Encode()
	}
	return shell.Show(w, r, http.StatusOK, p)
}

// listedCampaigns reads a page of campaigns, the newest first, and the place of the next.
func (d *Pages) listedCampaigns(ctx context.Context, audiences []survey.Audience, state survey.CampaignState, before string) (found []survey.Campaign, next string, err error) {
	if before == "" {
		before = "~"
	}
	for looked := 0; looked < listLookedAt; {
		var all []survey.Campaign
		for _, a := range audiences {
			cs, err := d.Store.CampaignsBefore(ctx, a, before, rowsAPage+1)
			if err != nil {
				return nil, "", err
			}
			for _, c := range cs {
				all = append(all, c.At(d.Now()))
			}
		}
		slices.SortFunc(all, func(a, b survey.Campaign) int { return strings.Compare(store.CampaignPlace(b), store.CampaignPlace(a)) })
		more := len(all) > rowsAPage
		all = all[:min(len(all), rowsAPage)]
		for i, c := range all {
			if c.Archived.IsZero() == (state != archived) && (state == "" || state == archived || c.State == state) {
				found = append(found, c)
			}
			if len(found) == rowsAPage && (more || i < len(all)-1) {
				return found, store.CampaignPlace(c), nil
			}
		}
		if !more {
			return found, "", nil
		}
		looked += len(all)
		before = store.CampaignPlace(all[len(all)-1])
	}
	return found, before, nil
}

func (d *Pages) campaignRows(ctx context.Context, f *shell.Frame, cs []survey.Campaign) ([]campaignRow, error) {
	l, owns := f.Lang, make([]insight.Own, len(cs))
	reach, err := d.Results.Reach(ctx, f.Visit.Who)
	if err != nil {
		return nil, err
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(8)
	for i, c := range cs {
		if c.Launched.IsZero() {
			continue
		}
		g.Go(func() (err error) {
			owns[i], err = d.Results.Own(ctx, f.Visit.Who, reach, c)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	rows := make([]campaignRow, len(cs))
	for i, c := range cs {
		row := campaignRow{
			ID: string(c.ID), Href: "/campaigns/" + string(c.ID), Name: c.Name, Audience: audienceName(l, c.Audience),
			State: l.T("campaign.state_" + string(c.State)), Badge: badge(c), When: campaignWhen(l, f.Zone, c), New: string(mailing.NewID()),
		}
		if w := owns[i].Disclosed; !c.Launched.IsZero() {
			row.Sent, row.Answers = l.Number(w.Tally().Sent), shell.AnswersCount(l, w)
			row.NPS, row.NPSHint = npsWords(l, w)
		}
		rows[i] = row
	}
	return rows, nil
}

// npsWords is the score with its interval; empty where there is none to show.
func npsWords(l lang.Language, d insight.Disclosed) (value, hint string) {
	t := d.Tally()
	v, ok := t.NPS()
	if !ok {
		return "", ""
	}
	i, ok := t.Interval()
	if !ok {
		return shell.Signed(l, v, 0), ""
	}
	return shell.NpsText(l, v, i)
}

// campaignWhen says the time that matters in a campaign's state.
func campaignWhen(l lang.Language, zone *time.Location, c survey.Campaign) string {
	date := func(id string, t time.Time) string { return l.T(id, lang.Values{"Date": l.Date(t.In(zone))}) }
	switch {
	case c.State == survey.Draft:
		return date("campaign.when_created", c.Created)
	case c.State == survey.Scheduled:
		return l.T("campaign.when_starts", lang.Values{"Moment": l.Moment(c.StartsAt.In(zone))})
	case c.State == survey.Closed && !c.ClosesAt.IsZero():
		return date("campaign.when_closed", c.ClosesAt)
	case c.State == survey.Cancelled || c.ClosesAt.IsZero():
		return date("campaign.when_launched", later(c.Launched, c.Created))
	}
	return l.T("campaign.when_launched_closes", lang.Values{"Launched": l.Date(c.Launched.In(zone)), "Closes": l.Date(c.ClosesAt.In(zone))})
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// badge is the class of a state's badge.
func badge(c survey.Campaign) string {
	switch c.State {
	case survey.Sending, survey.Planning, survey.Open:
		return "good"
	case survey.Paused, survey.Scheduled:
		return "warn"
	case survey.Cancelled:
		return "bad"
	}
	return ""
}

func audienceName(l lang.Language, a survey.Audience) string {
	return l.T("campaign.audience_" + string(a))
}

func audienceChoices(l lang.Language, chosen survey.Audience) []shell.Option {
	var all []shell.Option
	for _, a := range survey.Audiences {
		all = append(all, shell.Option{Value: string(a), Label: audienceName(l, a), On: a == chosen})
	}
	return all
}

// copyCampaign makes a draft of an old campaign: its words and its people, without its dates.
func (d *Pages) copyCampaign(w http.ResponseWriter, r *http.Request) error {
	c, err := d.Campaign(r)
	if err != nil {
		return err
	}
	name := door.VisitOf(r).Lang.T("campaign.copy_name", lang.Values{"Name": c.Name})
	fresh, err := d.Mailing.Copy(r.Context(), c, survey.CampaignID(r.FormValue("new")), name)
	if err != nil {
		return err
	}
	return shell.Done(w, r, "/campaigns/"+string(fresh.ID)+"/edit", "campaign_copied")
}
