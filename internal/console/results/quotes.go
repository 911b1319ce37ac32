package results

import (
	"net/http"

	"onetap/internal/authz"
	"onetap/internal/console/shell"
	"onetap/internal/door"
	"onetap/internal/lang"
	"onetap/internal/survey"
)

type quotesPage struct {
	shell.Frame
	Campaign, ID string
	Tabs         []shell.Tab
	Quotes       []quoteLine
}

type quoteLine struct {
	Words, Who, Agreed string
	Withdraw           string // where it is taken back for them; "": the reader may not
}

// withdraw takes back a consent for who has asked staff for it. The way of asking stands in the route, so that the audit list says it.
func (d *Pages) withdraw(how survey.AskedHow) door.Operation {
	return func(w http.ResponseWriter, r *http.Request) error {
		c := survey.CampaignID(r.PathValue("campaign"))
		if err := d.Inbox.Withdraw(r.Context(), door.VisitOf(r).Who, c, survey.ContactID(r.PathValue("contact")), how); err != nil {
			return err
		}
		return shell.Done(w, r, "/results/"+string(c)+"/quotes", "quote_withdrawn")
	}
}

// quotesPage lists the comments that may be quoted, with the consent.
func (d *Pages) quotesPage(w http.ResponseWriter, r *http.Request) error {
	opened, err := d.OpenCampaign(r)
	if err != nil {
		return err
	}
	c := opened.Campaign()
	quotes, err := d.Results.Quotes(r.Context(), door.VisitOf(r).Who, c)
	if err != nil {
		return err
	}
	p := &quotesPage{Frame: shell.NewFrame(r, c.Name), Campaign: c.Name, ID: string(c.ID)}
	p.Title = c.Name + ": " + p.Lang.T("quotes.title")
	if p.Tabs, err = d.tabs(r.Context(), &p.Frame, opened, "quotes"); err != nil {
		return err
	}
	for _, q := range quotes {
		line := quoteLine{Words: q.Words, Who: p.Lang.T("quotes.unnamed")}
		if q.Contact.ID != "" {
			line.Who = shell.ContactName(p.Lang, q.Contact)
			if account := q.Contact.AccountName(); account != "" {
				line.Who += ", " + account
			}
		}
		if p.Can(authz.KeepConsents) {
			line.Withdraw = "/results/" + p.ID + "/quotes/" + string(q.Of)
		}
		line.Agreed = p.Lang.T("quotes.agreed", lang.Values{"When": p.Lang.Moment(q.Quote.At.In(p.Zone)), "Wording": q.Quote.Wording})
		p.Quotes = append(p.Quotes, line)
	}
	return shell.Show(w, r, http.StatusOK, p)
}
