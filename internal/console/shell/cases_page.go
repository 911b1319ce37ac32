package shell

import (
	"onetap/internal/survey"
)

type CaseFact struct{ Name, Text, Link string }

// CaseFacts are what is known of the person, with links that call and write.
func CaseFacts(f Frame, c survey.Contact) []CaseFact {
	var all []CaseFact
	for _, v := range []struct{ id, text, link string }{
		{"phone", c.Person.Phone, telephoneLink(c.Person.Phone)}, {"email", c.Person.Email, mailLink(c.Person.Email)},
		{"value", c.Value, ""}, {"tier", c.Tier, ""}, {"product", c.Product, ""}, {"location", c.Location, ""}, {"team", c.Team, ""},
	} {
		if v.text != "" {
			all = append(all, CaseFact{f.Lang.T("case.fact." + v.id), v.text, v.link})
		}
	}
	return all
}
