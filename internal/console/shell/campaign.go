package shell

import (
	"context"
	"net/http"

	"onetap/internal/door"
	"onetap/internal/insight"
	"onetap/internal/survey"
)

// Campaign reads the campaign that a request's path names. Problems: campaign_unknown.
func (d *Shell) Campaign(r *http.Request) (survey.Campaign, error) {
	return d.Mailing.Campaign(r.Context(), r.PathValue("campaign"))
}

// OpenCampaign opens the results of the campaign that a request's path names for who asks. Problems: campaign_unknown, and
// those of insight.Results.Open.
func (d *Shell) OpenCampaign(r *http.Request) (*insight.Reading, error) {
	c, err := d.Campaign(r)
	if err != nil {
		return nil, err
	}
	return d.Results.Open(r.Context(), door.VisitOf(r).Who, c)
}

// Launched lists an audience's campaigns that have begun to send, the latest first and at most maxListed of them. It looks for them
// among the 4*maxListed newest ones.
func (d *Shell) Launched(ctx context.Context, a survey.Audience, maxListed int) ([]survey.Campaign, error) {
	all, err := d.Mailing.Newest(ctx, a, 4*maxListed)
	var some []survey.Campaign
	for _, c := range all {
		if c.State != survey.Draft && c.State != survey.Scheduled && !c.Launched.IsZero() && len(some) < maxListed {
			some = append(some, c)
		}
	}
	return some, err
}

// Readable is a sender as a mail program shows it: in a header, letters other than a to z stand encoded.
func Readable(from string) string {
	s, err := survey.ReadSender(from)
	if err != nil {
		return from
	}
	return s.String()
}
