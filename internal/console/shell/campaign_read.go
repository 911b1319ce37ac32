package shell

import (
	"context"
	"net/http"

	"onetap/internal/door"
	"onetap/internal/insight"
	"onetap/internal/survey"
)

// Campaign reads the campaign that a request's path names.
func (d *Shell) Campaign(r *http.Request) (survey.Campaign, error) {
	return d.Mailing.Campaign(r.Context(), r.PathValue("campaign"))
}

// OpenCampaign opens the campaign of a path for whoever asks.
func (d *Shell) OpenCampaign(r *http.Request) (*insight.Reading, error) {
	c, err := d.Campaign(r)
	if err != nil {
		return nil, err
	}
	return d.Results.Open(r.Context(), door.VisitOf(r).Who, c)
}

// Launched lists an audience's campaigns that have begun to send, the latest first.
func (d *Shell) Launched(ctx context.Context, a survey.Audience, most int) ([]survey.Campaign, error) {
	all, err := d.Mailing.Newest(ctx, a, 4*most)
	var some []survey.Campaign
	for _, c := range all {
		if c.State != survey.Draft && c.State != survey.Scheduled && !c.Launched.IsZero() && len(some) < most {
			some = append(some, c)
		}
	}
	return some, err
}
