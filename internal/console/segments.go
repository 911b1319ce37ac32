package console

import (
	"net/http"

	"onetap/internal/insight"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// openCampaign opens the campaign of a path for whoever asks.
func (d *Desk) openCampaign(r *http.Request) (*insight.Reading, error) {
	c, err := d.campaign(r)
	if err != nil {
		return nil, err
	}
	return d.results.Open(r.Context(), visitOf(r).Who, c)
}

// campaignSeen is a campaign as the API shows it to this caller.
func (d *Desk) campaignSeen(r *http.Request, c survey.Campaign) (survey.Campaign, error) {
	c, err := d.results.Seen(r.Context(), visitOf(r).Who, c)
	c.Dimensions = insight.Named(c)
	return c, err
}

// answerCampaign answers with a campaign.
func (d *Desk) answerCampaign(w http.ResponseWriter, r *http.Request, c survey.Campaign) error {
	c, err := d.campaignSeen(r, c)
	if err != nil {
		return err
	}
	web.JSON(w, http.StatusOK, c)
	return nil
}
