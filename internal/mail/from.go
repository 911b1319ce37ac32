package mail

import (
	"strings"

	"onetap/internal/survey"
)

// From is whom a campaign's letters come from, as a header has it: the campaign's own sender; else the deployment's
// address under the name of the company, which the respondents know and the deployment's name need not be. deployment is
// an address with or without a name.
//
// A sender that cannot be read, which is only one stored before they were checked, is returned as it is: nothing is sent
// with it, and the campaign says so.
func From(c survey.Campaign, deployment string) string {
	text := c.Sender
	if text == "" {
		text = deployment
	}
	s, err := survey.ReadSender(text)
	if err != nil {
		return text
	}
	if c.Sender == "" {
		// Companies stored before their names were checked may hold anything: what is no name is left out.
		name := strings.TrimSpace(strings.NewReplacer("<", "", ">", "").Replace(line(c.Company)))
		if name != "" && survey.CheckName(name, "company") == nil {
			s.Name = name
		}
	}
	return s.Fitting().Header()
}
