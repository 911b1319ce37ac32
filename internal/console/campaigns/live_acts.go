package campaigns

import (
	"net/http"
	"path"
	"strconv"

	"onetap/internal/apperr"
	"onetap/internal/console/shell"
	"onetap/internal/door"
	"onetap/internal/lang"
	"onetap/internal/mailing"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// postAct does what a button of a running campaign says. What cannot be undone the page has asked before.
func (d *Pages) postAct(act mailing.Act) door.Operation {
	return func(w http.ResponseWriter, r *http.Request) error {
		_, err := act(r.Context(), r.PathValue("campaign"), nil)
		return d.acted(w, r, err)
	}
}

// postDelete deletes a draft; the page has asked before.
func (d *Pages) postDelete(w http.ResponseWriter, r *http.Request) error {
	if err := d.Mailing.Delete(r.Context(), r.PathValue("campaign"), nil); err != nil {
		return err
	}
	return shell.Done(w, r, "/campaigns", "campaign_delete")
}

func (d *Pages) postResend(w http.ResponseWriter, r *http.Request) error {
	return d.acted(w, r, d.resendFrom(r))
}

// acted shows what a button has done, or on the same page why not.
func (d *Pages) acted(w http.ResponseWriter, r *http.Request, err error) error {
	if err == nil {
		return shell.Done(w, r, "/campaigns/"+r.PathValue("campaign"), "campaign_"+path.Base(r.URL.Path))
	}
	p := apperr.As(err)
	if p == nil || p.Kind == apperr.Unknown {
		return err
	}
	c, readErr := d.Campaign(r)
	if readErr != nil {
		return readErr
	}
	v := door.VisitOf(r)
	return d.showLive(w, r, web.Status(err), c, problemIn(v.Lang, v.Zone, p))
}

// resendFrom writes again to those who are uncertain, if the person says that it was understood what that means.
func (d *Pages) resendFrom(r *http.Request) error {
	if r.FormValue("understood") == "" {
		return apperr.New(apperr.Invalid, "resend_tick", "understood")
	}
	number, err := strconv.Atoi(r.FormValue("wave"))
	if err != nil {
		number = survey.MailingInvitation
	}
	c, err := d.Campaign(r)
	if err != nil {
		return err
	}
	_, _, err = d.Mailing.Resend(r.Context(), c, number, true)
	return err
}

// uncertainShown is how many of those who are uncertain a page names.
const uncertainShown = 50

// uncertainView is one of whom nobody knows whether the letter went out. Name and address are for who may see them.
type uncertainView struct{ ID, Href, Name, Email, When, Letter string }

func (d *Pages) showUncertain(r *http.Request, p *livePage, c survey.Campaign, v mailing.Ledgers) error {
	p.UncertainHere = v.Uncertain() > 0
	p.ResendMailing = strconv.Itoa(survey.MailingInvitation)
	for number, ledger := range []*survey.Ledger{v.Invitation, v.Reminder, v.Second} {
		if uncertain(ledger) > 0 {
			p.ResendMailing = strconv.Itoa(number)
			break
		}
	}
	people, err := d.Mailing.Uncertain(r.Context(), p.Visit.Who, c, v, uncertainShown)
	if err != nil {
		return err
	}
	for _, u := range people {
		view := uncertainView{ID: string(u.Contact), When: p.Lang.Moment(u.At.In(p.Zone)), Letter: p.Lang.T("campaign.wave_" + strconv.Itoa(u.Mailing))}
		if u.Person != nil {
			view.Name, view.Email = orDash(u.Person.Name), u.Person.Email
			view.Href = "/contacts/" + string(c.Audience) + "/" + string(u.Contact)
		}
		p.Uncertain = append(p.Uncertain, view)
	}
	if more := v.Uncertain() - len(p.Uncertain); more > 0 {
		p.UncertainMore = p.Lang.T("campaign.and_more", lang.Values{"Count": more})
	}
	return nil
}
