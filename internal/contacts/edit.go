package contacts

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"onetap/internal/apperr"
	"onetap/internal/authz"
	"onetap/internal/celltext"
	"onetap/internal/survey"
)

// maxTyped is the length of what one field of a contact may hold, in characters.
const maxTyped = 200

// accountRoles names what a contact can do at its company.
var accountRoles = func() string {
	all := make([]string, len(survey.AccountRoles))
	for i, r := range survey.AccountRoles {
		all[i] = string(r)
	}
	return strings.Join(all, ", ")
}()

// Typed is a contact as somebody types it. The owner is named by id, address or full name.
type Typed struct {
	Email, Name, Phone, Customer, Consent, Owner, Team, Location, Product, Tier, Language, Zone, Value string
	Company, CompanyID, Parent, Role                                                                   string // Role: one of survey.AccountRoles, or ""
	Attrs                                                                                              map[string]string
}

// Add adds one contact. Problems: those of fill; address_taken, customer_taken and phone_taken, with the Contact that has it; contact_erased.
func (l *Lists) Add(ctx context.Context, a survey.Audience, typed Typed) (survey.Contact, error) {
	if !a.Valid() {
		return survey.Contact{}, apperr.New(apperr.Invalid, "audience_unknown", "audience")
	}
	c, err := l.fill(ctx, survey.Contact{Audience: a}, typed)
	if err != nil {
		return c, err
	}
	if err := l.notErased(ctx, c); err != nil {
		return c, err
	}
	in, ids, err := l.known(ctx, c, "")
	if err != nil {
		return c, err
	}
	c.ID = ids.Own()
	if phone, _ := in.by(survey.ByPhone, ids.Phone); phone != nil && c.ID == ids.Phone {
		return c, taken("phone_taken", "phone", phone.ID)
	}
	if c.ID != ids.Mail { // it may be the id of somebody who had the customer id before
		switch stored, err := l.Store.Contact(ctx, a, c.ID); {
		case err == nil && c.ID == ids.Phone:
			return c, taken("phone_taken", "phone", stored.ID)
		case err == nil:
			var random [10]byte
			rand.Read(random[:])
			c.ID = survey.ContactID(idLetters.EncodeToString(random[:]))
		case !apperr.Is(err, "contact_unknown"):
			return c, err
		}
	}
	c.Mailbox = ids.MailboxOf(c.ID)
	c.Account = l.Keys.AccountID(a, c.Company)
	c.Found = in.found(c.ID, survey.Contact{}, ids)
	c.Created = l.Now().UTC().Truncate(time.Millisecond)
	c.Updated = c.Created
	move := addressMove{survey.AddressMove{Audience: a, Contact: c.ID, From: c.MailID(), To: c.MailID()}, ""}
	if err := l.noteAccount(ctx, c); err != nil {
		return c, err
	}
	err = l.moveAddress(ctx, move, &survey.ContactSave{Contact: c, Whose: in.puts, Gone: in.gone})
	return c, changedMeanwhile(err)
}

// Change changes a contact that this one may see, if nobody has changed it since it was updated at was. Problems: those of Add and
// Contact; changed_meanwhile, with the contact as it is now.
func (l *Lists) Change(ctx context.Context, who authz.Who, a survey.Audience, id survey.ContactID, was time.Time, typed Typed) (survey.Contact, error) {
	stored, _, err := l.Contact(ctx, who, a, id)
	if err != nil {
		return stored, err
	}
	if !was.Equal(stored.Updated) {
		return stored, changedMeanwhile(apperr.ErrChanged)
	}
	c, err := l.fill(ctx, stored, typed)
	if err != nil {
		return stored, err
	}
	c.Unreadable = false // what is typed is the whole of it
	if c.Same(stored) {
		return stored, nil
	}
	if err := l.notErased(ctx, c); err != nil {
		return stored, err
	}
	in, ids, err := l.known(ctx, c, id)
	if err != nil {
		return stored, err
	}
	if phone, _ := in.by(survey.ByPhone, ids.Phone); phone != nil && phone.ID != id && ids.Mail == "" && ids.Customer == "" {
		return stored, taken("phone_taken", "phone", phone.ID)
	}
	c.Mailbox = ids.MailboxOf(id)
	c.Account = l.Keys.AccountID(a, c.Company)
	c.Found = in.found(id, stored, ids)
	c.Updated = l.Now().UTC().Truncate(time.Millisecond)
	c = c.Following(stored, false, c.Updated)
	move := addressMove{survey.AddressMove{Audience: a, Contact: id, From: stored.MailID(), To: ids.Mail}, c.Person.Email}
	if err := cmp.Or(l.noteAccount(ctx, c), l.noteAccount(ctx, stored)); err != nil {
		return c, err
	}
	err = l.moveAddress(ctx, move, &survey.ContactSave{Contact: c, Was: stored.Updated, Whose: in.puts, Gone: in.gone})
	if errors.Is(err, apperr.ErrChanged) {
		if stored, _, err = l.Contact(ctx, who, a, id); err == nil {
			err = changedMeanwhile(apperr.ErrChanged)
		}
		return stored, err
	}
	return c, err
}

