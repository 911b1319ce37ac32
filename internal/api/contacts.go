package api

import (
	"net/http"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/contacts"
	"onetap/internal/door"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// listAsJSON is a list with what is said of it beside it.
type listAsJSON struct {
	List   string            `json:"list"`   // the text of a CSV
	Owners map[string]string `json:"owners"` // who is meant by a name that several of the staff have: id by name
}

// readList reads a list, as it is or in JSON.
func (d *API) readList(r *http.Request) (list []byte, owners map[string]string, err error) {
	if door.MediaType(r) != "application/json" {
		list, err = d.OneList(r)
		return list, nil, err
	}
	var in listAsJSON
	if err := web.Decode(r, &in, 2*door.MaxList); err != nil {
		return nil, nil, err
	}
	if len(in.List) > door.MaxList {
		return nil, nil, apperr.New(apperr.TooLarge, "body_too_large", "", "Limit", door.MaxList)
	}
	return []byte(in.List), in.Owners, nil
}

// postContacts takes a whole customer list of at most 5 MB.
func (d *API) postContacts(w http.ResponseWriter, r *http.Request) error {
	if err := door.KnownParameters(r, "audience", "encoding", "sheet", "confirm_losses", "look"); err != nil {
		return err
	}
	a, err := door.Audience(r.URL.Query().Get("audience"))
	if err != nil {
		return err
	}
	encoding, err := door.EncodingOf(r)
	if err != nil {
		return err
	}
	body, owners, err := d.readList(r)
	if err != nil {
		return err
	}
	said := contacts.Corrections{Encoding: encoding, Owners: owners, Sent: contacts.SentBy(door.VisitOf(r).Who, "")}
	if said.Confirmed, err = door.YesOrNo(r, "confirm_losses"); err != nil {
		return err
	}
	look, err := door.YesOrNo(r, "look")
	if err != nil {
		return err
	}
	take := d.Lists.TakeAtOnce
	if look {
		take = d.Lists.LookAt
	}
	out, err := take(r.Context(), a, said, body)
	if err != nil {
		return err
	}
	web.JSON(w, http.StatusOK, door.ViewOutcome(web.Language(r), out))
	return nil
}

// contactView is a contact as the API shows it.
type contactView struct {
	ID       survey.ContactID         `json:"id"`
	Audience survey.Audience          `json:"audience"`
	Email    string                   `json:"email"`
	Name     string                   `json:"name"`
	Phone    string                   `json:"phone"`
	Owner    string                   `json:"owner"`                   // staff id; "" when nobody or unknown
	OwnerRaw string                   `json:"owner_unknown,omitempty"` // what the list said, where that is nobody of the staff
	Team     string                   `json:"team"`
	Location string                   `json:"location"`
	Product  string                   `json:"product"`
	Tier     string                   `json:"tier"`
	Language string                   `json:"language"`
	Value    string                   `json:"value"`
	Attrs    map[string]string        `json:"attributes"`
	Created  time.Time                `json:"created"`
	Updated  time.Time                `json:"updated"`
	Stopped  survey.SuppressionReason `json:"stopped"` // why nobody writes to it; "" when one may
	Cause    survey.SuppressionCause  `json:"stopped_cause,omitempty"`
	Customer string                   `json:"customer_id,omitempty"`
	Consent  string                   `json:"consent,omitempty"`
	Zone     string                   `json:"zone,omitempty"` // time zone
	Company  string                   `json:"company,omitempty"`
	Code     string                   `json:"company_id,omitempty"`
	Parent   string                   `json:"parent_company,omitempty"`
	Role     survey.AccountRole       `json:"company_role,omitempty"`
	Account  survey.AccountID         `json:"account,omitempty"` // contacts with the same are one account
}

// showContact answers one contact that the asker may see, and whether anybody may write to it.
func (d *API) showContact(w http.ResponseWriter, r *http.Request) error {
	if err := door.KnownParameters(r); err != nil {
		return err
	}
	c, stopped, err := d.Lists.Contact(r.Context(), door.VisitOf(r).Who, survey.Audience(r.PathValue("audience")), survey.ContactID(r.PathValue("contact")))
	if err != nil {
		return err
	}
	web.JSON(w, http.StatusOK, viewContact(c, stopped))
	return nil
}

func viewContact(c survey.Contact, stopped survey.Suppression) contactView {
	v := contactView{
		c.ID, c.Audience, c.Person.Email, c.Person.Name, c.Person.Phone, c.Owner, c.OwnerRaw, c.Team, c.Location, c.Product,
		c.Tier, c.Language, c.Value, c.Attrs, c.Created, c.Updated, stopped.Reason, stopped.Cause, c.Person.Customer, c.Person.Consent, c.Zone,
		c.Company.Name, c.Company.Code, c.Company.Parent, c.Company.Role, c.Account,
	}
	if v.Attrs == nil {
		v.Attrs = map[string]string{}
	}
	return v
}

// countContacts counts the contacts of an audience that fit a filter, a page at a time: the caller adds the pages up.
func (d *API) countContacts(w http.ResponseWriter, r *http.Request) error {
	if err := door.KnownParameters(r, "team", "owner", "location", "product", "tier", "language", "after"); err != nil {
		return err
	}
	a, err := door.AudienceInPath(r)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	from, err := survey.ParseCursor(q.Get("after"))
	if err != nil {
		return err
	}
	owners, err := d.StaffAmong(r.Context(), q["owner"])
	if err != nil {
		return err
	}
	f := survey.Filter{Teams: q["team"], Owners: owners, Locations: q["location"], Products: q["product"], Tiers: q["tier"], Languages: q["language"]}
	n, next, err := d.Lists.Count(r.Context(), a, f, from)
	if err != nil {
		return err
	}
	web.JSON(w, http.StatusOK, struct {
		Contacts int                              `json:"contacts"`
		Fit      int                              `json:"fit"`
		Stopped  map[survey.SuppressionReason]int `json:"stopped"`
		Next     *string                          `json:"next"`
	}{n.Contacts, n.Fit, n.Stopped, door.CursorText(next)})
	return nil
}

// stopAddress stops an address by hand. The address is in the body: a path is in other people's logs.
func (d *API) stopAddress(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Email  string                   `json:"email"`
		Reason survey.SuppressionReason `json:"reason"`
	}
	if err := web.Decode(r, &in, door.MaxJSON); err != nil {
		return err
	}
	email, err := survey.EmailOf(in.Email, "email")
	if err != nil {
		return err
	}
	ids, err := d.Lists.Stop(r.Context(), email, in.Reason)
	if err != nil {
		return err
	}
	web.JSON(w, http.StatusOK, map[string]any{"reason": in.Reason, "contacts": ids})
	return nil
}
