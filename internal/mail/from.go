package mail

import (
	"net/mail"

	"onetap/internal/survey"
)

// From is whom a campaign's letters come from: the campaign's own sender as it is; else the deployment's address under
// the name of the company, which the respondents know and the deployment's name need not be. deployment is an address
// with or without a name.
func From(c survey.Campaign, deployment string) string {
	if c.Sender != "" {
		return c.Sender
	}
	a, err := mail.ParseAddress(deployment)
	if err != nil || c.Company == "" {
		return deployment
	}
	a.Name = line(c.Company)
	return a.String()
}