// noteAccount keeps that the contact's audience has accounts.
func (l *Lists) noteAccount(ctx context.Context, c survey.Contact) error {
	if c.Account == "" {
		return nil
	}
	return l.Store.NoteAccounts(ctx, c.Audience, l.Now())
}

func taken(code, where string, whose survey.ContactID) error {
	return apperr.New(apperr.Conflict, code, where, "Contact", string(whose))
}

func changedMeanwhile(err error) error {
	if errors.Is(err, apperr.ErrChanged) {
		return apperr.New(apperr.Conflict, "changed_meanwhile", "")
	}
	return err
}

// known looks up whose the identifiers of a contact are; id is its own, "" of a new one.
func (l *Lists) known(ctx context.Context, c survey.Contact, id survey.ContactID) (*identifying, survey.Identifiers, error) {
	ids := l.Keys.Identifiers(c.Audience, c.Person)
	in := &identifying{Lists: l, audience: c.Audience, people: map[survey.ContactID]*survey.Contact{}, puts: map[survey.Identifier]survey.Identified{}, had: map[survey.Identifier]survey.ContactID{}}
	var ask []survey.Identifier
	for kind, hash := range map[survey.IdentifierKind]survey.ContactID{survey.ByCustomer: ids.Customer, survey.ByPhone: ids.Phone} {
		if hash != "" {
			ask = append(ask, survey.Identifier{Kind: kind, Hash: hash})
		}
	}
	var err error
	if in.whose, err = l.Store.Identified(ctx, c.Audience, ask, false); err != nil {
		return in, ids, err
	}
	var who []survey.ContactID
	for _, w := range in.whose {
		if !slices.Contains(who, w.Contact) {
			who = append(who, w.Contact)
		}
	}
	people, err := l.Store.Contacts(ctx, c.Audience, who)
	if err != nil {
		return in, ids, err
	}
	for id, p := range people {
		in.people[id] = &p
	}
	if ids.Mail != "" {
		if other, ok, err := l.Store.ContactByMail(ctx, c.Audience, ids.Mail); err != nil || ok && other.ID != id {
			return in, ids, cmp.Or(err, taken("address_taken", "email", other.ID))
		}
	}
	if other, _ := in.by(survey.ByCustomer, ids.Customer); other != nil && other.ID != id {
		return in, ids, taken("customer_taken", "customer_id", other.ID)
	}
	return in, ids, nil
}

