package api

import (
	"net/http"
	"slices"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/door"
	"onetap/internal/insight"
	"onetap/internal/mailing"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// createCampaign stores a draft.
func (d *API) createCampaign(w http.ResponseWriter, r *http.Request) error {
	var in mailing.Change
	if err := web.Decode(r, &in, door.MaxJSON); err != nil {
		return err
	}
	c, err := d.Mailing.Make(r.Context(), web.Language(r), in)
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/api/v1/campaigns/"+string(c.ID))
	web.JSON(w, http.StatusCreated, c)
	return nil
}

// listCampaigns lists one audience's campaigns, or everybody's, newest first.
func (d *API) listCampaigns(w http.ResponseWriter, r *http.Request) error {
	if err := door.KnownParameters(r, "audience", "limit"); err != nil {
		return err
	}
	limit, err := door.WholeNumber(r, "limit", 50, 500)
	if err != nil {
		return err
	}
	audiences := survey.Audiences
	if r.URL.Query().Has("audience") {
		a, err := door.Audience(r.URL.Query().Get("audience"))
		if err != nil {
			return err
		}
		audiences = []survey.Audience{a}
	}
	all := []campaignLine{}
	for _, a := range audiences {
		cs, err := d.Mailing.Newest(r.Context(), a, limit)
		if err != nil {
			return err
		}
		for _, c := range cs {
			all = append(all, campaignLine{c.ID, c.Name, c.Audience, c.State, c.Language, c.StartsAt, c.ClosesAt, c.RemindAt, c.Created, c.Launched, c.Opened, c.Archived, c.Stopped, c.Version})
		}
	}
	slices.SortStableFunc(all, func(a, b campaignLine) int { return b.Created.Compare(a.Created) })
	web.JSON(w, http.StatusOK, map[string]any{"campaigns": all[:min(len(all), limit)]})
	return nil
}

// campaignLine is a campaign in a list: 500 of them with their words would not fit an answer.
type campaignLine struct {
	ID       survey.CampaignID    `json:"id"`
	Name     string               `json:"name"`
	Audience survey.Audience      `json:"audience"`
	State    survey.CampaignState `json:"state"`
	Language string               `json:"language"`
	StartsAt time.Time            `json:"starts_at,omitzero"`
	ClosesAt time.Time            `json:"closes_at,omitzero"`
	RemindAt time.Time            `json:"remind_at,omitzero"`
	Created  time.Time            `json:"created"`
	Launched time.Time            `json:"launched,omitzero"`
	Opened   time.Time            `json:"opened,omitzero"`
	Archived time.Time            `json:"archived,omitzero"`
	Stopped  string               `json:"stopped,omitempty"`
	Version  int                  `json:"version"`
}

// campaignView is a campaign with what became of its mailings; a mailing that has not begun has no ledger.
type campaignView struct {
	survey.Campaign
	Ledger   *survey.Ledger      `json:"ledger"`
	Reminder *survey.Ledger      `json:"reminder"`
	Second   *survey.Ledger      `json:"second_reminder"`
	Became   []mailing.Reminding `json:"reminders"`
}

// showCampaign answers one campaign with its ledgers.
func (d *API) showCampaign(w http.ResponseWriter, r *http.Request) error {
	if err := door.KnownParameters(r); err != nil {
		return err
	}
	c, err := d.campaign(r)
	if err != nil {
		return err
	}
	ledgers, err := d.Mailing.Ledgers(r.Context(), c)
	if err != nil {
		return err
	}
	became := d.Mailing.Reminders(c, ledgers, -1)
	if c, err = d.campaignSeen(r, c); err != nil {
		return err
	}
	web.JSON(w, http.StatusOK, campaignView{c, ledgers.Invitation, ledgers.Reminder, ledgers.Second, became})
	return nil
}

// editCampaign changes a campaign if it still has the version that the caller saw.
func (d *API) editCampaign(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		mailing.Change
		Version *int `json:"version"`
	}
	if err := web.Decode(r, &in, door.MaxJSON); err != nil {
		return err
	}
	if in.Version == nil {
		return apperr.New(apperr.Invalid, "version_missing", "version")
	}
	c, err := d.campaign(r)
	if err != nil {
		return err
	}
	if c, err = d.Mailing.Edit(r.Context(), c, in.Version, in.Change); err != nil {
		return err
	}
	return d.answerCampaign(w, r, c)
}

// campaign reads the campaign that a path names. Problems: campaign_unknown.
func (d *API) campaign(r *http.Request) (survey.Campaign, error) {
	return d.Mailing.Campaign(r.Context(), r.PathValue("campaign"))
}

// openCampaign opens the results of the campaign that a path names, for who asks.
func (d *API) openCampaign(r *http.Request) (*insight.Reading, error) {
	c, err := d.campaign(r)
	if err != nil {
		return nil, err
	}
	return d.Results.Open(r.Context(), door.VisitOf(r).Who, c)
}

// campaignSeen is a campaign as the API shows it to this caller.
func (d *API) campaignSeen(r *http.Request, c survey.Campaign) (survey.Campaign, error) {
	c, err := d.Results.Seen(r.Context(), door.VisitOf(r).Who, c)
	c.Dimensions = insight.Named(c)
	return c, err
}

// answerCampaign answers with a campaign.
func (d *API) answerCampaign(w http.ResponseWriter, r *http.Request, c survey.Campaign) error {
	c, err := d.campaignSeen(r, c)
	if err != nil {
		return err
	}
	web.JSON(w, http.StatusOK, c)
	return nil
}
