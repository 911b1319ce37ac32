package api

import (
	"net/http"

	"onetap/internal/door"
	"onetap/internal/insight"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// asked reads the campaign that a path names.
func (d *API) asked(r *http.Request) (survey.Campaign, error) {
	return d.Mailing.Campaign(r.Context(), r.PathValue("campaign"))
}

// opened opens the campaign that a path names for whoever asks.
func (d *API) opened(r *http.Request) (*insight.Reading, error) {
	c, err := d.asked(r)
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