// fill puts what was typed into a contact. Problems, each at its field: those of survey.EmailOf and CheckName, contact_identifier,
// contact_phone, contact_owner, contact_customer, contact_zone, contact_company, company_role, company_employee, language_unknown, text_too_long.
func (l *Lists) fill(ctx context.Context, c survey.Contact, typed Typed) (survey.Contact, error) {
	invalid := func(code, where string, with ...any) (survey.Contact, error) {
		return c, apperr.New(apperr.Invalid, code, where, with...)
	}
	for _, f := range []struct {
		where string
		text  *string
	}{
		{"name", &typed.Name},
		{"phone", &typed.Phone},
		{"customer_id", &typed.Customer},
		{"owner", &typed.Owner},
		{"team", &typed.Team},
		{"location", &typed.Location},
		{"product", &typed.Product},
		{"tier", &typed.Tier},
		{"value", &typed.Value},
		{"company", &typed.Company},
		{"company_id", &typed.CompanyID},
		{"parent_company", &typed.Parent},
	} {
		*f.text = celltext.Clean(*f.text)
		if utf8.RuneCountInString(*f.text) > maxTyped {
			return invalid("contact_long", f.where, "Limit", maxTyped)
		}
	}
	email, err := "", error(nil)
	if strings.TrimSpace(typed.Email) != "" {
		if email, err = survey.EmailOf(typed.Email, "email"); err != nil {
			return c, err
		}
	}
	if err := survey.CheckName(typed.Name, "name"); err != nil {
		return c, err
	}
	phone, usable := celltext.Phone(typed.Phone)
	zone, zoned := survey.ReadZone(typed.Zone)
	switch {
	case !usable:
		return invalid("contact_phone", "phone")
	case typed.Customer != "" && survey.CustomerKey(typed.Customer) == "":
		return invalid("contact_customer", "customer_id")
	case email == "" && typed.Customer == "" && survey.PhoneKey(phone) == "":
		return invalid("contact_identifier", "email")
	case !zoned:
		return invalid("contact_zone", "zone")
	case typed.CompanyID != "" && survey.CustomerKey(typed.CompanyID) == "":
		return invalid("contact_company", "company_id")
	case typed.Role != "" && !slices.Contains(survey.AccountRoles, survey.AccountRole(typed.Role)):
		return invalid("company_role", "company_role", "Known", accountRoles)
	case c.Audience.Anonymous() && typed.Company+typed.CompanyID+typed.Parent+typed.Role != "":
		return invalid("company_employee", "company")
	case typed.Language != "" && !slices.Contains(survey.Languages(), typed.Language):
		return invalid("language_unknown", "language", "Known", strings.Join(survey.Languages(), ", "))
	}
	if c.Person.Name != typed.Name {
		c.Person.First, c.Person.Middle = "", ""
	}
	c.Person.Email, c.Person.Name, c.Person.Phone, c.Person.Customer, c.Person.Consent = email, typed.Name, phone, typed.Customer, typed.Consent
	if err := l.readOwner(ctx, &c, typed); err != nil {
		return c, err
	}
	c.Location, c.Product, c.Tier, c.Language, c.Zone, c.Value = typed.Location, typed.Product, typed.Tier, typed.Language, zone, typed.Value
	c.Company = survey.Company{Name: typed.Company, Code: typed.CompanyID, Parent: typed.Parent, Role: survey.AccountRole(typed.Role)}
	return c, readAttributes(&c, typed.Attrs)
}

// readOwner finds the owner. Whoever a list has named and nobody is stays, as long as that is what is typed.
func (l *Lists) readOwner(ctx context.Context, c *survey.Contact, typed Typed) error {
	c.Team = typed.Team
	switch typed.Owner {
	case "":
		c.Owner, c.OwnerRaw = "", ""
		return nil
	case c.Owner:
		return nil
	case c.OwnerRaw:
		if c.Owner == "" {
			return nil
		}
	}
	staff, err := l.Store.Staff(ctx)
	if err != nil {
		return err
	}
	s, ok := survey.NewDirectory(staff).Find(typed.Owner)
	if !ok {
		return apperr.New(apperr.Invalid, "contact_owner", "owner")
	}
	c.Owner, c.OwnerRaw = s.ID, ""
	c.Team = cmp.Or(c.Team, s.Team)
	return nil
}

// readAttributes takes what was typed of further columns; those that are not named stay.
func readAttributes(c *survey.Contact, typed map[string]string) error {
	attrs := map[string]string{}
	for heading, text := range c.Attrs {
		attrs[heading] = text
	}
	for heading, text := range typed {
		if utf8.RuneCountInString(text) > MaxCell || utf8.RuneCountInString(heading) > maxHeading || strings.TrimSpace(heading) == "" {
			return apperr.New(apperr.Invalid, "contact_long", "attributes", "Limit", MaxCell)
		}
		if attrs[heading] = celltext.CleanLines(text); attrs[heading] == "" {
			delete(attrs, heading)
		}
	}
	if c.Attrs = attrs; len(attrs) == 0 {
		c.Attrs = nil
	}
	if len(attrs) > MaxColumns {
		return apperr.New(apperr.Invalid, "columns_too_many", "attributes", "Limit", MaxColumns)
	}
	return nil
}

// StopContact stops one contact, and its address in every audience, by hand.
func (l *Lists) StopContact(ctx context.Context, c survey.Contact) error {
	now := l.Now().UTC()
	if c.Person.Email != "" {
		if err := l.Store.Suppress(ctx, l.Keys.ContactIDs(c.Person.Email), survey.Unsubscribed, now); err != nil {
			return err
		}
	}
	return l.Store.StopContact(ctx, c.Audience, c.ID, survey.Unsubscribed, now)
}
