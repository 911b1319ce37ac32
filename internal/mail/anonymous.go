package mail

import (
	"strings"

	"onetap/internal/apperr"
	"onetap/internal/ballot"
	"onetap/internal/lang"
	"onetap/internal/survey"
	"onetap/internal/tmpl"
	"onetap/internal/wording"
)

// writtenOn is where the variable of a day comes to stand, which SES fills in.
const writtenOn = "\uE000"

// anonymous says in a letter to an anonymous audience how nobody is known, and in a reminder where the ballot is: in the letter
// before, for there is no other, and nobody knows who has used theirs.
func (d *surveyData) anonymous(c survey.Campaign, l lang.Language, mailing int) error {
	d.Open = l.T("mail.ballot")
	if c.Promises() {
		d.Anonymous, d.How = l.T("mail.anonymous", lang.Values{"Least": ballot.Least}), l.T("mail.anonymous_how")
		if c.Site != "" {
			d.HowURL = c.Site + "/anonymity?lang=" + string(l)
		}
	}
	if mailing == survey.MailingInvitation {
		return nil
	}
	d.Promise = ""
	subject := line(wording.WithoutName(c, l).Subject)
	if strings.Contains(subject, "{{") {
		return apperr.New(apperr.Invalid, "wording_braces", "company")
	}
	find := l.T("mail.find_ballot", lang.Values{"Day": writtenOn, "Subject": strings.ReplaceAll(subject, writtenOn, "")})
	d.Find = text{
		Plain: strings.ReplaceAll(find, writtenOn, "{{written}}"),
		HTML:  tmpl.Safe(strings.ReplaceAll(htmlText(find), writtenOn, "{{written}}")),
	}
	return nil
}
