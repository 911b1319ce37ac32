package contacts

import (
	"cmp"
	"net/http"
	"slices"
	"time"

	"onetap/internal/authz"
	"onetap/internal/console/shell"
	"onetap/internal/door"
	"onetap/internal/insight"
	"onetap/internal/lang"
	"onetap/internal/loop"
	"onetap/internal/survey"
)

// pastShown is how many campaigns of the audience, the latest, are looked through for a contact's history.
const pastShown = 50

type contactPage struct {
	shell.Frame
	Name, Audience, List string
	Facts                []shell.Fact
	Attributes           []shell.Fact
	Stopped, StoppedHelp string
	MayStop              bool
	Action               string
	Edit                 string // address of the form
	Rights               string // address of the page that exports and erases people; "": not this one's
	NoAddress            bool
	Damaged              bool // what is stored does not open
	History              []contactEvent
	WholeOnly            bool     // employees: no answers here
	Hidden               bool     // this role does not see who gave an answer
	Explain              []string // messages: what words of the history mean
}

type contactEvent struct {
	Campaign, Href, When, What string
	Score                      shell.ScoreView
	Answered, Unverified       bool
	Comment, Wish              string
	CaseHref, CaseState        string
	Letters                    []string
	at                         time.Time
}

// contactPage shows one contact and what campaigns know of it.
func (d *Pages) contactPage(w http.ResponseWriter, r *http.Request) error {
	c, stop, err := d.contactOf(r)
	if err != nil {
		return err
	}
	stopped := stop.Reason != ""
	staff, err := d.Store.Staff(r.Context())
	if err != nil {
		return err
	}
	p := &contactPage{Frame: shell.NewFrame(r, shell.ContactName(door.VisitOf(r).Lang, c)), Action: contactHref(c) + "/stop", List: "/contacts?audience=" + string(c.Audience)}
	p.Wide, p.Name, p.Audience = true, p.Title, p.Lang.T("contacts.audience."+string(c.Audience))
	p.facts(c, shell.StaffNames(staff))
	if c.Person.Consent != "" {
		text := c.Person.Consent
		if stop.Reason.Wish() {
			text = p.Lang.T("law.withdrawn", lang.Values{"Consent": text, "When": p.Lang.Date(stop.Since.In(p.Zone))})
		}
		p.Facts = append(p.Facts, shell.Fact{Label: p.Lang.T("upload.field.consent"), Text: text})
	}
	gone, err := d.Store.GoneSince(r.Context(), c.Audience, c.ID)
	if err != nil {
		return err
	}
	if !gone.IsZero() {
		p.Facts = append(p.Facts, shell.Fact{Label: p.Lang.T("retention.gone"), Text: p.Lang.T("retention.gone_since", lang.Values{"When": p.Lang.Date(gone.In(p.Zone))})})
	}
	if stopped {
		p.Stopped = p.Lang.T("contacts.stopped_since", lang.Values{"Why": p.Lang.T("contacts.stopped." + string(stop.Reason)), "When": p.Lang.Moment(stop.Since.In(p.Zone))})
		p.StoppedHelp = stoppedHelp(p.Lang, stop)
	}
	p.MayStop, p.NoAddress, p.Damaged = !stopped && p.Can(authz.WriteContacts), c.Person.Email == "", c.Unreadable
	if p.Can(authz.WriteContacts) {
		p.Edit = contactHref(c) + "/edit"
	}
	if p.Can(authz.PeoplesRights) {
		p.Rights = "/settings/people?audience=" + string(c.Audience) + "&contact=" + string(c.ID)
	}
	p.WholeOnly = c.Audience == survey.Employees
	p.Hidden = !insight.Persons(c.Audience, p.Visit.Who) && !p.WholeOnly
	campaigns, err := d.Mailing.Newest(r.Context(), c.Audience, pastShown)
	if err != nil {
		return err
	}
	ids := make([]survey.CampaignID, len(campaigns))
	for i, v := range campaigns {
		ids[i] = v.ID
	}
	past, err := d.Results.Past(r.Context(), p.Visit.Who, c, ids)
	if err != nil {
		return err
	}
	p.history(campaigns, past)
	return shell.Show(w, r, http.StatusOK, p)
}

// stoppedHelp says why nobody writes to a contact any more, and what one can do.
func stoppedHelp(l lang.Language, stop survey.Suppression) string {
	switch {
	case stop.Reason == survey.Bounced && stop.Cause == survey.CauseRepeated:
		return l.T("contacts.stopped_help.bounced_repeated")
	case stop.Reason == survey.Bounced && stop.Cause != "":
		return l.T("contacts.stopped_help.bounced_code", lang.Values{"Code": string(stop.Cause)})
	}
	return l.T("contacts.stopped_help." + string(stop.Reason))
}

