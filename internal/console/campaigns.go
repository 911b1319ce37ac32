package console

import (
	"net/http"
	"slices"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/mailing"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// createCampaign stores a draft.
func (d *Desk) createCampaign(w http.ResponseWriter, r *http.Request) error {
	var in mailing.Change
	if err := web.Decode(r, &in, maxJSON); err != nil {
		return err
	}
	c, err := d.mailing.Make(r.Context(), web.Language(r), in)
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/api/v1/campaigns/"+string(c.ID))
	web.JSON(w, http.StatusCreated, c)
	return nil
}

// listCampaigns lists one audience's campaigns, or everybody's, newest first.
func (d *Desk) listCampaigns(w http.ResponseWriter, r *http.Request) error {
	if err := parameters(r, "audience", "limit"); err != nil {
		return err
	}
	limit, err := whole(r, "limit", 50, 500)
	if err != nil {
		return err
	}
	audiences := survey.Audiences
	if r.URL.Query().Has("audience") {
		a, err := audience(r.URL.Query().Get("audience"))
		if err != nil {
			return err
		}
		audiences = []survey.Audience{a}
	}
	all := []campaignLine{}
	for _, a := range audiences {
		cs, err := d.mailing.Newest(r.Context(), a, limit)
		if err != nil {
			return err
		}
		for _, c := range cs {
			all = append(all, campaignLine{c.ID, c.Name, c.Audience, c.State, c.Language, c.StartsAt, c.ClosesAt, c.RemindAt, c.Created, c.Launched, c.Opened, c.Stopped, c.Version})
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
	Stopped  string               `json:"stopped,omitempty"`
	Version  int                  `json:"version"`
}

// campaignView is a campaign with what became of its mailings; a mailing that has not begun has no ledger.
type campaignView struct {
	survey.Campaign
	Ledger   *survey.Ledger `json:"ledger"`
	Reminder *survey.Ledger `json:"reminder"`
}

func (d *Desk) showCampaign(w http.ResponseWriter, r *http.Request) error {
	if err := parameters(r); err != nil {
		return err
	}
	c, err := d.campaign(r)
	if err != nil {
		return err
	}
	ledgers, err := d.mailing.Ledgers(r.Context(), c)
	if err != nil {
		return err
	}
	if c, err = d.campaignSeen(r, c); err != nil {
		return err
	}
	web.JSON(w, http.StatusOK, campaignView{c, ledgers.Invitation, ledgers.Reminder})
	return nil
}

// editCampaign changes a campaign if it still has the version that the caller saw.
func (d *Desk) editCampaign(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		mailing.Change
		Version *int `json:"version"`
	}
	if err := web.Decode(r, &in, maxJSON); err != nil {
		return err
	}
	if in.Version == nil {
		return apperr.New(apperr.Invalid, "version_missing", "version")
	}
	c, err := d.campaign(r)
	if err != nil {
		return err
	}
	if c, err = d.mailing.Edit(r.Context(), c, in.Version, in.Change); err != nil {
		return err
	}
	return d.answerCampaign(w, r, c)
}

// campaign reads the campaign that a request's path names.
func (d *Desk) campaign(r *http.Request) (survey.Campaign, error) {
	return d.mailing.Campaign(r.Context(), r.PathValue("campaign"))
}

func audience(name string) (survey.Audience, error) {
	a := survey.Audience(name)
	if !a.Valid() {
		return "", apperr.New(apperr.Invalid, "audience_unknown", "audience", "Known", survey.KnownAudiences())
	}
	return a, nil
}
