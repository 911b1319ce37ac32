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
	kindAlert    = "alert"
	kindFollow   = "follow_up" // the same again with words that came later
	kindTogether = "alerts"    // several of them
)

// letter writes the letter of what is known.
func (r *Round) letter(f facts) (mail.Message, error) {
	d, err := r.alert(f)
	if err != nil {
		return mail.Message{}, err
	}
	d.Tags = map[string]string{"kind": kindAlert, "campaign": string(f.Case.Campaign), "case": f.Case.ID()}
	if d.Again {
		d.Tags["kind"] = kindFollow
	}
	return mail.Alert(d)
}

// lettersOf writes one letter of what is known about several cases, all of one reader.
func (r *Round) lettersOf(all []facts) (mail.Message, error) {
	first := all[0]
	d := mail.AlertsData{From: r.From, To: first.To.Staff.Email, Language: languageOf(first)}
	if r.Site != "" {
		d.BoardURL = strings.TrimSuffix(r.Site, "/") + "/cases"
	}
	cases := make([]loop.Case, len(all))
	for i, f := range all {
		a, err := r.alert(f)
		if err != nil {
			return mail.Message{}, err
		}
		a.Language = d.Language
		d.Zone, d.Alerts, cases[i] = a.Zone, append(d.Alerts, a), f.Case
	}
	d.Tags = tagsOf(cases)
	return mail.Alerts(d)
}

// alert is what a letter says of a case.
func (r *Round) alert(f facts) (mail.AlertData, error) {
	set, err := r.settings()
	if err != nil {
		return mail.AlertData{}, err
	}
	d := mail.AlertData{
		From: r.From, To: f.To.Staff.Email, Reason: reasons[f.To.Level], Language: languageOf(f), Zone: set.Location(),
		Person: f.Contact.Person, Account: f.Contact.AccountName(), Audience: f.Case.Audience, Campaign: f.Campaign.Name, Score: f.Response.Score, Was: f.Case.Was,
		Why: f.Response.Why, Wish: f.Response.Wish, Value: f.Contact.Value, Tier: f.Contact.Tier, Product: f.Contact.Product,
		Location: f.Contact.Location, Team: f.Contact.Team, Answered: f.Case.Opened, Deadline: f.Case.Deadline, Working: r.working(),
		Again: f.Case.FollowUp(), Reopened: f.Case.ByHand, Spoken: f.Case.Spoken() && f.Case.Alert.Reopens.IsZero(),
	}
	if r.Site != "" {
		d.CaseURL = strings.TrimSuffix(r.Site, "/") + "/cases/" + f.Case.ID()
		if r.Acts != nil && f.To.Staff.ID != "" {
			d.ActURL = strings.TrimSuffix(r.Site, "/") + "/act/" + r.Acts.Make(f.Case.Campaign, f.Case.Contact, f.To.Staff.ID, r.Now())
		}
	}
	if f.Gone {
		l, ok := lang.Parse(d.Language)
		if !ok {
			l = lang.Default
		}
		d.Person.Name = l.T("loop.contact_gone")
	}
	switch moved := f.Response.Score != f.Case.Score; {
	case !f.Case.Holds(f.Response):
		d.Score, d.Risen = f.Case.Score, true
	case moved && d.Was == nil && f.Case.Score != loop.NoScore:
		d.Was = &f.Case.Score // it moved since the case was opened
	}
	d.Kind, d.Silent = kindOf(d.Score), f.Case.Waves
	for _, p := range f.Past {
		d.Past = append(d.Past, mail.Past{Campaign: p.Campaign, Score: p.Response.Score, At: p.Response.Counted})
	}
	return d, nil
}

// kindOf is of what kind a letter about a score is.
func kindOf(score int) mail.AlertKind {
	switch {
	case score == loop.NoScore:
		return mail.OfSilent
	case nps.Score(score).Group() == nps.Passive:
		return mail.OfPassive
	}
	return mail.OfDetractor
}

// languageOf is the reader's, else the campaign's.
func languageOf(f facts) string {
	if f.To.Staff.Language != "" {
		return f.To.Staff.Language
	}
	return f.Campaign.Language
}

var reasons = map[loop.Level]mail.AlertReason{
	loop.LevelOwner: mail.ReasonOwner, loop.LevelManager: mail.ReasonManager, loop.LevelAdministrator: mail.ReasonAdministrator,
	loop.LevelHanded: mail.ReasonHanded,
}

// working reports whether the company's deadlines are counted in working time.
func (r *Round) working() bool {
	s, err := r.schedule()
	return err == nil && !s.Work.IsZero()
}
