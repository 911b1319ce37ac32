package followup

import (
	"strings"

	"onetap/internal/lang"
	"onetap/internal/loop"
	"onetap/internal/mail"
	"onetap/internal/nps"
)

// Kinds of letters, as their tag says it.
const (
	kindAlert  = "alert"
	kindFollow = "follow_up" // the same again with words that came later
)

// letter writes the letter of what is known.
func (r *Round) letter(f facts) (mail.Message, error) {
	d := mail.AlertData{
		From: r.From, To: f.To.Staff.Email, Reason: reasons[f.To.Level], Language: f.To.Staff.Language,
		Person: f.Contact.Person, Audience: f.Case.Audience, Campaign: f.Campaign.Name, Score: f.Response.Score, Was: f.Case.Was,
		Why: f.Response.Why, Wish: f.Response.Wish, Value: f.Contact.Value, Tier: f.Contact.Tier, Product: f.Contact.Product,
		Location: f.Contact.Location, Team: f.Contact.Team, Answered: f.Case.Opened, Deadline: f.Case.Deadline,
		Tags: map[string]string{"kind": kindAlert, "campaign": string(f.Case.Campaign), "case": f.Case.ID()},
	}
	if r.Site != "" {
		d.CaseURL = strings.TrimSuffix(r.Site, "/") + "/cases/" + f.Case.ID()
	}
	if d.Language == "" {
		d.Language = f.Campaign.Language
	}
	if f.Gone {
		l, ok := lang.Parse(d.Language)
		if !ok {
			l = lang.Default
		}
		d.Person.Name = l.T("loop.contact_gone")
	}
	switch moved := f.Response.Score != f.Case.Score; {
	case f.Response.Group() != nps.Detractor:
		d.Score, d.Risen = f.Case.Score, true
	case moved && d.Was == nil:
		d.Was = &f.Case.Score // it moved since the case was opened
	}
	if f.Case.FollowUp() {
		d.Tags["kind"], d.Again = kindFollow, true
	}
	for _, p := range f.Past {
		d.Past = append(d.Past, mail.Past{Campaign: p.Campaign, Score: p.Response.Score, At: p.Response.Counted})
	}
	return mail.Alert(d)
}

var reasons = map[loop.Level]mail.AlertReason{
	loop.LevelOwner: mail.ReasonOwner, loop.LevelManager: mail.ReasonManager, loop.LevelAdministrator: mail.ReasonAdministrator,
	loop.LevelHanded: mail.ReasonHanded,
}