func (p *contactPage) facts(c survey.Contact, names map[string]string) {
	p.Facts = shell.ContactFacts(p.Frame, c)
	add := func(id, text string) {
		if text != "" {
			p.Facts = append(p.Facts, shell.Fact{Label: p.Lang.T("contacts.fact." + id), Text: text})
		}
	}
	add("customer_id", c.Person.Customer)
	add("zone", c.Zone)
	owner := shell.StaffName(names, c.Owner)
	if c.Owner == "" && c.OwnerRaw != "" {
		owner = p.Lang.T("upload.owner_unknown", lang.Values{"Owner": c.OwnerRaw})
	} else if c.Owner == "" {
		owner = p.Lang.T("contacts.no_owner")
	}
	add("owner", owner)
	if c.Language != "" {
		add("language", lang.Language(c.Language).T("format.language"))
	}
	add("created", p.Lang.Moment(c.Created.In(p.Zone)))
	add("updated", p.Lang.Moment(c.Updated.In(p.Zone)))
	p.Attributes = attributesOf(c)
}

// attributesOf lists what a list says besides, by heading.
func attributesOf(c survey.Contact) []shell.Fact {
	var all []shell.Fact
	for heading, text := range c.Attrs {
		all = append(all, shell.Fact{Label: heading, Text: text})
	}
	slices.SortFunc(all, func(a, b shell.Fact) int { return cmp.Compare(a.Label, b.Label) })
	return all
}

// history puts together what each campaign knows, the latest first.
func (p *contactPage) history(campaigns []survey.Campaign, past insight.Past) {
	l := p.Lang
	events := map[survey.CampaignID]*contactEvent{}
	of := func(id survey.CampaignID, at time.Time) *contactEvent {
		e := events[id]
		if e == nil {
			e = &contactEvent{at: at}
			events[id] = e
		}
		if at.Before(e.at) {
			e.at = at
		}
		return e
	}
	slices.SortFunc(past.Invitations, func(a, b survey.Invitation) int { return a.Mailing - b.Mailing })
	for _, i := range past.Invitations {
		e := of(i.Campaign, i.At)
		if i.State == survey.InvitationUncertain {
			p.explain("help.uncertain")
		}
		e.Letters = append(e.Letters, shell.LetterText(l, i)+", "+l.Moment(i.At.In(p.Zone)))
	}
	for _, a := range past.Answers {
		r, _ := a.Response()
		e := of(r.Campaign, r.First)
		if !r.Verified {
			p.explain("results.unverified_why")
		}
		e.Answered, e.Unverified, e.Score, e.Comment, e.Wish = true, !r.Verified, shell.ScoreOf(l, a.Score()), a.Comment(), a.Wish()
		e.When = l.Moment(r.Updated.In(p.Zone))
	}
	for _, c := range past.Cases {
		e := of(c.Campaign, c.Opened)
		e.CaseState = l.T("case.state." + string(c.State))
		if p.mayOpen(c) {
			e.CaseHref = "/cases/" + c.ID()
		}
	}
	for _, c := range campaigns {
		if e := events[c.ID]; e != nil {
			e.Campaign = c.Name
			if p.Can(authz.ReadCampaigns) {
				e.Href = "/campaigns/" + string(c.ID)
			}
			p.History = append(p.History, *e)
		}
	}
	slices.SortStableFunc(p.History, func(a, b contactEvent) int { return b.at.Compare(a.at) })
}

// explain says once what a word of the history means.
func (p *contactPage) explain(message string) {
	if !slices.Contains(p.Explain, message) {
		p.Explain = append(p.Explain, message)
	}
}

// mayOpen leaves the exact answer to the case's page: a manager's reports are not looked up for a link.
func (p *contactPage) mayOpen(c loop.Case) bool {
	return p.Can(authz.ReadCases) && (p.Staff.Role == survey.RoleManager || p.Sees(c.Owner, c.Team, nil))
}

// stopContact stops an address by hand, in every audience; the page has asked before.
func (d *Pages) stopContact(w http.ResponseWriter, r *http.Request) error {
	c, _, err := d.contactOf(r)
	if err != nil {
		return err
	}
	if err := d.Lists.StopContact(r.Context(), c); err != nil {
		return err
	}
	return shell.Done(w, r, contactHref(c), "contact_stopped")
}

// contactOf reads the contact of a path, if this one may see it. Problems: contact_unknown, not_yours.
func (d *Pages) contactOf(r *http.Request) (survey.Contact, survey.Suppression, error) {
	return d.Lists.Contact(r.Context(), door.VisitOf(r).Who, survey.Audience(r.PathValue("audience")), survey.ContactID(r.PathValue("contact")))
}
