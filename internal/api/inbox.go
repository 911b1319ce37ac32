package api

import (
	"net/http"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/door"
	"onetap/internal/followup"
	"onetap/internal/loop"
	"onetap/internal/nps"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// itemsListed is how many items an answer has.
const itemsListed = 200

// itemView is an item of the inbox.
type itemView struct {
	ID          string            `json:"id"`
	Kind        loop.ItemKind     `json:"kind"`
	State       loop.ItemState    `json:"state"`
	Campaign    survey.CampaignID `json:"campaign"`
	Contact     survey.ContactID  `json:"contact,omitempty"` // "": a newcomer, or the token may not know who gave an answer
	Recommended bool              `json:"recommended"`       // a newcomer left it by a promoter's link
	Comment     string            `json:"comment,omitempty"`
	Wish        string            `json:"wish,omitempty"`
	Name        string            `json:"name,omitempty"` // of a newcomer
	Reach       string            `json:"reach,omitempty"`
	Arrived     time.Time         `json:"arrived"`
	MarkedBy    string            `json:"marked_by,omitempty"`
	Ended       *time.Time        `json:"ended"`
	EndedBy     string            `json:"ended_by,omitempty"`
	Customer    string            `json:"customer,omitempty"` // of a lead: "yes" or "no"
}

// listInbox lists what waits, or with state=over what is over.
func (d *API) listInbox(w http.ResponseWriter, r *http.Request) error {
	if err := door.KnownParameters(r, "state"); err != nil {
		return err
	}
	state := r.URL.Query().Get("state")
	if state != "" && state != "waiting" && state != "over" {
		return apperr.New(apperr.Invalid, "parameter_choice", "state", "Known", "waiting, over")
	}
	who := door.VisitOf(r).Who
	all, more, err := d.Inbox.List(r.Context(), who, state != "over")
	if err != nil {
		return err
	}
	if len(all) > itemsListed {
		all, more = all[:itemsListed], true
	}
	if err := d.Inbox.Fill(r.Context(), who, all); err != nil {
		return err
	}
	views := make([]itemView, len(all))
	for n, e := range all {
		views[n] = viewItem(e, who)
	}
	web.JSON(w, http.StatusOK, map[string]any{"items": views, "more": more})
	return nil
}

func viewItem(e followup.Entry, who authz.Who) itemView {
	v := itemView{
		ID: e.ID(), Kind: e.Kind, State: e.State, Campaign: e.Campaign, Recommended: e.Recommended, Comment: e.Why, Wish: e.Wish, Arrived: e.At, MarkedBy: e.By, EndedBy: e.EndedBy, Customer: e.Item.Customer,
	}
	switch {
	case e.Recommended:
		v.Name, v.Reach, v.Comment = e.Said.Name, e.Said.Reach, e.Said.Words
	case who.Can(authz.ReadPeople):
		v.Contact = e.Contact
	}
	if !e.Ended.IsZero() {
		v.Ended = &e.Ended
	}
	return v
}

// countedShare is how many of how many, with the 95 % interval of the share in percent.
type countedShare struct {
	Count    int64         `json:"count"`
	Of       *int64        `json:"of"`
	Percent  *float64      `json:"percent"`
	Interval *nps.Interval `json:"interval"`
}

func viewCounted(s nps.Share) countedShare {
	v := countedShare{Count: s.Did}
	if s.Of > 0 {
		percent, ok := s.Percent()
		v.Of, v.Percent = &s.Of, door.Rounded(percent, ok)
		if i, ok := s.Interval(); ok {
			v.Interval = &nps.Interval{Low: *door.Rounded(i.Low, true), High: *door.Rounded(i.High, true)}
		}
	}
	return v
}

// campaignRecommendations answers what came of the links that a campaign's promoters have handed on.
func (d *API) campaignRecommendations(w http.ResponseWriter, r *http.Request) error {
	if err := door.KnownParameters(r); err != nil {
		return err
	}
	c, err := d.Mailing.Campaign(r.Context(), r.PathValue("campaign"))
	if err != nil {
		return err
	}
	found, err := d.Results.Recommendations(r.Context(), door.VisitOf(r).Who, c)
	if err != nil {
		return err
	}
	type line struct {
		Contact   survey.ContactID `json:"contact"`
		Taken     time.Time        `json:"taken"`
		GoneOn    int              `json:"gone_on"`
		Leads     int              `json:"leads"`
		Customers int              `json:"customers"`
	}
	lines := make([]line, len(found.Lines))
	for i, one := range found.Lines {
		lines[i] = line{one.Contact.ID, one.Taken, one.Opened, one.Leads, one.Customers}
	}
	web.JSON(w, http.StatusOK, map[string]any{
		"taken": viewCounted(found.Taken), "opened": viewCounted(found.Opened), "gone_on": found.Times, "leads": found.Leads, "customers": viewCounted(found.Customers), "links": lines,
	})
	return nil
}
