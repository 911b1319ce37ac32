package contacts

import (
	"cmp"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/console/shell"
	"onetap/internal/contacts"
	"onetap/internal/door"
	"onetap/internal/lang"
	"onetap/internal/org"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// ownersSuggested is how many owners a form suggests; any other can be typed.
const ownersSuggested = 200

type editPage struct {
	shell.Frame
	Action, Back, BackTo string
	Audience             string // of a new contact
	Audiences            []shell.Option
	New                  bool
	Was                  string // when the contact was last changed as the form began
	Fields               []editField
	Owners               []shell.Option // suggested
	Languages            []shell.Option
	Roles                []shell.Option // at the company; none: it is an employee, who has none
	Attributes           []editField
	Other                string // address of the contact that has the identifier
	Theirs               []shell.Fact
}

// editField is one line of the form.
type editField struct {
	Name, Label, Value, Type, Hint, Wrong, List string
	Heading                                     string // of an attribute
}

// newContact is the empty form.
func (d *Pages) newContact(w http.ResponseWriter, r *http.Request) error {
	a := survey.Audience(r.URL.Query().Get("audience"))
	if !a.Valid() {
		a = survey.Customers
	}
	return d.showEdit(w, r, http.StatusOK, survey.Contact{Audience: a}, contacts.Typed{}, nil)
}

func (d *Pages) addContact(w http.ResponseWriter, r *http.Request) error {
	a, err := door.Audience(r.FormValue("audience"))
	if err != nil {
		return err
	}
	given := typedContact(r)
	c, err := d.Lists.Add(r.Context(), a, given)
	if refusal := apperr.As(err); refusal != nil {
		return d.showEdit(w, r, web.Status(refusal), survey.Contact{Audience: a}, given, refusal)
	}
	if err != nil {
		return err
	}
	return shell.Done(w, r, contactHref(c), "contact_added")
}

// editContact is the form of one contact.
func (d *Pages) editContact(w http.ResponseWriter, r *http.Request) error {
	c, _, err := d.contactOf(r)
	if err != nil {
		return err
	}
	return d.showEdit(w, r, http.StatusOK, c, typedOf(c), nil)
}

// changeContact takes the form. Where somebody else has changed the contact since it was opened, both versions are shown.
func (d *Pages) changeContact(w http.ResponseWriter, r *http.Request) error {
	was, err := time.Parse(time.RFC3339Nano, r.FormValue("was"))
	if err != nil {
		was = time.Time{}
	}
	given := typedContact(r)
	c, err := d.Lists.Change(r.Context(), door.VisitOf(r).Who, survey.Audience(r.PathValue("audience")), survey.ContactID(r.PathValue("contact")), was, given)
	refusal := apperr.As(err)
	switch {
	case err == nil:
		return shell.Done(w, r, contactHref(c), "contact_changed")
	case refusal == nil, errors.Is(err, apperr.ErrChanged), refusal.Kind == apperr.Unknown, refusal.Kind == apperr.Forbidden:
		return err
	}
	return d.showEdit(w, r, web.Status(refusal), c, given, refusal)
}

// typedContact reads the form.
func typedContact(r *http.Request) contacts.Typed {
	typed := contacts.Typed{
		Email: r.FormValue("email"), Name: r.FormValue("name"), Phone: r.FormValue("phone"), Customer: r.FormValue("customer_id"), Consent: r.FormValue("consent"), Owner: r.FormValue("owner"),
		Team: r.FormValue("team"), Location: r.FormValue("location"), Product: r.FormValue("product"), Tier: r.FormValue("tier"),
		Language: r.FormValue("language"), Zone: r.FormValue("zone"), Value: r.FormValue("value"), Attrs: map[string]string{},
		Company: r.FormValue("company"), CompanyID: r.FormValue("company_id"), Parent: r.FormValue("parent_company"), Role: r.FormValue("company_role"),
	}
	for n := range contacts.MaxColumns {
		heading := r.FormValue("heading-" + strconv.Itoa(n))
		if heading == "" {
			break
		}
		typed.Attrs[heading] = r.FormValue("attribute-" + strconv.Itoa(n))
	}
	return typed
}

func typedOf(c survey.Contact) contacts.Typed {
	return contacts.Typed{
		Email: c.Person.Email, Name: c.Person.Name, Phone: c.Person.Phone, Customer: c.Person.Customer, Consent: c.Person.Consent, Owner: cmp.Or(c.Owner, c.OwnerRaw), Team: c.Team,
		Location: c.Location, Product: c.Product, Tier: c.Tier, Language: c.Language, Zone: c.Zone, Value: c.Value, Attrs: c.Attrs,
		Company: c.Company.Name, CompanyID: c.Company.Code, Parent: c.Company.Parent, Role: string(c.Company.Role),
	}
}

func (d *Pages) showEdit(w http.ResponseWriter, r *http.Request, status int, c survey.Contact, typed contacts.Typed, refusal *apperr.Error) error {
	staff, err := d.Store.Staff(r.Context())
	if err != nil {
		return err
	}
	p := &editPage{Frame: shell.NewFrame(r, "contact_edit.new"), New: c.ID == "", Audience: string(c.Audience)}
	p.Action, p.Back, p.BackTo = "/contacts/new", "/contacts?audience="+string(c.Audience), p.Lang.T("contacts.audience."+string(c.Audience))
	p.Audiences = audienceOptions(p.Lang, c.Audience)
	if !p.New {
		p.Title = p.Lang.T("contact_edit.title")
		p.Action, p.Back, p.BackTo = contactHref(c)+"/edit", contactHref(c), shell.ContactName(p.Lang, c)
		p.Was = c.Updated.Format(time.RFC3339Nano)
	}
	p.fields(typed, staff, c.Audience.Anonymous() && !p.New)
	for _, a := range attributesOf(survey.Contact{Attrs: typed.Attrs}) {
		n := strconv.Itoa(len(p.Attributes))
		p.Attributes = append(p.Attributes, editField{Name: "attribute-" + n, Label: a.Label, Value: a.Text, Heading: "heading-" + n})
	}
	if refusal != nil {
		p.refused(refusal, c, typed)
	}
	return shell.Show(w, r, status, p)
}

func (p *editPage) fields(typed contacts.Typed, staff []survey.Staff, alone bool) {
	names := shell.StaffNames(staff)
	directory := survey.NewDirectory(staff)
	owner := typed.Owner
	for _, m := range org.ByName(staff) {
		if len(p.Owners) < ownersSuggested {
			p.Owners = append(p.Owners, shell.Option{Value: org.NameOf(m), Label: m.Team})
		}
	}
	if name := shell.StaffName(names, owner); name != "" { // of two with one name the id stays
		if found, ok := directory.Find(name); ok && found.ID == owner {
			owner = name
		}
	}
	for _, f := range []editField{
		{Name: "name", Value: typed.Name},
		{Name: "email", Value: typed.Email, Type: "email", Hint: p.Lang.T("contact_edit.email_hint")},
		{Name: "phone", Value: typed.Phone, Type: "tel"},
		{Name: "customer_id", Value: typed.Customer, Hint: p.Lang.T("contact_edit.customer_hint")},
		{Name: "consent", Value: typed.Consent, Hint: p.Lang.T("law.consent_hint")},
		{Name: "owner", Value: owner, List: "owners", Hint: p.Lang.T("contact_edit.owner_hint")},
		{Name: "team", Value: typed.Team},
		{Name: "location", Value: typed.Location},
		{Name: "product", Value: typed.Product},
		{Name: "tier", Value: typed.Tier},
		{Name: "value", Value: typed.Value},
		{Name: "zone", Value: typed.Zone, Hint: p.Lang.T("contact_edit.zone_hint")},
		{Name: "company", Value: typed.Company, Hint: p.Lang.T("contact_edit.company_hint")},
		{Name: "company_id", Value: typed.CompanyID},
		{Name: "parent_company", Value: typed.Parent},
	} {
		if alone && strings.Contains(f.Name, "company") {
			continue
		}
		f.Label = p.Lang.T("upload.field." + f.Name)
		f.Type = cmp.Or(f.Type, "text")
		p.Fields = append(p.Fields, f)
	}
	if !alone {
		p.Roles = []shell.Option{{Label: p.Lang.T("contact_edit.role_unknown"), On: typed.Role == ""}}
		for _, role := range survey.AccountRoles {
			p.Roles = append(p.Roles, shell.Option{Value: string(role), Label: p.Lang.T("company_role." + string(role)), On: string(role) == typed.Role})
		}
	}
	p.Languages = []shell.Option{{Label: p.Lang.T("contact_edit.language_any"), On: typed.Language == ""}}
	for _, l := range survey.Languages() {
		p.Languages = append(p.Languages, shell.Option{Value: l, Label: lang.Language(l).T("format.language"), On: l == typed.Language})
	}
}

// refused puts a refusal beside its field; of an identifier that another contact has it names that contact, and of a contact that
// somebody changed meanwhile what it is now.
func (p *editPage) refused(refusal *apperr.Error, c survey.Contact, typed contacts.Typed) {
	p.Error = p.Lang.T("form.not_saved")
	if refusal.Code == "changed_meanwhile" {
		p.Error = p.Lang.T("form.stale")
		for _, f := range []struct{ id, theirs, yours string }{
			{"name", c.Person.Name, typed.Name},
			{"email", c.Person.Email, typed.Email},
			{"phone", c.Person.Phone, typed.Phone},
			{"customer_id", c.Person.Customer, typed.Customer},
			{"consent", c.Person.Consent, typed.Consent},
			{"owner", cmp.Or(c.Owner, c.OwnerRaw), typed.Owner},
			{"team", c.Team, typed.Team},
			{"location", c.Location, typed.Location},
			{"product", c.Product, typed.Product},
			{"tier", c.Tier, typed.Tier},
			{"value", c.Value, typed.Value},
			{"zone", c.Zone, typed.Zone},
			{"company", c.Company.Name, typed.Company},
			{"company_id", c.Company.Code, typed.CompanyID},
			{"parent_company", c.Company.Parent, typed.Parent},
			{"company_role", string(c.Company.Role), typed.Role},
		} {
			if f.theirs != f.yours {
				p.Theirs = append(p.Theirs, shell.Fact{Label: p.Lang.T("upload.field." + f.id), Text: cmp.Or(f.theirs, "—")})
			}
		}
		return
	}
	placed := false
	for i := range p.Fields {
		if p.Fields[i].Name == refusal.Where {
			p.Fields[i].Wrong, placed = p.Lang.Problem(refusal), true
		}
	}
	if !placed {
		p.Error = p.Lang.Problem(refusal)
	}
	if other, ok := refusal.With["Contact"].(string); ok {
		p.Other = contactHref(survey.Contact{Audience: c.Audience, ID: survey.ContactID(other)})
	}
}
