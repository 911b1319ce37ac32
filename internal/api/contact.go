package api

import (
	"net/http"
	"time"

	"onetap/internal/contacts"
	"onetap/internal/door"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// typedView is what a call says of one contact; what it does not name stays as it is.
type typedView struct {
	Email    *string           `json:"email"`
	Name     *string           `json:"name"`
	Phone    *string           `json:"phone"`
	Customer *string           `json:"customer_id"`
	Consent  *string           `json:"consent"`
	Owner    *string           `json:"owner"`
	Team     *string           `json:"team"`
	Location *string           `json:"location"`
	Product  *string           `json:"product"`
	Tier     *string           `json:"tier"`
	Language *string           `json:"language"`
	Zone     *string           `json:"zone"`
	Value    *string           `json:"value"`
	Company  *string           `json:"company"`
	Code     *string           `json:"company_id"`
	Parent   *string           `json:"parent_company"`
	Role     *string           `json:"company_role"`
	Attrs    map[string]string `json:"attributes"`
	Updated  *time.Time        `json:"updated"`
}

func (v typedView) over(c survey.Contact) contacts.Typed {
	typed := contacts.Typed{
		Email: c.Person.Email, Name: c.Person.Name, Phone: c.Person.Phone, Customer: c.Person.Customer, Consent: c.Person.Consent, Owner: c.Owner, Team: c.Team, Location: c.Location,
		Product: c.Product, Tier: c.Tier, Language: c.Language, Zone: c.Zone, Value: c.Value, Attrs: v.Attrs,
		Company: c.Company.Name, CompanyID: c.Company.Code, Parent: c.Company.Parent, Role: string(c.Company.Role),
	}
	if typed.Owner == "" {
		typed.Owner = c.OwnerRaw
	}
	for to, said := range map[*string]*string{
		&typed.Email: v.Email, &typed.Name: v.Name, &typed.Phone: v.Phone, &typed.Customer: v.Customer, &typed.Consent: v.Consent, &typed.Owner: v.Owner, &typed.Team: v.Team,
		&typed.Location: v.Location, &typed.Product: v.Product, &typed.Tier: v.Tier, &typed.Language: v.Language, &typed.Zone: v.Zone, &typed.Value: v.Value,
		&typed.Company: v.Company, &typed.CompanyID: v.Code, &typed.Parent: v.Parent, &typed.Role: v.Role,
	} {
		if said != nil {
			*to = *said
		}
	}
	return typed
}

// addContact adds one contact to an audience.
func (d *API) addContact(w http.ResponseWriter, r *http.Request) error {
	if err := door.KnownParameters(r); err != nil {
		return err
	}
	a, err := door.AudienceInPath(r)
	if err != nil {
		return err
	}
	var in typedView
	if err := web.Decode(r, &in, door.MaxJSON); err != nil {
		return err
	}
	c, err := d.Lists.Add(r.Context(), a, in.over(survey.Contact{}))
	if err != nil {
		return err
	}
	web.JSON(w, http.StatusCreated, viewContact(c, survey.Suppression{}))
	return nil
}

// changeContact changes what the call names of one contact: over the version that the caller has read, if it says which.
func (d *API) changeContact(w http.ResponseWriter, r *http.Request) error {
	if err := door.KnownParameters(r); err != nil {
		return err
	}
	var in typedView
	if err := web.Decode(r, &in, door.MaxJSON); err != nil {
		return err
	}
	who, a, id := door.VisitOf(r).Who, survey.Audience(r.PathValue("audience")), survey.ContactID(r.PathValue("contact"))
	c, _, err := d.Lists.Contact(r.Context(), who, a, id)
	if err != nil {
		return err
	}
	was := c.Updated
	if in.Updated != nil {
		was = *in.Updated
	}
	if _, err = d.Lists.Change(r.Context(), who, a, id, was, in.over(c)); err != nil {
		return err
	}
	c, stopped, err := d.Lists.Contact(r.Context(), who, a, id)
	if err != nil {
		return err
	}
	web.JSON(w, http.StatusOK, viewContact(c, stopped))
	return nil
}
