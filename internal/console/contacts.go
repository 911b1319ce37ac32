package console

import (
	"context"
	"net/http"
	"time"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/contacts"
	"onetap/internal/store"
	"onetap/internal/survey"
	"onetap/internal/web"
)

// postContacts takes a whole customer list of at most 5 MB.
func (d *Desk) postContacts(w http.ResponseWriter, r *http.Request) error {
	if err := parameters(r, "audience", "encoding"); err != nil {
		return err
	}
	a, err := audience(r.URL.Query().Get("audience"))
	if err != nil {
		return err
	}
	encoding, err := encodingOf(r)
	if err != nil {
		return err
	}
	body, err := list(r)
	if err != nil {
		return err
	}
	staff, err := d.store.Staff(r.Context())
	if err != nil {
		return err
	}
	u := &upload{Reader: *contacts.NewImport(a), staff: survey.NewDirectory(staff)}
	u.Reader.Told = encoding
	if u.Reader.Known, err = d.store.Dimensions(r.Context(), a); err != nil {
		return err
	}
	out, err := d.take(r.Context(), u, body, true)
	if outOfTime(err) {
		return &apperr.Error{Kind: apperr.Conflict, Code: "list_unfinished", Cause: err}
	}
	if err != nil {
		return err
	}
	web.JSON(w, http.StatusOK, out.tell(web.Language(r)))
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
}

func (d *Desk) showContact(w http.ResponseWriter, r *http.Request) error {
	if err := parameters(r); err != nil {
		return err
	}
	c, stopped, err := d.contactOf(r)
	if err != nil {
		return err
	}
	v := contactView{c.ID, c.Audience, c.Person.Email, c.Person.Name, c.Person.Phone, c.Owner, c.OwnerRaw, c.Team, c.Location, c.Product,
		c.Tier, c.Language, c.Value, c.Attrs, c.Created, c.Updated, stopped.Reason, stopped.Cause}
	if v.Attrs == nil {
		v.Attrs = map[string]string{}
	}
	web.JSON(w, http.StatusOK, v)
	return nil
}

// contactOf reads the contact of a path, if this one may see it. Problems: contact_unknown, not_yours.
func (d *Desk) contactOf(r *http.Request) (c survey.Contact, stopped store.Suppression, err error) {
	a, id := survey.Audience(r.PathValue("audience")), survey.ContactID(r.PathValue("contact"))
	if !a.Valid() || !validContact(id) {
		return c, stopped, apperr.New(apperr.Unknown, "contact_unknown", "contact")
	}
	if c, err = d.store.Contact(r.Context(), a, id); err != nil {
		return c, stopped, err
	}
	sees, err := d.seesContacts(r.Context(), visitOf(r))
	if err == nil && !sees(c) {
		err = apperr.New(apperr.Forbidden, "not_yours", "contact")
	}
	if err == nil {
		stopped, _, err = d.store.Suppression(r.Context(), a, id)
	}
	return c, stopped, err
}

// seesContacts returns what tells whether somebody may see a contact.
func (d *Desk) seesContacts(ctx context.Context, v visit) (func(survey.Contact) bool, error) {
	var reports []survey.Staff
	if v.Staff.Role == survey.RoleManager {
		staff, err := d.store.Staff(ctx)
		if err != nil {
			return nil, err
		}
		reports = authz.Reports(staff, v.Staff.ID)
	}
	return func(c survey.Contact) bool { return v.Sees(c.Owner, c.Team, reports) }, nil
}

func validContact(id survey.ContactID) bool {
	if len(id) != 16 {
		return false
	}
	for _, c := range id {
		if (c < 'a' || c > 'z') && (c < '2' || c > '7') {
			return false
		}
	}
	return true
}

// countPage is how many contacts one call counts.
const countPage = 5000

// countContacts counts the contacts of an audience that fit a filter, a page at a time: the caller adds the pages up.
func (d *Desk) countContacts(w http.ResponseWriter, r *http.Request) error {
	if err := parameters(r, "team", "owner", "location", "product", "tier", "language", "after"); err != nil {
		return err
	}
	a := survey.Audience(r.PathValue("audience"))
	if !a.Valid() {
		return apperr.New(apperr.Unknown, "audience_unknown", "audience", "Known", survey.KnownAudiences())
	}
	q := r.URL.Query()
	from, err := survey.ParseCursor(q.Get("after"))
	if err != nil {
		return err
	}
	owners, err := d.staffAmong(r.Context(), q["owner"])
	if err != nil {
		return err
	}
	f := survey.Filter{Teams: q["team"], Owners: owners, Locations: q["location"], Products: q["product"], Tiers: q["tier"], Languages: q["language"]}
	var out struct {
		Contacts int                              `json:"contacts"` // of the audience
		Fit      int                              `json:"fit"`      // of them, those that fit the filter
		Stopped  map[survey.SuppressionReason]int `json:"stopped"`  // of those that fit, to whom nobody writes
		Next     *string                          `json:"next"`
	}
	out.Stopped = map[survey.SuppressionReason]int{}
	next, err := d.store.ContactsPage(r.Context(), a, from, countPage, func(c survey.Contact, stopped survey.SuppressionReason) {
		out.Contacts++
		if !f.Match(c) {
			return
		}
		out.Fit++
		if stopped != "" {
			out.Stopped[stopped]++
		}
	})
	if err != nil {
		return err
	}
	out.Next = cursorText(next)
	web.JSON(w, http.StatusOK, out)
	return nil
}

func cursorText(c *survey.Cursor) *string {
	if c == nil {
		return nil
	}
	text := c.String()
	return &text
}

// stopAddress stops an address by hand. The address is in the body: a path is in other people's logs.
func (d *Desk) stopAddress(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Email  string                   `json:"email"`
		Reason survey.SuppressionReason `json:"reason"`
	}
	if err := web.Decode(r, &in, maxJSON); err != nil {
		return err
	}
	email, err := address(in.Email, "email")
	if err != nil {
		return err
	}
	if in.Reason != survey.Unsubscribed {
		return apperr.New(apperr.Invalid, "reason_choice", "reason")
	}
	ids := d.keys.ContactIDs(email)
	if err := d.store.Suppress(r.Context(), ids, in.Reason, d.now()); err != nil {
		return err
	}
	web.JSON(w, http.StatusOK, map[string]any{"reason": in.Reason, "contacts": ids})
	return nil
}
